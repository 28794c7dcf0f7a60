"""The providers' side of the webhooks: what they post, how often, and what they do about an answer.

Meta repeats what was not answered with 200, for days, and posts some of it twice anyway; it promises no order. Bitrix24
posts an event once. Receipts of a message come early, late, twice, out of order or not at all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from sandbox import webhooks
from sandbox.phones import Accepted
from sandbox.simulate.attachments import Attached
from sandbox.simulate.bundle import BITRIX24_PATH, META_PATH
from sandbox.simulate.lambdas import DoorFailed, Platform
from sandbox.simulate.scheduler import Scheduler
from sandbox.simulate.weather import Fate, Weather
from sandbox.webhooks import Webhook
from sandbox.world import World

DOORS = {META_PATH: "meta_webhook", BITRIX24_PATH: "bitrix24_webhook"}
META_FIRST_REPEAT_MS, META_LAST_REPEAT_MS = 5_000, 900_000
FAILURES = (131026, 131049, 131053)


@dataclass(slots=True)
class Said:
    """One message as its writer knows it. text: the caption where there are files. posted_ms: when its webhook first
    went out; accepted_ms: its first 200. post: the number of that webhook, 0 for one of its own."""

    id: str
    text: str
    phone_number_id: str
    customer: str
    posted_ms: int = 0
    accepted_ms: int | None = None
    files: tuple[Attached, ...] = ()
    post: int = 0


@dataclass(slots=True)
class Receipts:
    """What Meta told of the messages it took, by wamid. taken_ms: when our door took the first word of it."""

    failed: set[str] = field(default_factory=set)
    delivered: set[str] = field(default_factory=set)
    taken_ms: dict[str, int] = field(default_factory=dict)


class Posts:
    """Posting webhooks, each in a turn of its own. open: how many are still under way or will be repeated."""

    def __init__(
        self,
        scheduler: Scheduler,
        rng: Random,
        weather: Weather,
        platform: Platform,
        world: World,
    ) -> None:
        self._scheduler = scheduler
        self._rng = rng
        self._weather = weather
        self._platform = platform
        self._world = world
        self._numbers = {number["phone_number_id"]: number for number in world.meta["numbers"]}
        self.receipts = Receipts()
        self.open = 0
        self._posts = 0
        world.on_accepted = self._accepted

    def messages(self, phone_number_id: str, values: Sequence[dict[str, Any]], said: Sequence[Said]) -> None:
        """Deliver customers' messages, perhaps several in one post, and wait until Meta is content."""
        webhook = webhooks.signed(self._world.meta, self._numbers[phone_number_id], _merged(values))
        self._posts += 1
        for one in said:
            one.posted_ms, one.post = one.posted_ms or self._scheduler.now, self._posts
        if self._rng.random() < 0.08:
            self._later(0, lambda: self._until_taken(webhook, said))  # the same post, at the same time
        self._until_taken(webhook, said)
        if self._rng.random() < 0.08:
            self._later(self._rng.randint(1_000, 900_000), lambda: self._until_taken(webhook, said))

    def event(self, webhook: Webhook, said: Said | None = None) -> int | None:
        """Post a portal's event, once. The status, None where there was no answer."""
        if said:
            said.posted_ms = self._scheduler.now
        status = self.post(webhook, "bitrix24")
        if said and status == 200 and said.accepted_ms is None:
            said.accepted_ms = self._scheduler.now
        return status

    def post(self, webhook: Webhook, _provider: str = "") -> int | None:
        """One attempt: through the network, API Gateway and the door."""
        fate = self._weather.posting()
        self._scheduler.wait(self._rng.randint(5, 80))
        if fate is Fate.NOT_SENT:
            return None
        headers = {name.lower(): value for name, value in webhook.headers.items()}
        event = {
            "version": "2.0",
            "rawPath": webhook.path,
            "rawQueryString": "",
            "headers": headers,
            "requestContext": {"http": {"method": "POST", "path": webhook.path}},
            "body": webhook.body.decode(),
            "isBase64Encoded": False,
        }
        try:
            answer = self._platform.call(DOORS[webhook.path], event)
        except DoorFailed:
            return 502
        return None if fate is Fate.ANSWER_LOST else int(answer["statusCode"])

    def _until_taken(self, webhook: Webhook, said: Sequence[Said]) -> None:
        repeat_ms = META_FIRST_REPEAT_MS
        while self.post(webhook) != 200:
            self._scheduler.wait(repeat_ms + self._rng.randint(0, repeat_ms))
            repeat_ms = min(META_LAST_REPEAT_MS, repeat_ms * 3)
        for one in said:
            if one.accepted_ms is None:
                one.accepted_ms = self._scheduler.now

    def _later(self, ms: int, act: Callable[[], None]) -> None:
        self.open += 1

        def run() -> None:
            act()
            self.open -= 1

        self._scheduler.spawn(run, after_ms=ms)

    def _accepted(self, accepted: Accepted) -> None:
        """Meta took a message: some receipts will come, not always all, not always in order, some twice."""
        rng = self._rng
        if accepted.lost:
            return
        if rng.random() < 0.04:
            self.receipts.failed.add(accepted.wamid)
            code = rng.choice(FAILURES)
            self._receipt(accepted, "failed", rng.randint(50, 20_000), code)
            if rng.random() < 0.5:
                self._receipt(accepted, "failed", rng.randint(50, 60_000), code)
            return
        at_ms = 0
        for status, missing in (("sent", 0.15), ("delivered", 0.1), ("read", 0.3)):
            at_ms += rng.choice((rng.randint(0, 300), rng.randint(300, 20_000)))
            if rng.random() >= missing:
                late = rng.choice((0, 0, 0, rng.randint(0, 40_000)))
                self._receipt(accepted, status, at_ms + late)
                if rng.random() < 0.1:
                    self._receipt(accepted, status, at_ms + rng.randint(0, 60_000))

    def _receipt(self, accepted: Accepted, status: str, after_ms: int, code: int | None = None) -> None:
        def post() -> None:
            if status != "failed":
                self.receipts.delivered.add(accepted.wamid)
            self._world.phones.mark(accepted.wamid, status)
            value = webhooks.status_update(accepted, status, self._scheduler.now, code)
            webhook = webhooks.signed(self._world.meta, self._numbers[accepted.phone.phone_number_id], value)
            self._until_taken(webhook, ())
            self.receipts.taken_ms.setdefault(accepted.wamid, self._scheduler.now)

        self._later(after_ms, post)


def _merged(values: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Several messages as one change: contacts once each, messages in order."""
    contacts: list[Any] = []
    for value in values:
        contacts += [contact for contact in value["contacts"] if contact not in contacts]
    return {"contacts": contacts, "messages": [message for value in values for message in value["messages"]]}
