"""GET and POST /webhooks/meta: WhatsApp's door."""

from typing import Any

from ponte.runtime import wiring
from ponte.runtime.answers import LambdaAnswer


def handler(event: dict[str, Any], _context: Any) -> LambdaAnswer:
    """API Gateway event (payload 2.0) in, answer out; see runtime/ingress.py."""
    return wiring.meta_door()(event)
