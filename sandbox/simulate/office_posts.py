"""Webhooks of an office: Chatwoot's, and those of Zattar's database. Both post once, and nobody repeats what got lost.

The database promises no order, and a trigger that was installed twice posts twice; Chatwoot's jobs wait in a queue of
its own and tell of the contact as it is when they run.
"""

from collections.abc import Callable
from random import Random

from sandbox.chatwoot_accounts import Job
from sandbox.chatwoot_posts import posts_of
from sandbox.simulate.lambdas import DoorFailed, Platform
from sandbox.simulate.scheduler import Scheduler
from sandbox.simulate.weather import Fate, Weather
from sandbox.webhooks import Webhook
from sandbox.world import World

ZATTAR_PATH, CHATWOOT_PATH = "/webhooks/zattar/", "/webhooks/chatwoot/"
LOST, TWICE, LATE = 0.06, 0.04, 0.12
LATE_MS = 120_000


class OfficePosts:
    """open: how many are under way. lost: how many no door took."""

    def __init__(self, scheduler: Scheduler, rng: Random, weather: Weather, platform: Platform, world: World) -> None:
        self._scheduler = scheduler
        self._rng = rng
        self._weather = weather
        self._platform = platform
        self._world = world
        self.open = 0
        self.lost = 0
        world.on_job = self._job
        world.on_database_webhook = lambda _, webhook: self._tell(webhook)

    def post(self, webhook: Webhook) -> int | None:
        """One attempt: through the network, API Gateway and the door. The status, None where there was no answer."""
        fate = self._weather.posting()
        self._scheduler.wait(self._rng.randint(5, 80))
        if fate is Fate.NOT_SENT:
            return None
        event = {
            "version": "2.0",
            "rawPath": webhook.path,
            "rawQueryString": "",
            "headers": {name.lower(): value for name, value in webhook.headers.items()},
            "requestContext": {"http": {"method": "POST", "path": webhook.path}},
            "body": webhook.body.decode(),
            "isBase64Encoded": False,
        }
        door = "zattar_webhook" if webhook.path.startswith(ZATTAR_PATH) else "chatwoot_webhook"
        try:
            answer = self._platform.call(door, event)
        except DoorFailed:
            return 502
        return int(answer["statusCode"])

    def _job(self, job: Job) -> None:
        def run() -> None:
            for webhook in posts_of(self._world, job):
                self._once(webhook)

        self._later(run)

    def _tell(self, webhook: Webhook) -> None:
        self._later(lambda: self._once(webhook))
        if not self._weather.is_over and self._rng.random() < TWICE:
            self._later(lambda: self._once(webhook))

    def _once(self, webhook: Webhook) -> None:
        if self.post(webhook) != 200:
            self.lost += 1

    def _later(self, act: Callable[[], object]) -> None:
        rng = self._rng
        if not self._weather.is_over and rng.random() < LOST:
            self.lost += 1
            return
        is_late = not self._weather.is_over and rng.random() < LATE
        self.open += 1

        def run() -> None:
            act()
            self.open -= 1

        self._scheduler.spawn(run, after_ms=rng.randint(1_000, LATE_MS) if is_late else rng.randint(5, 1_500))
