"""Every fifteen minutes: how many messages are of unknown fate for too long."""

from typing import Any

from ponte.runtime import schedules, wiring
from ponte.runtime.observability import emit


def handler(_event: dict[str, Any], _context: Any) -> dict[str, int]:
    """Scheduler event in, counts out; see runtime/schedules.py."""
    means = wiring.means()
    return schedules.unsettled(means.ledger, means.clock, emit)
