"""Every five minutes: queue what had to be spilled to S3 while SQS refused."""

from typing import Any

from ponte.runtime import schedules, wiring
from ponte.runtime.observability import emit


def handler(_event: dict[str, Any], _context: Any) -> dict[str, int]:
    """Scheduler event in, counts out; see runtime/schedules.py."""
    return schedules.sweep(wiring.store(), wiring.queues(), emit)
