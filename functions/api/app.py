"""The REST API of the office bridge: /sync, /partes, /vinculos, /integracoes, /conflitos, and /openapi.json."""

from typing import Any

from ponte.runtime import wiring
from ponte.runtime.answers import LambdaAnswer


def handler(event: dict[str, Any], context: Any) -> LambdaAnswer:
    """API Gateway event (payload 2.0) in, answer out; see runtime/api.py."""
    return wiring.office_api()(event, context)
