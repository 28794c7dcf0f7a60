"""/bitrix24/install and /bitrix24/settings: the pages a portal opens inside itself, and its installation event."""

from typing import Any

from ponte.runtime import wiring
from ponte.runtime.answers import LambdaAnswer


def handler(event: dict[str, Any], _context: Any) -> LambdaAnswer:
    """API Gateway event (payload 2.0) in, page out; see runtime/pages.py."""
    return wiring.pages()(event)
