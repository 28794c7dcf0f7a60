"""One JSON line per outcome, with the metrics in it (CloudWatch's embedded metric format, EMF).

Stdlib only: the ingress functions import this. Dimensions are `flow` and `result` alone, never a tenant or a person,
since each series costs money. What a line may say is an allow-list: ids go in as digests; no phone, name, token or
text ever. Source: CloudWatch user guide, "Embedded metric format specification" (read 2026-11-22).
"""

import json
import sys
import time
import traceback
from collections.abc import Mapping
from typing import Any, Protocol

from ponte.digest import digest

NAMESPACE = "Ponte"
_EVENT_FIELDS = {
    *("tipo_entidade", "entidade_id", "usuario_id", "correlation_id"),
    *("status", "error", "chatwoot_response", "retry_attempts", "fields"),
}
_BAD = "_failed"


class OutcomeLog(Protocol):
    """flow: which way ("whatsapp_to_bitrix24", ...). result: a stable word. event_id: digested before it is written."""

    def __call__(self, flow: str, result: str, event_id: str = "", detail: str = "", count: int = 1) -> None: ...


class EventLog(Protocol):
    """event: a stable word, as in `chatwoot_sync_started`. fields: by the names of _EVENT_FIELDS; no others."""

    def __call__(self, event: str, fields: Mapping[str, str | int]) -> None: ...


class BugLog(Protocol):
    """error: an exception that should not be; only its type and place are written."""

    def __call__(self, flow: str, error: BaseException, event_id: str = "") -> None: ...


def emit(flow: str, result: str, event_id: str = "", detail: str = "", count: int = 1) -> None:
    """Write one outcome line to stdout, where Lambda picks up logs and EMF metrics alike."""
    line: dict[str, Any] = {
        "_aws": {
            "Timestamp": time.time_ns() // 1_000_000,
            "CloudWatchMetrics": [
                {
                    "Namespace": NAMESPACE,
                    "Dimensions": [["flow", "result"]],
                    "Metrics": [{"Name": "events", "Unit": "Count"}],
                }
            ],
        },
        "flow": flow,
        "result": result,
        "events": count,
    }
    if event_id:
        line["event"] = digest(event_id)
    if detail:
        line["detail"] = detail[:200]
    _write(line)


def emit_bug(flow: str, error: BaseException, event_id: str = "") -> None:
    """An exception that should not be: its type and where it came from, never its words (they may quote content)."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    where = [f"{frame.filename.rpartition('/ponte/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
    answer = getattr(error, "response", None)  # botocore's ClientError: its code is the service's word, not content
    code = (answer.get("Error") or {}).get("Code", "") if isinstance(answer, Mapping) else ""
    _write(
        {
            "level": "ERROR",
            "flow": flow,
            "error": type(error).__name__,
            "code": code,
            "where": where,
            "event": digest(event_id) if event_id else "",
        }
    )
    emit(flow, "bug", event_id)


def emit_event(event: str, fields: Mapping[str, str | int]) -> None:
    """Write one line of what happened to one person: {level, event, timestamp, ..fields}; ids and codes, no content."""
    line: dict[str, Any] = {
        "level": "ERROR" if event.endswith(_BAD) else "INFO",
        "event": event,
        "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }
    allowed = {name: value for name, value in fields.items() if name in _EVENT_FIELDS and value != ""}
    _write(line | {name: value[:200] if isinstance(value, str) else value for name, value in allowed.items()})


def no_event(event: str, fields: Mapping[str, str | int]) -> None:
    """An EventLog for whoever reads outcomes elsewhere."""


def _write(line: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(line, separators=(",", ":")) + "\n")
    sys.stdout.flush()
