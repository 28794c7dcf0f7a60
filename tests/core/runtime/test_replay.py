"""Replay: the plan touches nothing, the deed does only what is missing, at any time, twice, beside a live worker."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from ponte.bitrix24.values import OperatorFile, OperatorMessage
from ponte.mappings import Conversation, Line, MemberId, PersonId, PhoneNumberId
from ponte.queue.envelope import Envelope
from ponte.queue.fifo_batch import Done, Later
from ponte.relays import bitrix24_to_whatsapp, whatsapp_to_bitrix24
from ponte.relays.decisions import Decision, Finish, Step, Steps
from ponte.runtime.foreseen import Foreseen
from ponte.runtime.redrive import redrive
from ponte.runtime.replay import Plan, Planned, Replay, _walk, flow_of
from ponte.storage.conversations import Conversations
from ponte.storage.ledger import Ledger
from ponte.storage.ledger_items import word
from ponte.storage.table import Item, Write
from ponte.storage.templates import Templates
from ponte.storage.windows import Windows
from ponte.whatsapp.events import InboundMessage, Media, Sender
from sandbox.memory.table import MemoryTable
from tests.core.runtime.bundle import CONNECTOR, Bundle
from tests.core.runtime.clocks import Clock

PHONE = "5511900000001"
LONG = f"{'a' * 4_000}\n\n{'b' * 200}"  # two parts
FIRST, SECOND = "a" * 4_000, "b" * 200


@pytest.fixture
def bundle() -> Bundle:
    return Bundle("a")


def plan_of(bundle: Bundle, envelope: Envelope) -> Any:
    before = [table.items() for table in all_tables(bundle)]
    asked, notes = len(bundle.providers.asked), len(bundle.notes)
    plan = Replay(bundle.outside, bundle.settings).plan(bundle.item(envelope))
    assert [table.items() for table in all_tables(bundle)] == before, "a plan writes nothing"
    assert (len(bundle.providers.asked), len(bundle.notes)) == (asked, notes), "nor does it call or tell anybody"
    return plan


def all_tables(bundle: Bundle) -> list[MemoryTable]:
    tables = bundle.tables
    found = [tables.core, tables.message, tables.audit, tables.state]
    assert all(isinstance(table, MemoryTable) for table in found)
    return found  # type: ignore[return-value]


class Queue:
    """Keeps what is sent, for `drain`."""

    def __init__(self) -> None:
        self.sent: list[Envelope] = []

    def send(self, envelopes: Sequence[Envelope], *, fifo: bool, again: str = "") -> int:
        assert fifo or again
        self.sent += envelopes
        return 0


def foreseen() -> Foreseen:
    """Of a message that nothing is known about."""
    table = MemoryTable()
    nothing = Envelope("b24", "m", "1", "OperatorMessage", "c|x", 1, 1_000, {})
    return Foreseen(nothing, Conversations(table), Windows(table, table), Templates(table), Clock())


TOKENS = (f"token{n}" for n in itertools.count())


def carry_out(bundle: Bundle, queue: Queue, *envelopes: Envelope) -> list[str]:
    rows = [bundle.item(envelope) for envelope in envelopes]
    done = redrive(bundle.means.ledger, lambda _: queue, bundle.clock, lambda: next(TOKENS), rows)
    return [one.state for one in done]


def drain(bundle: Bundle, queue: Queue) -> None:
    """The live worker: everything that is queued, to its end."""
    while queue.sent:
        verdict = bundle.run(queue.sent[0])
        if isinstance(verdict, Done):
            queue.sent.pop(0)
        else:
            bundle.clock.now += round(max(1.0, verdict.seconds) * 1000)


def half_sent(bundle: Bundle) -> Envelope:
    """An operator's long text whose first part was sent and whose second one was refused."""
    message = bundle.operator("a", PHONE, LONG)
    bundle.providers.refuse.add(SECOND)
    assert bundle.run(message) == Done()
    assert (bundle.item(message)["st"], bundle.providers.sent) == ("PARKED", [FIRST])
    return message


def test_the_plan_of_a_half_sent_message_shows_what_stays_and_what_is_missing(bundle: Bundle) -> None:
    message = half_sent(bundle)
    assert plan_of(bundle, message) == Plan(
        done=("send0",),
        again=(("send1", "131026"), ("notice", "")),
        missing=(Planned("send1", "SendText"), Planned("ack", "AcknowledgeDelivery")),
        ends="sent",
    )


