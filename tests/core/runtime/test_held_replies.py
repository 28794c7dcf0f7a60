"""Letting held replies go, with a death at every step: each goes out once, in order, before anything newer."""

from dataclasses import dataclass, field

import pytest

from ponte.mappings import Conversation, MemberId, PersonId, PhoneNumberId, Timing
from ponte.outcome import Outcome, Rejected, Succeeded, Transient
from ponte.queue.envelope import Envelope
from ponte.queue.fifo_batch import Done, Later, Verdict
from ponte.relays.decisions import Decision, Effect, Finish, Park, Step, Steps, refused
from ponte.relays.effects import SendText
from ponte.relays.window import HELD, WINDOW_MS
from ponte.runtime.execute import Executor, NotFound, Proof
from ponte.runtime.held_replies import TURN_MS, HeldReplies
from ponte.storage.claims import Claimed
from ponte.storage.conversations import Conversations
from ponte.storage.ledger import Ledger
from ponte.storage.windows import Windows
from sandbox.memory.table import MemoryTable
from tests.core.runtime.clocks import Clock


class Killed(BaseException):
    """The process dies here."""


def reply(order: int) -> Envelope:
    return Envelope("b24", "m", f"ADD|c|1|{order}", "OperatorMessage", "c|x", order, 1_000)


@dataclass
class World:
    """deaths: calls at which the process dies, counted over all calls. refusals: by text, what Meta says instead."""

    deaths: set[int] = field(default_factory=set)
    refusals: dict[str, Outcome] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        core, message = MemoryTable(), MemoryTable()
        self.conversations, self.windows, self.ledger = Conversations(core), Windows(core, message), Ledger(message)
        self.held = HeldReplies(self.windows, self.ledger, self.clock)
        owners = iter(range(1_000))
        self.executor = Executor(
            self.ledger, self.clock, Timing, lambda: f"o{next(owners)}", lambda: 0.5, lambda *_: None, lambda *_: None
        )
        self.calls = 0
        shut = self.clock.now_ms() - WINDOW_MS
        first = Conversation(
            PhoneNumberId("pn"), PersonId("p"), MemberId("m"), "c", 7, "p", last_inbound_ms=max(1, shut)
        )
        self.conversations.put(first)

    @property
    def conversation(self) -> Conversation:
        found = self.conversations.get("pn", "p")
        assert found is not None
        return found

    def hold(self, *orders: int) -> None:
        self.windows.refuse(self.conversation)
        for order in orders:
            self.windows.hold(self.conversation, reply(order), self.clock.now_ms())
            claim = self.ledger.claim(reply(order), f"h{order}", self.clock.now_ms(), 1_000)
            assert isinstance(claim, Claimed)
            self.ledger.park(claim, self.clock.now_ms(), HELD)

    def open(self) -> None:
        opened = Conversation(
            PhoneNumberId("pn"),
            PersonId("p"),
            MemberId("m"),
            "c",
            7,
            "p",
            last_inbound_ms=self.clock.now_ms(),
            waiting=self.conversation.waiting,
        )
        self.conversations.put(opened)

    def work(self, envelope: Envelope) -> Verdict:
        text = f"n{envelope.order}"

        def decide(steps: Steps) -> Decision:
            code = refused(steps, "send0")
            if code == "131047":
                return Park(HELD)
            if code:
                return Park(f"reason.whatsapp.{code}")
            return Finish() if "send0" in steps else Step("send0", SendText("55", "", text, 0))

        return self.executor.run(envelope, lambda _: (decide, self))

    def perform(self, effect: Effect, _claim: Claimed, _timeout: float) -> Outcome:
        assert isinstance(effect, SendText)
        self.calls += 1
        if self.calls in self.deaths:
            raise Killed
        self.clock.now += 1_000
        if outcome := self.refusals.pop(effect.body, None):
            return outcome
        self.sent.append(effect.body)
        return Succeeded({"wamid": effect.body})

    def probe(self, _effect: Effect, _claim: Claimed, _timeout: float) -> Proof:
        return NotFound()

    def deliver(self, order: int | None = None) -> Verdict:
        """What the worker of the queue does with an operator's message, or with the customer's sign (None)."""
        gone = self.held.let_go(self.conversation, order, self.work)
        if isinstance(gone, Later):
            return gone
        return self.work(reply(order)) if order is not None else Done()

    def settle(self, order: int | None = None) -> None:
        for _ in range(60):
            try:
                if self.deliver(order) == Done():
                    return
            except Killed:
                pass
            self.clock.now += 61_000
        raise AssertionError("never settles")


def test_all_go_in_order_and_nobody_waits_afterwards() -> None:
    world = World()
    world.hold(3, 1, 2)
    world.open()
    world.settle()
    assert world.sent == ["n1", "n2", "n3"]
    assert world.conversation.waiting == 0
    assert world.ledger.parked() == []


def test_a_newer_message_lets_the_older_ones_go_first_and_needs_no_sign() -> None:
    world = World()
    world.hold(1, 2)
    world.open()
    world.settle(5)
    world.settle()
    assert world.sent == ["n1", "n2", "n5"]


def test_a_shut_window_lets_nothing_go() -> None:
    world = World()
    world.hold(1)
    assert world.deliver() == Done()
    assert world.sent == []
    assert world.conversation.waiting > 0


@pytest.mark.parametrize("deaths", [{1}, {2}, {3}, {1, 2}, {1, 2, 3, 4}], ids=str)
def test_a_death_at_any_call_loses_and_doubles_nothing(deaths: set[int]) -> None:
    world = World(deaths)
    world.hold(1, 2, 3)
    world.open()
    world.settle(9)
    assert world.sent == ["n1", "n2", "n3", "n9"]
    assert world.conversation.waiting == 0


def test_one_that_has_to_wait_keeps_those_behind_it_waiting() -> None:
    world = World(refusals={"n1": Transient("131056", 6)})
    world.hold(1, 2)
    world.open()
    assert world.deliver(5) == Later(6)
    assert world.sent == []
    world.settle(5)
    assert world.sent == ["n1", "n2", "n5"]


def test_one_that_a_person_must_look_at_does_not_hold_up_the_others() -> None:
    world = World(refusals={"n1": Rejected("131026")})
    world.hold(1, 2)
    world.open()
    world.settle()
    assert world.sent == ["n2"]
    assert [row["reason"] for row in world.ledger.parked()] == ["reason.whatsapp.131026"]


def test_one_that_is_held_again_stops_the_line() -> None:
    world = World(refusals={"n1": Rejected("131047")})
    world.hold(1, 2)
    world.open()
    assert world.deliver() == Done()
    assert world.sent == []
    assert [each.order for each in world.windows.held(world.conversation, 10)] == [1, 2]
    world.settle()
    assert world.sent == ["n1", "n2"]


def test_one_that_was_dropped_by_a_person_is_not_sent() -> None:
    world = World()
    world.hold(1, 2)
    world.ledger.drop(reply(1).id, world.clock.now_ms())
    world.open()
    world.settle()
    assert world.sent == ["n2"]


def test_a_turn_takes_no_more_time_than_a_worker_has() -> None:
    world = World()
    world.hold(*range(1, 31))
    world.open()
    assert world.deliver() == Later(0)
    assert len(world.sent) <= TURN_MS // 1_000 + 2
    world.settle()
    assert world.sent == [f"n{n}" for n in range(1, 31)]


def test_a_customer_who_answers_after_ten_days_gets_what_waited() -> None:
    world = World()
    world.hold(1)
    world.clock.now += 10 * WINDOW_MS
    world.open()
    world.settle()
    assert world.sent == ["n1"]
