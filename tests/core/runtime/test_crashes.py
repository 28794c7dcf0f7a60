"""Bugs of our own: counted against the one message that they strike, which in the end waits for a person."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from ponte.errors import Contended, MalformedEvent
from ponte.outcome import Outcome
from ponte.queue.envelope import Envelope, pack
from ponte.queue.fifo_batch import Done, Later, Verdict
from ponte.relays.decisions import Decision, Steps
from ponte.runtime.composition import make_parts
from ponte.runtime.execute import MAX_HITS, Found
from ponte.runtime.worker import CONTENDED_S, Worker
from ponte.storage.ledger_items import word

from .bundle import Bundle
from .executor_world import EVENT, World


@dataclass
class Broken(World):
    """Raises where it is told to, while `broken`."""

    where: str = "decide"
    error: BaseException = KeyError("5511999999999")  # noqa: RUF009  # what it holds must not be shown
    broken: bool = True

    def run(self) -> Verdict:
        def prepare(_claim: object) -> tuple[Callable[[Steps], Decision], World]:
            self._strike("prepare")
            return self.decide, self

        return self.executor.run(EVENT, prepare)

    def decide(self, steps: Steps) -> Decision:
        if steps:
            self._strike("second decide")
        self._strike("decide")
        return super().decide(steps)

    def perform(self, *arguments: object) -> Outcome:
        self._strike("perform")
        outcome = super().perform(*arguments)  # type: ignore[arg-type]
        self._strike("after the call")
        return outcome

    def _strike(self, where: str) -> None:
        if self.broken and where == self.where:
            raise self.error


@pytest.mark.parametrize("where", ["prepare", "decide"])
def test_what_we_cannot_digest_waits_for_a_person_after_ten_tries(where: str) -> None:
    world = Broken(where=where)
    for _ in range(MAX_HITS - 1):
        assert isinstance(world.run(), Later)
        world.clock.now += 900_000
    assert world.run() == Done()
    item = world.ledger.read(EVENT.id) or {}
    assert (item["st"], item["reason"], item["reason_detail"]) == ("PARKED", "reason.crashed", "KeyError")
    assert "5511999999999" not in str(item)
    assert world.sent == []
    assert world.notes.count("bug KeyError") == MAX_HITS


def test_a_mended_bug_lets_a_redriven_message_go() -> None:
    world = Broken()
    for _ in range(MAX_HITS):
        world.run()
        world.clock.now += 900_000
    world.broken = False
    assert world.ledger.unpark(EVENT.id, world.clock.now) == EVENT
    assert world.run() == Done()
    assert (world.sent, world.state) == (["text0"], "SENT")


def test_the_waits_between_crashes_grow() -> None:
    world = Broken()
    waits = []
    for _ in range(4):
        verdict = world.run()
        assert isinstance(verdict, Later)
        waits.append(verdict.seconds)
        world.clock.now += 900_000
    assert waits == [5, 10, 20, 40]


@pytest.mark.parametrize("where", ["perform", "after the call"])
def test_a_crash_around_a_call_is_probed_before_it_is_repeated(where: str) -> None:
    world = Broken(where=where, proofs=[Found({"wamid": "w0"})])
    assert isinstance(world.run(), Later)
    assert world.state == "UNKNOWN"
    world.broken = False
    world.clock.now += 60_000
    assert world.run() == Done()
    assert world.probed == 1
    assert len(world.sent) == (where == "after the call")


def test_a_crash_between_two_parts_repeats_neither_and_asks_nobody() -> None:
    world = Broken(where="second decide", parts=2)
    assert isinstance(world.run(), Later)
    world.broken = False
    world.clock.now += 10_000
    assert world.run() == Done()
    assert (world.sent, world.probed) == (["text0", "text1"], 0)


class Refused(Exception):
    """As botocore's: a service of ours does not answer as asked."""


def test_a_service_of_ours_that_fails_is_not_the_messages_fault() -> None:
    world = Broken(error=Refused())
    with pytest.raises(Refused):
        world.run()
    assert (world.ledger.read(EVENT.id) or {}).get("hits", 0) == 0


class Taker(Worker):
    """Raises before the claim for an envelope whose text says so."""

    def take(self, envelope: Envelope) -> Verdict:
        match envelope.payload.get("text"):
            case "bug":
                raise TypeError
            case "malformed":
                raise MalformedEvent("x")
            case "contended":
                raise Contended
        return self.parts.executor.run(envelope, lambda _: self._finished("SENT", ""))


def envelope(n: int, text: str) -> Envelope:
    return Envelope("wa", "1", f"wamid.{n}", "message", "p", n, 5, {"text": text})


@pytest.mark.parametrize("text", ["bug", "malformed"])
def test_a_pack_loses_nobody_for_one_message_that_crashes_before_its_claim(text: str) -> None:
    bundle = Bundle("a")
    told: list[str] = []
    outside = replace(bundle.outside, bug=lambda _flow, error, _id="": told.append(type(error).__name__))
    worker = Taker(make_parts(outside, bundle.means, bundle.settings, "whatsapp_to_bitrix24"))
    record = {"body": pack([envelope(n, text if n == 1 else "").dumps() for n in range(3)])}
    verdicts = []
    for _ in range(MAX_HITS):
        verdicts.append(worker(record))
        bundle.clock.now += 900_000
    assert [type(each) for each in verdicts] == [Later] * (MAX_HITS - 1) + [Done]
    states = [word(bundle.means.ledger.read(envelope(n, "").id) or {}) for n in range(3)]
    assert states == ["SENT", "PARKED", "SENT"]
    assert len(told) == MAX_HITS


def test_a_crowd_is_no_bug() -> None:
    bundle = Bundle("a")
    worker = Taker(bundle.workers["whatsapp_to_bitrix24"].parts)
    assert worker({"body": envelope(1, "contended").dumps()}) == Later(CONTENDED_S)
    assert bundle.means.ledger.read(envelope(1, "").id) is None