def test_a_replay_does_only_what_is_missing(bundle: Bundle) -> None:
    message, queue = half_sent(bundle), Queue()
    bundle.providers.refuse.clear()
    assert carry_out(bundle, queue, message) == ["redriven"]
    drain(bundle, queue)
    assert bundle.providers.sent == [FIRST, SECOND]
    assert word(bundle.item(message)) == "SENT"
    assert plan_of(bundle, message) == "done"
    assert carry_out(bundle, queue, message) == ["not_parked"]


def test_a_plan_under_todays_configuration_says_when_nothing_would_change(bundle: Bundle) -> None:
    line = bundle.means.directory.line("member-a", CONNECTOR, 107)
    assert line is not None
    bundle.means.directory.save_line(replace(line, phone_number_id=""))  # type: ignore[arg-type]
    message = bundle.operator("a", PHONE, "ola")
    bundle.run(message)
    plan = plan_of(bundle, message)
    assert (plan.ends, plan.reason, plan.is_worth_it) == ("parked", "reason.line_unknown", False)
    assert plan.missing == (Planned("notice", "PostNotice"),)
    bundle.means.directory.save_line(line)
    plan = plan_of(bundle, message)
    assert (plan.ends, plan.is_worth_it) == ("sent", True)
    assert [each.step for each in plan.missing] == ["send0", "ack"]


def test_a_first_contact_is_planned_without_opening_anything(bundle: Bundle) -> None:
    number = bundle.means.directory.number("1097")
    assert number is not None
    bundle.means.directory.save_number(replace(number, member_id=""))  # type: ignore[arg-type]
    message = bundle.customer("a", PHONE, "oi")
    bundle.run(message)
    assert bundle.item(message)["reason"] == "reason.number_unknown"
    bundle.means.directory.save_number(number)
    plan = plan_of(bundle, message)
    assert [each.effect for each in plan.missing] == ["SendToOpenLine", "SaveConversation", "MarkRead"]
    queue = Queue()
    carry_out(bundle, queue, message)
    drain(bundle, queue)
    assert bundle.providers.shown["a.bitrix24.com"] == ["oi"]


def reaction(bundle: Bundle) -> Envelope:
    envelope = bundle.customer("a", PHONE, "")
    message = {k: v for k, v in envelope.payload["message"].items() if k != "text"}
    message |= {"type": "reaction", "reaction": {"message_id": "wamid.0", "emoji": "👍"}}
    return replace(envelope, payload={**envelope.payload, "message": message})


def test_what_was_skipped_for_want_of_a_chat_can_be_replayed_once_there_is_one(bundle: Bundle) -> None:
    early, queue = reaction(bundle), Queue()
    bundle.run(early)
    assert bundle.item(early)["st"] == "SKIPPED"
    plan = plan_of(bundle, early)
    assert (plan.ends, plan.reason, plan.is_worth_it) == ("skipped", "no_conversation", False)
    bundle.run(bundle.customer("a", PHONE, "oi"))
    assert plan_of(bundle, early).is_worth_it
    assert carry_out(bundle, queue, early) == ["redriven"]
    drain(bundle, queue)
    assert len(bundle.providers.shown["a.bitrix24.com"]) == 2
    assert bundle.item(early)["st"] == "SENT"
    assert bundle.means.ledger.parked() == []


def test_a_skipped_message_whose_replay_is_not_queued_is_listed(bundle: Bundle) -> None:
    """Whoever dies between the ledger and the queue loses nothing."""
    early = reaction(bundle)
    bundle.run(early)
    assert bundle.means.ledger.unpark(early.id, bundle.clock.now) == early
    assert [row["reason"] for row in bundle.means.ledger.parked()] == ["reason.replayed"]
    queue = Queue()
    assert carry_out(bundle, queue, early) == ["redriven"]
    drain(bundle, queue)
    assert bundle.item(early)["st"] == "SKIPPED"
    assert bundle.means.ledger.parked() == []


def test_a_kind_that_this_version_does_not_know_is_kept_for_the_next_one(bundle: Bundle) -> None:
    unknown = replace(bundle.customer("a", PHONE, "x"), kind="hologram")
    bundle.run(unknown)
    assert bundle.item(unknown)["st"] == "SKIPPED"
    assert plan_of(bundle, unknown) == Plan((), (), (), "skipped", "hologram")


