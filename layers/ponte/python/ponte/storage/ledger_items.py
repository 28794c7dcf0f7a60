"""How a ledger item reads: its steps, its state in people's words, the way the event took."""

from collections.abc import Mapping
from typing import Any

STEP = "s_"  # how the names of attributes begin that keep a step's outcome
NOTICE = "notice"  # how the names of steps begin that tell operators something: they come out of turn
UNKNOWN = ("unknown_ms", "unknown_step", "begun_ms", "settles_ms", "reopened")  # what is kept of a step of unknown fate
UNDER_WAY = ("SENDING", "RETRY", "UNKNOWN")  # states of an event that a worker still has to do something about
DELIVERED = 3  # ranks as receipts bring them: sent 1, delivered 3, read 4, played 5


def steps_of(item: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The outcomes of an item's finished steps, by step name."""
    return {name.removeprefix(STEP): dict(value) for name, value in item.items() if name.startswith(STEP)}


def word(item: Mapping[str, Any]) -> str:
    """The state of an event as people read it: a sent message is as far as the slowest of its parts."""
    state = str(item.get("st", ""))
    parts = [name.removeprefix(f"{STEP}send") for name in item if name.startswith(f"{STEP}send")]
    if state != "SENT" or not any(part.isdigit() for part in parts):
        return state
    digits = [part for part in parts if part.isdigit()]
    if any(f"failed{part}" in item and int(item.get(f"rk{part}", 0)) < DELIVERED for part in digits):
        return "FAILED"
    rank = min(int(item.get(f"rk{part}", 0)) for part in digits)
    if rank > DELIVERED:
        return "READ"
    return "DELIVERED" if rank == DELIVERED else "SENT"


def entry(at_ms: int, step: str, detail: str = "") -> dict[str, Any]:
    return {"at_ms": at_ms, "step": step, "detail": detail} if detail else {"at_ms": at_ms, "step": step}


def log_of(item: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The way the event took: [{at_ms, step, detail}], oldest first."""
    way = [{"at_ms": int(item.get("received_ms", 0)), "step": "webhook", "detail": str(item.get("kind", ""))}]
    if "t0" in item:
        way.append({"at_ms": int(item["t0"]), "step": "claimed", "detail": ""})
    return way + [{"detail": "", **entry} for entry in item.get("log", [])]
