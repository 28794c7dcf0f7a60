"""Circuits that are open: a portal or a number that was found to be down, whose chats wait."""

from dataclasses import dataclass
from typing import Literal

from cli.doctor.findings import Failed, Finding, ok, problem, unasked
from cli.session import moment
from ponte.storage.circuits import Circuit

FORGOTTEN_MS = 120_000  # open for longer than its time: nothing waits, and the next message will be its trial


@dataclass(frozen=True, slots=True)
class CircuitProbe:
    """circuit: None where it is closed. about: which portal or number, masked."""

    check: Literal["portal.circuit", "meta.circuit"]
    about: str
    circuit: Circuit | Failed | None
    now_ms: int


def circuit(probe: CircuitProbe) -> Finding:
    if isinstance(probe.circuit, Failed):
        return unasked(probe.check, probe.circuit, probe.about)
    if probe.circuit is None or probe.circuit.open_until_ms < probe.now_ms - FORGOTTEN_MS:
        return ok(probe.check, probe.about)
    since = moment(probe.circuit.opened_ms)
    return problem(probe.check, "doctor.circuit.open", probe.about, since=since, count=str(probe.circuit.opens))
