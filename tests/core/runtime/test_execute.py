"""Exactly once: what the executor does with every outcome, every fate and every crash point."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from ponte.mappings import Timing
from ponte.outcome import Blocked, Outcome, Rejected, Succeeded, Transient, Unknown
from ponte.queue.envelope import Envelope
from ponte.queue.fifo_batch import Done, Later, Verdict
from ponte.relays.effects import (
    Decision,
    Effect,
    FetchMedia,
    FindContact,
    Finish,
    MarkRead,
    Park,
    PostNotice,
    SendText,
    Step,
    Steps,
    refused,
)
from ponte.relays.outbound_effects import SendTemplate
from ponte.runtime.execute import MAX_AGE_MS, CannotTell, Executor, Found, NotFound, Proof
from ponte.storage.ledger import Claimed, Ledger, word
from ponte.storage.receipts import Receipts
from sandbox.memory.table import MemoryTable

EVENT = Envelope("b24", "m", "ADD|c|1|7", "OperatorMessage", "c|x", 7, 1_000)


@dataclass
class Clock:
    now: int = 10_000

    def now_ms(self) -> int:
        return self.now

    def sleep_ms(self, ms: int) -> None:
        self.now += ms


class Killed(BaseException):
    """The process dies here."""


@dataclass
class World:
    """A scripted provider behind the executor; `sent` is what the customer's phone shows."""

    outcomes: list[Outcome | BaseException] = field(default_factory=list)
    proofs: list[Proof] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    probed: int = 0
    took_effect: bool = True
    parts: int = 1
    first: tuple[Step, ...] = ()
    clock: Clock = field(default_factory=Clock)
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        table = MemoryTable()
        self.ledger, self.receipts = Ledger(table), Receipts(table)
        owners = iter(range(2_000))
        self.executor = Executor(
            self.ledger,
            self.clock,
            Timing,
            lambda: f"owner{next(owners)}",
            lambda: 0.5,
            lambda _envelope, result, detail: self.notes.append(f"{result} {detail}".strip()),
        )

    def run(self) -> Verdict:
        return self.executor.run(EVENT, lambda _claim: (self.decide, self))

    def decide(self, steps: Steps) -> Decision:
        for step in self.first:
            if step.name not in steps:
                return step
            if refused(steps, step.name):
                return Park("reason.default")
        for part in range(self.parts):
            if f"send{part}" not in steps:
                return Step(f"send{part}", SendText("5511", "", f"text{part}", part))
            code = refused(steps, f"send{part}")
            if code:
                return Park(f"reason.whatsapp.{code}")
        if "read" not in steps:
            return Step("read", MarkRead("w"))
        return Finish()

    def perform(self, effect: Effect, _claim: Claimed, _timeout: float) -> Outcome:
        if isinstance(effect, MarkRead):
            return Succeeded()
        if not isinstance(effect, SendText):
            outcome = self.outcomes.pop(0) if self.outcomes else Succeeded({})
            assert not isinstance(outcome, BaseException)
            return outcome
        outcome = self.outcomes.pop(0) if self.outcomes else Succeeded({"wamid": f"w{len(self.sent)}"})
        if isinstance(outcome, Succeeded) or (isinstance(outcome, Unknown | Killed) and self.took_effect):
            self.sent.append(effect.body)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    def probe(self, _effect: Effect, _claim: Claimed, _timeout: float) -> Proof:
        self.probed += 1
        return self.proofs.pop(0)

    @property
    def state(self) -> str:
        return word(self.ledger.read(EVENT.id) or {})


def test_a_message_is_sent_and_completed() -> None:
    world = World()
    assert world.run() == Done()
    assert (world.sent, world.state) == (["text0"], "SENT")


def test_a_second_delivery_sends_nothing() -> None:
    world = World()
    world.run()
    assert world.run() == Done()
    assert world.sent == ["text0"]
    assert world.notes[-1].startswith("duplicate")


def test_a_transient_refusal_is_tried_again_after_the_providers_wish() -> None:
    world = World([Transient("130429", 4)])
    assert world.run() == Later(4)
    assert world.run() == Done()
    assert world.sent == ["text0"]


def test_back_off_doubles_and_stays_under_its_cap() -> None:
    world = World([Transient("131016")] * 9)
    waits = [later.seconds for _ in range(9) if isinstance(later := world.run(), Later)]
    assert waits == [5, 10, 20, 40, 80, 160, 320, 640, 900]


