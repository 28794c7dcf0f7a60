"""Exactly once: what the executor does with every outcome, how long it waits, and when it gives up."""

from collections.abc import Callable
from typing import Any

import pytest

from ponte.outcome import Blocked, Outcome, Rejected, Succeeded, Transient, Unknown
from ponte.queue.fifo_batch import Done, Later
from ponte.relays.decisions import Decision, Effect, Finish, Step, Steps
from ponte.relays.effects import FindContact, SendText
from ponte.relays.file_effects import FetchMedia
from ponte.runtime.execute import MAX_AGE_MS
from ponte.storage.claims import Claimed

from .executor_world import EVENT, World


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
