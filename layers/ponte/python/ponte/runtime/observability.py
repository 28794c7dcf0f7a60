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


class OutcomeLog(Protocol):
    """flow: which way ("whatsapp_to_bitrix24", ...). result: a stable word. event_id: digested before it is written."""

    def __call__(self, flow: str, result: str, event_id: str = "", detail: str = "", count: int = 1) -> None: ...


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


def _write(line: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(line, separators=(",", ":")) + "\n")
    sys.stdout.flush()
