"""The journal: every call to a provider, in the order of the effects. A test instrument: nothing is redacted."""

import threading
from typing import Any

from sandbox.calls import Call

PROVIDERS = ("meta", "bitrix24", "oauth", "chatwoot", "supabase", "egress")


class Journal:
    """Entries: {n, at_ms, provider, method, host, path, query, headers, body, status, took_effect, function}.

    n counts from 1 and starts again with each scenario. status is null where no answer went out.
    """

    def __init__(self) -> None:
        self._entries: list[dict[str, Any]] = []
        self._lock = threading.Lock()

    def record(
        self, call: Call, status: int | None, took_effect: bool | None, *, refused: bool | None = None
    ) -> dict[str, Any]:
        """refused: only for calls to hosts that are no provider's."""
        entry: dict[str, Any] = {
            "at_ms": call.at_ms,
            "provider": call.provider,
            "method": call.method,
            "host": call.host,
            "path": call.path,
            "query": call.query,
            "headers": call.headers,
            "body": call.decoded,
            "status": status,
            "took_effect": took_effect,
            "function": call.function,
        }
        if refused is not None:
            entry["refused"] = refused
        return self.append(entry)

    def append(self, entry: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            numbered = {"n": len(self._entries) + 1, **entry}
            self._entries.append(numbered)
        return numbered

    def after(self, n: int = 0, provider: str | None = None) -> list[dict[str, Any]]:
        with self._lock:
            return [entry for entry in self._entries[max(0, n) :] if provider in (None, entry["provider"])]

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
