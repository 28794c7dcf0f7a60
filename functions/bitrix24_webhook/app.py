"""POST /webhooks/bitrix24/outbound: the door for everything a portal tells by event."""

from typing import Any

from ponte.runtime import wiring
from ponte.runtime.answers import LambdaAnswer


def handler(event: dict[str, Any], _context: Any) -> LambdaAnswer:
    """API Gateway event (payload 2.0) in, answer out; see runtime/ingress.py."""
    return wiring.bitrix24_door()(event)
