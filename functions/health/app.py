"""GET /health."""

from typing import Any

from ponte.runtime import health, wiring
from ponte.runtime.answers import LambdaAnswer
from ponte.runtime.observability import emit


def handler(_event: dict[str, Any], _context: Any) -> LambdaAnswer:
    """200 ok or 503 degraded, with each dependency; see runtime/health.py."""
    return health.answer(wiring.health_checks(), wiring.CLOCK, lambda name, why: emit("health", name, detail=why))