def test_ten_counted_tries_end_in_parking() -> None:
    world = World([Transient("131016")] * 20)
    verdicts = [world.run() for _ in range(11)]
    assert (verdicts[-1], world.state, world.sent) == (Done(), "PARKED", [])


def test_a_provider_that_is_down_burns_no_tries() -> None:
    world = World([Transient("not_connected", counts=False)] * 50)
    verdicts = [world.run() for _ in range(50)]
    assert all(isinstance(v, Later) and v.seconds <= 60 for v in verdicts)
    assert world.run() == Done()
    assert world.sent == ["text0"]


@pytest.mark.parametrize("wait", [None, 2, 60])
def test_days_without_a_provider_are_outlasted_within_what_the_queue_allows(wait: float | None) -> None:
    world = World([Transient("not_connected", wait, counts=False)] * 1_000)
    received = 0
    while world.state != "PARKED":
        received += 1
        verdict = world.run()
        assert isinstance(verdict, Later) or world.state == "PARKED"
        world.clock.now += round(verdict.seconds * 1000) if isinstance(verdict, Later) else 0
    assert world.clock.now > MAX_AGE_MS
    assert received < 1_000


def test_a_crowd_makes_nobody_wait_longer_than_a_minute_a_turn() -> None:
    world = World([Transient("rate", 3, counts=False)] * 400)
    verdicts = [world.run() for _ in range(400)]
    assert [v.seconds for v in verdicts if isinstance(v, Later)] == [3] * 300 + [60] * 100


def test_six_days_are_enough() -> None:
    world = World([Transient("not_connected", counts=False)] * 5)
    world.run()
    world.clock.now += MAX_AGE_MS + 1
    assert (world.run(), world.state) == (Done(), "PARKED")


@pytest.mark.parametrize("outcome", [Rejected("131026"), Blocked("190")])
def test_a_refusal_is_the_relays_to_judge(outcome: Outcome) -> None:
    world = World([outcome])
    assert (world.run(), world.state, world.sent) == (Done(), "PARKED", [])


def test_a_lost_answer_is_not_repeated_before_it_was_probed() -> None:
    world = World([Unknown("no_answer")], [CannotTell(20), Found({"wamid": "w0"})])
    assert isinstance(world.run(), Later)
    assert world.run() == Later(20)
    assert world.run() == Done()
    assert (world.sent, world.state, world.probed) == (["text0"], "SENT", 2)


def test_what_certainly_did_not_arrive_is_sent_again() -> None:
    world = World([Unknown("http_502")], [NotFound()], took_effect=False)
    world.run()
    assert world.run() == Done()
    assert world.sent == ["text0"]
    assert not (world.ledger.read(EVENT.id) or {}).get("dup_risk")


@pytest.mark.parametrize("code", ["no_answer", "http_504", "timeout"])
def test_absence_proves_nothing_while_the_other_side_may_still_be_at_it(code: str) -> None:
    world = World([Unknown(code)], [NotFound()] * 3, took_effect=False)
    world.run()
    assert world.run() == Later(60.0)
    world.clock.now += 59_000
    assert world.run() == Later(1.0)
    world.clock.now += 1_000
    assert world.run() == Done()
    assert world.sent == ["text0"]


def test_what_is_found_before_that_is_taken_at_once() -> None:
    world = World([Unknown("no_answer")], [NotFound(), Found({"wamid": "late"})], took_effect=False)
    world.run()
    world.run()
    world.clock.now += 20_000
    assert world.run() == Done()
    assert world.sent == []


def test_without_proof_it_is_repeated_once_and_the_risk_is_counted() -> None:
    world = World([Unknown("no_answer")], [CannotTell(None)], took_effect=False)
    world.run()
    assert world.run() == Done()
    assert world.sent == ["text0"]
    assert (world.ledger.read(EVENT.id) or {})["dup_risk"] is True
    assert "dup_risk send0" in world.notes


def test_a_second_lost_answer_is_never_followed_by_a_third_send() -> None:
    world = World([Unknown("no_answer"), Unknown("no_answer")], [CannotTell(None), CannotTell(None)])
    for _ in range(3):
        world.run()
    assert (len(world.sent), world.state) == (2, "PARKED")


