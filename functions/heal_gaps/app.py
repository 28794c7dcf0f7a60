"""Every fifteen minutes: what an outage of ours kept from us is found in the open lines' histories and sent on."""

from typing import Any

from ponte.runtime import wiring
from ponte.runtime.healing import Wish

KEPT_MS = 20_000  # of the function's time, for the last call under way and the report


def handler(_event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Scheduler event in, drift report out; see runtime/drift_report.py."""
    budget_ms = context.get_remaining_time_in_millis() - KEPT_MS
    return wiring.healing().run(Wish(), budget_ms).as_data()