@pytest.mark.parametrize("text", ["[b]Ana:[/b]", ""])
def test_what_will_never_be_anything_else_keeps_no_content(bundle: Bundle, text: str) -> None:
    empty = bundle.operator("a", PHONE, text)
    bundle.run(empty)
    assert "envelope" not in bundle.item(empty)
    assert plan_of(bundle, empty) in ("not_kept", "done")


def test_a_dropped_message_cannot_be_replayed(bundle: Bundle) -> None:
    message = half_sent(bundle)
    assert bundle.means.ledger.drop(message.id, bundle.clock.now)
    assert plan_of(bundle, message) == "not_kept"
    assert carry_out(bundle, Queue(), message) == ["not_parked"]


def test_a_message_that_a_worker_has_is_left_to_it(bundle: Bundle) -> None:
    bundle.providers.down["1097"] = "connect"
    message = bundle.operator("a", PHONE, "ola")
    assert isinstance(bundle.run(message), Later)
    assert plan_of(bundle, message) == "under_way"
    assert carry_out(bundle, Queue(), message) == ["not_parked"]


def test_a_plan_says_that_the_first_step_is_in_doubt(bundle: Bundle) -> None:
    bundle.providers.lost = True
    message = bundle.operator("a", PHONE, "ola")
    while isinstance(verdict := bundle.run(message), Later):
        bundle.clock.now += round(verdict.seconds * 1000)
    assert bundle.item(message)["reason"] == "reason.fate_unknown"
    plan = plan_of(bundle, message)
    assert (plan.in_doubt, plan.missing[0]) == (True, Planned("send0", "SendText"))


def test_a_failed_receipt_that_was_parked_is_planned_too(bundle: Bundle) -> None:
    message = bundle.operator("a", PHONE, "ola")
    bundle.run(message)
    bundle.means.grants.set_status("member-a", "reauth")
    failed = bundle.receipt("a", "wamid.OUT1", "failed", errors=[{"code": 131026}])
    bundle.means.directory.forget()
    bundle.run(failed)
    own = replace(failed, source_id="wamid.OUT1|failed")
    assert bundle.item(own)["reason"] == "reason.portal_reauth"
    assert plan_of(bundle, own).is_worth_it is False
    bundle.means.grants.set_status("member-a", "active")
    assert plan_of(bundle, own).missing == (Planned("find", "FindMessage"), Planned("notice", "PostNotice"))


def test_files_are_planned_to_their_end_in_both_directions() -> None:
    file = OperatorFile("a.jpg", "image", "image/jpeg", "https://a.bitrix24.com/~x", 1)
    wrote = OperatorMessage("ponte", 7, "1807", "1", PHONE, "27", "oi", (file,), 1)
    line = Line(MemberId("a"), "ponte", 7, PhoneNumberId("pn"), signature=False, active=True)
    reply = bitrix24_to_whatsapp.Reply(None, line, 1, "pt-BR")
    outward = _walk(lambda steps: bitrix24_to_whatsapp.decide(wrote, reply, steps), foreseen(), {})
    assert [planned.effect for planned in outward.missing] == [
        "FetchFile",
        "UploadMedia",
        "SendMedia",
        "AcknowledgeDelivery",
    ]
    picture = Media("image", "987", "image/jpeg")
    came = InboundMessage("wamid.1", "pn", 1, Sender(phone=PHONE), "image", picture)
    chat = Conversation(PhoneNumberId("pn"), PersonId("p"), MemberId("a"), "ponte", 7, "p", chat_id="1", contact_id="2")
    inward = _walk(lambda steps: whatsapp_to_bitrix24.decide(came, chat, "contact", "pt-BR", steps), foreseen(), {})
    assert [planned.effect for planned in inward.missing] == ["FetchMedia", "SendToOpenLine", "MarkRead"]
    assert (outward.ends, inward.ends) == ("sent", "sent")


def test_a_plan_ends_where_answers_cannot_be_foreseen() -> None:
    def decide(steps: Steps) -> Decision:
        if "find" not in steps:
            return Step("find", object())  # type: ignore[arg-type]
        return Finish(str(steps["find"]["found"]))

    assert _walk(decide, foreseen(), {}) == Plan((), (), (Planned("find", "object"),), "open")


