"""Replay: what would be done now about a message that is parked or was skipped, shown first, then done.

The plan walks the relay's own `decide` with the outcomes that are kept, under today's configuration, over tables that
keep every write to themselves and without anybody to call. Carrying it out is a redrive: the worker decides anew, does
only what is missing, and never repeats what was done. What the command line and the REST API share.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, NoReturn

from ponte.http import HttpRequest
from ponte.queue.envelope import Envelope, loads
from ponte.relays.decisions import Decide, Finish, Park, Step, Steps
from ponte.runtime.composition import make_means, make_worker
from ponte.runtime.foreseen import Foreseen, about
from ponte.runtime.outside import Outside
from ponte.runtime.redrive import (
    BITRIX24_EVENTS,
    CHATWOOT_EVENTS,
    WHATSAPP_EVENTS,
    WHATSAPP_STATUSES,
    ZATTAR_EVENTS,
    route_of,
)
from ponte.runtime.settings import Settings
from ponte.runtime.worker import Retry
from ponte.storage.claims import Claimed
from ponte.storage.directory import Directory
from ponte.storage.ledger_items import NOTICE, STEP, steps_of
from ponte.storage.overlay import Overlay
from ponte.storage.table import ConditionFailed, Item, Tables
from ponte.storage.waiting import is_forgotten, is_replayable

MAX_STEPS = 100  # no event needs as many
_FLOWS = {
    BITRIX24_EVENTS: "bitrix24_to_whatsapp",
    WHATSAPP_STATUSES: "whatsapp_status",
    WHATSAPP_EVENTS: "whatsapp_to_bitrix24",
    ZATTAR_EVENTS: "zattar_to_chatwoot",
    CHATWOOT_EVENTS: "chatwoot_to_zattar",
}
LEASE_MS = 60_000

type Ends = Literal["sent", "skipped", "parked", "open"]
type Unplanned = Literal["done", "under_way", "not_kept", "busy"]


@dataclass(frozen=True, slots=True)
class Planned:
    """One effect that would be had. step: its name within the event. effect: its kind, e.g. "SendText". about: more to
    know of it (foreseen.about)."""

    step: str
    effect: str
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """done: steps that stay as they are. again: refused steps and notices, which a replay forgets (name, vendor's code
    or ""). missing: what would be done, in order; beyond a look-up only as far as it finds nothing. ends: "open" where
    the rest hangs on answers nobody can foresee. reason: of being skipped or parked. in_doubt: the first of `missing`
    may have been done already, so the provider is asked before.
    """

    done: tuple[str, ...]
    again: tuple[tuple[str, str], ...]
    missing: tuple[Planned, ...]
    ends: Ends
    reason: str = ""
    in_doubt: bool = False

    @property
    def is_worth_it(self) -> bool:
        """Whether anything but another notice to the operator would come of it."""
        if self.ends == "skipped":
            return False
        return self.ends != "parked" or any(not planned.step.startswith(NOTICE) for planned in self.missing)


class _Nowhere:
    """A Sender and Streamer for plans, which call nobody."""

    def __call__(self, request: HttpRequest, *_: Any) -> NoReturn:
        raise AssertionError(f"a plan calls nobody: {request.method}")

    fetch = upload = __call__


class Replay:
    """outside: the real one; plans only read from it."""

    def __init__(self, outside: Outside, settings: Settings) -> None:
        self._outside = outside
        self._settings = settings

    def plan(self, row: Item) -> Plan | Unplanned:
        """row: a ledger item. Not planned: "done" (nothing is missing), "under_way" (a worker has it, or will),
        "not_kept" (its content is gone), "busy" (another message of the customer opens the chat just now)."""
        state = str(row.get("st", ""))
        if not is_replayable(row):
            if state == "SENT":
                return "done"
            return "not_kept" if state == "SKIPPED" else "under_way"
        envelope = loads(str(row["envelope"]))
        outcomes = {name: value for name, value in row.items() if name.startswith(STEP)}
        again = {name: value for name, value in outcomes.items() if is_forgotten(name, value)}
        kept = {name: value for name, value in steps_of(row).items() if STEP + name not in again}
        try:
            decide, foreseen = self._decide(envelope, self._claim(envelope, kept))
        except (Retry, ConditionFailed):
            return "busy"
        forgotten = tuple((name.removeprefix(STEP), str(value.get("refused", ""))) for name, value in again.items())
        plan = _walk(decide, foreseen, kept)
        return replace(plan, done=tuple(kept), again=forgotten, in_doubt="unknown_ms" in row)

    def _claim(self, envelope: Envelope, kept: dict[str, dict[str, Any]]) -> Claimed:
        until = self._outside.clock.now_ms() + LEASE_MS
        return Claimed(envelope, self._outside.owner(), until, 1, 0, "retry", kept)

    def _decide(self, envelope: Envelope, claim: Claimed) -> tuple[Decide, Foreseen]:
        real = self._outside.tables
        tables = Tables(Overlay(real.core), Overlay(real.message), Overlay(real.audit), Overlay(real.state))
        directory = Directory(tables.core, self._outside.clock, cache_ms=0)
        dry = replace(
            self._outside,
            tables=tables,
            directory=directory,
            sender=_Nowhere(),
            streamer=_Nowhere(),
            tenant_sender=lambda _: _Nowhere(),
            log=_silent,
            bug=lambda *_: None,
        )
        flow = flow_of(envelope)
        means = make_means(dry, self._settings)
        worker = make_worker(dry, means, self._settings, flow)
        stores = means.conversations, means.windows, means.templates
        return worker.consider(envelope, claim), Foreseen(envelope, *stores, dry.clock)


def flow_of(envelope: Envelope) -> str:
    """Whose worker takes it: that of the queue it came through."""
    return _FLOWS[route_of(envelope)]


def _silent(*_args: Any, **_more: Any) -> None:
    """A plan is no outcome."""


def _walk(decide: Decide, foreseen: Foreseen, kept: Mapping[str, Mapping[str, Any]]) -> Plan:
    steps: dict[str, Mapping[str, Any]] = dict(kept)
    missing: list[Planned] = []
    while len(missing) < MAX_STEPS:
        decision = _asked(decide, steps)
        match decision:
            case Step(name, effect):
                steps[name] = outcome = foreseen.outcome(effect)
                missing.append(Planned(name, type(effect).__name__, about(effect, outcome)))
            case Finish(state, detail):
                ends: Ends = "sent" if state == "SENT" else "skipped"
                return Plan((), (), tuple(missing), ends, detail)
            case Park(reason):
                return Plan((), (), tuple(missing), "parked", reason)
            case None:
                break
    return Plan((), (), tuple(missing), "open")


def _asked(decide: Decide, steps: Steps) -> Step | Finish | Park | None:
    """None: it hangs on an outcome that we had to make up."""
    try:
        return decide(steps)
    except (KeyError, ValueError, TypeError):
        return None
