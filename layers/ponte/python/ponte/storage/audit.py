"""The audit trail: who had what done, and when. Rows are only ever added.

A row is written *before* what it tells of: a row for something that then did not happen explains itself by the next
row, while a change without a row would be a gap.
"""

import datetime as dt
from collections.abc import Mapping

from ponte.digest import digest
from ponte.storage import keys
from ponte.storage.table import Put, Table

KEPT_SECONDS = 5 * 365 * 24 * 3600


class Audit:
    """table: Audit."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def note(self, tenant: str, action: str, by: str, now_ms: int, detail: Mapping[str, str]) -> None:
        """action: a dotted word. by: who asked, or what acted of itself. detail: ids of ours only."""
        month = dt.datetime.fromtimestamp(now_ms / 1000, dt.UTC).strftime("%Y%m")
        told = [f"{name}={value}" for name, value in sorted(detail.items())]
        self._table.write(
            Put(
                {
                    "pk": keys.audit(tenant, month),
                    "sk": f"{now_ms:015d}#{digest(action, by, *told)}",
                    "action": action,
                    "by": by,
                    "at_ms": now_ms,
                    "detail": dict(detail),
                    "expires_at": now_ms // 1000 + KEPT_SECONDS,
                }
            )
        )