@pytest.mark.parametrize("took_effect", [True, False], ids=["after the call", "before the call"])
def test_a_crash_around_the_call_is_probed_after_the_lease(took_effect: bool) -> None:
    proof: Proof = Found({"wamid": "w0"}) if took_effect else NotFound()
    world = World([Killed()], [proof] * 2, took_effect=took_effect)
    with pytest.raises(Killed):
        world.run()
    assert isinstance(world.run(), Later), "the lease still runs"
    world.clock.now += 60_001
    if not took_effect:
        assert world.run() == Later(59.999), (
            "a worker may call until its lease ends, and a provider work a minute on it"
        )
        world.clock.now += 59_999
    assert world.run() == Done()
    assert (world.sent, world.state) == (["text0"], "SENT")


def test_a_crash_in_the_second_part_leaves_the_first_alone() -> None:
    world = World([Succeeded({"wamid": "w0"}), Killed()], [NotFound()], took_effect=False, parts=2)
    with pytest.raises(Killed):
        world.run()
    world.clock.now += 120_001
    assert world.run() == Done()
    assert world.sent == ["text0", "text1"]


def test_a_receipt_that_came_while_the_fate_was_unknown_ends_the_wait() -> None:
    world = World([Unknown("no_answer")])
    world.run()
    world.receipts.receipt(EVENT.id, 0, "w-by-receipt", "sent", 1, 11_000)
    assert world.run() == Done()
    assert (world.sent, world.probed) == (["text0"], 0)


def test_a_worker_that_lost_its_claim_changes_nothing() -> None:
    world = World()
    steal: Callable[[], Any] = lambda: world.ledger.claim(EVENT, "thief", world.clock.now, 60_000)  # noqa: E731
    original = world.perform

    def slow(effect: Effect, claim: Claimed, timeout: float) -> Outcome:
        world.clock.now += 61_000
        steal()
        return original(effect, claim, timeout)

    world.perform = slow  # type: ignore[method-assign]
    assert world.run() == Later(1)
    assert world.state == "SENDING"


def test_an_unknown_fate_with_a_probe_that_fails_stays_unknown() -> None:
    world = World([Unknown("http_502")], [CannotTell(10, "http_502"), CannotTell(10, "http_502"), NotFound()])
    world.took_effect = False
    for _ in range(3):
        assert isinstance(world.run(), Later)
    assert world.run() == Done()
    assert world.sent == ["text0"]


def test_waiting_for_a_turn_does_not_lengthen_the_back_off() -> None:
    world = World([Transient("rate", 1, counts=False)] * 9 + [Transient("131016")])
    for _ in range(9):
        assert world.run() == Later(1)
    assert world.run() == Later(5)


def test_a_lookup_that_never_gives_a_readable_answer_ends_in_parking() -> None:
    lookup = Step("find_contact", FindContact("contact", ("+5511",), ""))
    world = World([Unknown("unreadable_answer")] * 20, first=(lookup,))
    verdicts = [world.run() for _ in range(11)]
    assert (verdicts[-1], world.state) == (Done(), "PARKED")


def test_a_lookup_while_the_provider_is_away_burns_no_tries() -> None:
    lookup = Step("find_contact", FindContact("contact", ("+5511",), ""))
    world = World([Unknown("http_502")] * 20, first=(lookup,))
    for _ in range(20):
        assert isinstance(world.run(), Later)
    assert (world.run(), world.state) == (Done(), "SENT")


def lost(world: World) -> None:
    """The first send's answer is lost, though it arrived."""
    world.outcomes = [Unknown("no_answer")]
    assert isinstance(world.run(), Later)
    assert world.sent == ["text0"]


def test_a_message_given_back_before_the_probe_is_probed_by_the_next_worker() -> None:
    world = World(proofs=[Found({"wamid": "w0"})])
    lost(world)
    claim = world.ledger.claim(EVENT, "short", world.clock.now, 60_000)
    assert isinstance(claim, Claimed)
    world.ledger.release(claim, world.clock.now, "lease_short", counts=False)
    assert world.run() == Done()
    assert (world.sent, world.probed) == (["text0"], 1)


