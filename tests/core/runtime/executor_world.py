"""A scripted provider behind the real executor and ledger."""

from dataclasses import dataclass, field

from ponte.mappings import Timing
from ponte.outcome import Outcome, Succeeded, Unknown
from ponte.queue.envelope import Envelope
from ponte.queue.fifo_batch import Later, Verdict
from ponte.relays.decisions import Decision, Effect, Finish, Park, Step, Steps, refused
from ponte.relays.effects import MarkRead, SendText
from ponte.runtime.execute import Executor, Proof
from ponte.storage.claims import Claimed
from ponte.storage.ledger import Ledger
from ponte.storage.ledger_items import word
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
            lambda _envelope, error: self.notes.append(f"bug {type(error).__name__}"),
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


def lost(world: World) -> None:
    """The first send's answer is lost, though it arrived."""
    world.outcomes = [Unknown("no_answer")]
    assert isinstance(world.run(), Later)
    assert world.sent == ["text0"]
