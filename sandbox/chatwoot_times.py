"""How Chatwoot writes a time in its webhooks."""

from datetime import UTC, datetime


def iso(at_ms: int) -> str:
    """2026-06-17T13:01:08.131Z."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at_ms % 1000:03d}Z"