def test_a_lease_that_is_nearly_over_is_given_back_and_the_doubt_with_it() -> None:
    world = World(proofs=[Found({"wamid": "w0"})])
    lost(world)
    decide = world.decide

    def slow(steps: Steps) -> Decision:
        world.clock.now += 59_500
        return decide(steps)

    world.decide = slow  # type: ignore[method-assign]
    assert world.run() == Later(0)
    world.decide = decide  # type: ignore[method-assign]
    assert world.run() == Done()
    assert (world.sent, world.probed) == (["text0"], 1)


@pytest.mark.parametrize(
    "again",
    [[], [Transient("not_connected", counts=False)], [Rejected("no_such")]],
    ids=["done again", "fails", "refused"],
)
def test_a_repeatable_step_before_the_send_does_not_settle_its_fate(again: list[Outcome | BaseException]) -> None:
    world = World(proofs=[Found({"wamid": "w0"})])
    decide = world.decide
    lookup = Step("lookup", FindUnsaved("contact", (), ""))
    world.decide = lambda steps: decide(steps) if "lookup" in steps else lookup  # type: ignore[method-assign]
    world.outcomes = [Succeeded({}), Unknown("no_answer")]
    assert isinstance(world.run(), Later)
    world.outcomes = again
    while world.run() != Done():
        pass
    assert (world.sent, world.probed, world.state) == (["text0"], 1, "SENT")


def test_a_probe_that_uses_up_the_lease_leaves_the_send_to_the_next_worker() -> None:
    world = World(proofs=[NotFound(), NotFound()], took_effect=False)
    world.outcomes = [Unknown("http_502")]
    world.run()
    probe = world.probe

    def slow(effect: Effect, claim: Claimed, timeout: float) -> Proof:
        world.clock.now += 59_500
        return probe(effect, claim, timeout)

    world.probe = slow  # type: ignore[method-assign]
    assert world.run() == Later(0)
    assert world.sent == []
    world.probe = probe  # type: ignore[method-assign]
    assert (world.run(), world.probed, world.sent) == (Done(), 2, ["text0"])


class FindUnsaved(FindContact):
    """A look-up whose outcome is not kept: it comes again in front of the send."""

    saved = False


def test_a_notice_out_of_turn_leaves_the_doubt_about_the_send() -> None:
    """A crash after the send; when the next worker comes, something forbids the send; later a person redrives it."""
    world = World([Killed()], [NotFound(), Found({"wamid": "w0"})])
    with pytest.raises(Killed):
        world.run()
    world.clock.now += 121_000
    decide, notice = world.decide, Step("notice", PostNotice("1", "window closed"))
    world.decide = lambda steps: Park("reason.closed") if "notice" in steps else notice  # type: ignore[method-assign]
    assert (world.run(), world.state) == (Done(), "PARKED")
    assert world.ledger.unpark(EVENT.id, world.clock.now) == EVENT
    world.decide = decide  # type: ignore[method-assign]
    assert world.run() == Done()
    assert (world.sent, world.probed) == (["text0"], 2)


def test_a_notice_of_unknown_fate_does_not_put_the_send_in_doubt() -> None:
    world = World([Unknown("http_502")], [NotFound()], first=(Step("notice", PostNotice("1", "x")),))
    world.run()
    assert world.run() == Done()
    assert (world.sent, world.probed) == (["text0"], 1)


def test_a_redriven_message_of_unknown_fate_is_probed_before_it_is_repeated() -> None:
    world = World([Unknown("no_answer")] * 2, [CannotTell(None), CannotTell(None), Found({"wamid": "w1"})])
    for _ in range(3):
        world.run()
    assert (len(world.sent), world.state) == (2, "PARKED")
    world.ledger.unpark(EVENT.id, world.clock.now)
    assert world.run() == Done()
    assert (len(world.sent), world.state) == (2, "SENT")


def test_a_message_parked_for_its_age_keeps_its_doubt() -> None:
    world = World(proofs=[Found({"wamid": "w0"})])
    lost(world)
    world.clock.now += MAX_AGE_MS + 1
    assert (world.run(), world.state) == (Done(), "PARKED")
    world.ledger.unpark(EVENT.id, world.clock.now)
    assert world.run() == Done()
    assert (world.sent, world.state, world.probed) == (["text0"], "SENT", 1)


