"""Hourly: renew the Bitrix24 tokens that will be needed before the next run."""

from typing import Any

from ponte.runtime import schedules, wiring
from ponte.runtime.observability import emit


def handler(_event: dict[str, Any], _context: Any) -> dict[str, int]:
    """Scheduler event in, counts out; see runtime/schedules.py."""
    means = wiring.means()
    return schedules.renew_tokens(means.directory, means.grants, means.portals, means.clock, emit)
