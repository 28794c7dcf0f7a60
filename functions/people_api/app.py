"""/pessoas: customers of WhatsApp who may be one person, for whoever runs the stack."""

from typing import Any

from ponte.runtime import wiring
from ponte.runtime.answers import LambdaAnswer


def handler(event: dict[str, Any], context: Any) -> LambdaAnswer:
    """API Gateway event (payload 2.0) in, answer out; see runtime/api_merges.py."""
    return wiring.people_api()(event, context)