def test_a_receipt_at_the_last_moment_stops_the_repetition() -> None:
    world = World()
    lost(world)

    def probe(_effect: Effect, _claim: Claimed, _timeout: float) -> Proof:
        world.receipts.receipt(EVENT.id, 0, "w-by-receipt", "sent", 1, world.clock.now)
        return CannotTell(None)

    world.probe = probe  # type: ignore[method-assign]
    assert world.run() == Done()
    assert world.sent == ["text0"]
    assert not (world.ledger.read(EVENT.id) or {}).get("dup_risk")
    assert not [note for note in world.notes if note.startswith("dup_risk")]


def test_a_crash_is_not_settled_by_what_was_known_of_an_earlier_loss() -> None:
    """The first send certainly failed; the second one's worker died, and the provider may still be at it."""
    world = World([Unknown("http_502")], [NotFound(), NotFound(), NotFound()], took_effect=False)
    world.run()
    world.outcomes = [Killed()]
    with pytest.raises(Killed):
        world.run()
    world.clock.now += 61_000
    verdict = world.run()
    assert isinstance(verdict, Later)
    assert verdict.seconds > 55
    world.clock.now += round(verdict.seconds * 1000)
    assert (world.run(), world.sent) == (Done(), ["text0"])


def test_a_crash_is_not_settled_by_a_probe_that_got_no_answer() -> None:
    world = World([Killed()], [CannotTell(10, "http_502"), NotFound(), NotFound()], took_effect=False)
    with pytest.raises(Killed):
        world.run()
    world.clock.now += 61_000
    assert world.run() == Later(10)
    world.clock.now += 10_000
    assert isinstance(world.run(), Later)
    assert world.sent == []


class TemplateWorld(World):
    """The same provider, asked to send what is paid for."""

    def decide(self, steps: Steps) -> Decision:
        paid = SendTemplate("5511", "", "retomar", "pt_BR", ())
        return Finish() if "template" in steps else Step("template", paid)

    def perform(self, effect: Effect, _claim: Claimed, _timeout: float) -> Outcome:
        assert isinstance(effect, SendTemplate)
        return super().perform(SendText(effect.to, "", effect.name, 0), _claim, _timeout)


def test_a_paid_template_of_unknown_fate_is_repeated_by_a_persons_word_alone() -> None:
    world = TemplateWorld([Unknown("no_answer")], [CannotTell(None), CannotTell(None)], took_effect=False)
    world.run()
    assert world.run() == Done()
    assert (world.sent, world.state) == ([], "PARKED")
    assert (world.ledger.read(EVENT.id) or {})["reason"] == "reason.template_fate_unknown"
    assert world.ledger.unpark(EVENT.id, world.clock.now) is not None
    world.run()
    assert (world.sent, world.state) == (["retomar"], "SENT")


def test_a_customers_answer_settles_what_became_of_the_template() -> None:
    world = TemplateWorld([Unknown("no_answer")], [CannotTell(None)], took_effect=False)
    world.run()
    world.run()
    world.ledger.unpark(EVENT.id, world.clock.now, by_customer=True)
    assert (world.state, world.probed) == ("RETRY", 1)


FETCH = FetchMedia("987", "image/jpeg", "", "", "imagem")


@pytest.mark.parametrize(
    ("effect", "left_ms", "begun"),
    [
        (FETCH, 19_000, False),
        (FETCH, 21_000, True),
        (SendText("5511", "", "text0", 0), 19_000, True),
        (SendText("5511", "", "text0", 0), 1_000, False),
    ],
    ids=["file, too late", "file, in time", "text, in time", "text, too late"],
)
def test_an_effect_is_not_begun_when_the_process_ends_before_it_can(effect: Effect, left_ms: int, begun: bool) -> None:
    world = World()
    world.executor._ends_ms = lambda: world.clock.now + left_ms
    done: list[Effect] = []

    def perform(performed: Effect, _claim: Claimed, timeout: float) -> Outcome:
        assert timeout <= left_ms / 1000
        done.append(performed)
        return Succeeded({"wamid": "w"})

    world.perform = perform  # type: ignore[method-assign]

    def decide(steps: Steps) -> Decision:
        return Finish() if "one" in steps else Step("one", effect)

    verdict = world.executor.run(EVENT, lambda _claim: (decide, world))
    assert bool(done) is begun
    assert verdict == (Done() if begun else Later(0))
    assert world.state == ("SENT" if begun else "RETRY")
