"""POST /webhooks/chatwoot/{tenant}: the door for what an office's Chatwoot tells."""

from typing import Any

from ponte.runtime import wiring
from ponte.runtime.answers import LambdaAnswer


def handler(event: dict[str, Any], _context: Any) -> LambdaAnswer:
    """API Gateway event (payload 2.0) in, answer out; see runtime/office_ingress.py."""
    return wiring.chatwoot_door()(event)