@pytest.mark.parametrize("kind", ["message", "echo", "status", "call"])
def test_each_kind_is_planned_by_the_worker_of_its_queue(bundle: Bundle, kind: str) -> None:
    inbound = replace(bundle.customer("a", PHONE, "x"), kind=kind)
    assert flow_of(inbound) == ("whatsapp_status" if kind == "status" else "whatsapp_to_bitrix24")
    assert flow_of(bundle.operator("a", PHONE, "x")) == "bitrix24_to_whatsapp"


class Interrupted(MemoryTable):
    """The same items, but before the operation number `at` somebody else gets their turn."""

    def __init__(self, under: MemoryTable, at: int, meanwhile: Callable[[], None]) -> None:
        super().__init__()
        self._items, self._lock = under._items, under._lock
        self._left, self._meanwhile = at, meanwhile

    def _turn(self) -> None:
        self._left -= 1
        if self._left == 0:
            self._meanwhile()

    def get(self, pk: str, sk: str) -> Item | None:
        self._turn()
        return super().get(pk, sk)

    def write(self, write: Write) -> Item:
        self._turn()
        return super().write(write)


@pytest.mark.parametrize("refused_again", [False, True], ids=["sent now", "refused again"])
@pytest.mark.parametrize("at", range(1, 8))
def test_a_second_replay_and_a_live_worker_between_any_two_steps_of_a_replay(at: int, refused_again: bool) -> None:
    bundle = Bundle("a")
    message, queue = half_sent(bundle), Queue()
    if not refused_again:
        bundle.providers.refuse.clear()

    def meanwhile() -> None:
        carry_out(bundle, queue, message)
        drain(bundle, queue)

    row = bundle.item(message)
    ledger = Ledger(Interrupted(bundle.message, at, meanwhile))
    redrive(ledger, lambda _: queue, bundle.clock, lambda: next(TOKENS), [row])
    drain(bundle, queue)
    assert_accounted_for(bundle, message)


@pytest.mark.parametrize("at", range(1, 15))
def test_a_replay_between_any_two_steps_of_a_worker(at: int) -> None:
    bundle = Bundle("a")
    message, queue = half_sent(bundle), Queue()
    bundle.providers.refuse.clear()
    carry_out(bundle, queue, message)
    fresh = bundle.means.ledger

    def meanwhile() -> None:
        redrive(fresh, lambda _: queue, bundle.clock, lambda: next(TOKENS), [bundle.item(message)])

    interrupted = Interrupted(bundle.message, at, meanwhile)
    worker = bundle.with_message_table(interrupted)
    while isinstance(verdict := worker({"body": message.dumps()}), Later):
        bundle.clock.now += round(max(1.0, verdict.seconds) * 1000)
    drain(bundle, queue)
    assert_accounted_for(bundle, message)


@pytest.mark.parametrize("at", range(1, 5))
def test_a_drop_between_any_two_steps_of_a_replay(at: int) -> None:
    bundle = Bundle("a")
    message, queue = half_sent(bundle), Queue()
    bundle.providers.refuse.clear()

    dropped: list[bool] = []

    def meanwhile() -> None:
        dropped.append(bundle.means.ledger.drop(message.id, bundle.clock.now))

    ledger = Ledger(Interrupted(bundle.message, at, meanwhile))
    redrive(ledger, lambda _: queue, bundle.clock, lambda: next(TOKENS), [bundle.item(message)])
    drain(bundle, queue)
    was_dropped = dropped == [True]
    assert bundle.providers.sent == ([FIRST] if was_dropped else [FIRST, SECOND])
    assert bundle.item(message)["st"] == ("SKIPPED" if was_dropped else "SENT")
    assert bundle.means.ledger.parked() == []


def assert_accounted_for(bundle: Bundle, message: Envelope) -> None:
    """Each part exactly once; or the refused one still waits for a person, once in the list."""
    sent, item = bundle.providers.sent, bundle.item(message)
    waiting = [row["event_id"] for row in bundle.means.ledger.parked()]
    if bundle.providers.refuse:
        assert (sent, item["st"], waiting) == ([FIRST], "PARKED", [message.id])
    else:
        assert (sent, item["st"], waiting) == ([FIRST, SECOND], "SENT", [])
