"""Scripted trouble: which call goes wrong in which way, and where a function's process dies. Each entry counts down."""

import json
import re
import threading
from dataclasses import dataclass
from typing import Any

from sandbox.calls import Call, Reply, html_reply, json_reply
from sandbox.shapes import Refused, check

WEBHOOK_KINDS = ("webhook_lost", "webhook_delayed", "webhook_reordered")
KINDS = ("status", "html", "delay", "reset_before", "timeout_after_effect", "partial", *WEBHOOK_KINDS)
_PROVIDERS = ["meta", "bitrix24", "oauth", "chatwoot", "supabase"]
_TIMES = {"type": "integer", "minimum": 1, "maximum": 1_000_000, "default": 1}
FAULT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["provider", "kind"],
    "properties": {
        "provider": {"type": "string", "enum": _PROVIDERS},
        "match": {
            "type": ["object", "null"],
            "additionalProperties": False,
            "properties": {
                "path": {"type": ["string", "null"]},
                "body_contains": {"type": ["string", "null"]},
            },
        },
        "kind": {"type": "string", "enum": list(KINDS)},
        "status": {"type": ["integer", "null"], "minimum": 200, "maximum": 599},
        "body": {"type": ["object", "array", "string", "null"]},
        "delay_ms": {"type": ["integer", "null"], "minimum": 0, "maximum": 120_000},
        "times": _TIMES,
    },
}
CRASH_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["function", "provider", "when"],
    "properties": {
        "function": {"type": "string", "minLength": 1, "maxLength": 140},
        "provider": {"type": "string", "enum": _PROVIDERS},
        "when": {"type": "string", "enum": ["before_call", "after_call"]},
        "times": _TIMES,
    },
}
DEFAULT_DELAY_MS = 1_000
LONGEST_HOLD_MS = 60_000


@dataclass
class Fault:
    provider: str
    kind: str
    path: str
    body_contains: str
    status: int | None
    body: Any
    delay_ms: int | None
    times: int

    def matches(self, call: Call) -> bool:
        """path and body_contains are parts of the call's path and body; empty ones match every call."""
        return (
            self.times > 0
            and self.kind not in WEBHOOK_KINDS
            and self.provider == call.provider
            and self.path in call.path
            and (not self.body_contains or call.contains(self.body_contains))
            and (self.kind != "partial" or _has_parts(call))
        )

    def matches_webhook(self, provider: str, name: str, body: bytes) -> bool:
        """As `matches`, for what a provider posts. name: of what it is about (the table, the event)."""
        return (
            self.times > 0
            and self.kind in WEBHOOK_KINDS
            and self.provider == provider
            and self.path in name
            and self.body_contains in body.decode("utf-8", "replace")
        )

    def as_data(self) -> dict[str, Any]:
        match = {"path": self.path, "body_contains": self.body_contains}
        data = {"provider": self.provider, "match": {k: v for k, v in match.items() if v}, "kind": self.kind}
        options = {"status": self.status, "body": self.body, "delay_ms": self.delay_ms}
        return {**data, **{k: v for k, v in options.items() if v is not None}, "times": self.times}

    def reply(self) -> Reply:
        """What a `status` or `html` fault answers in the provider's place."""
        if self.kind == "html":
            page = self.body if isinstance(self.body, str) else "<html><body><h1>502 Bad Gateway</h1></body></html>"
            return html_reply(self.status or 502, page)
        status = self.status or 500
        if isinstance(self.body, str):
            kind = "application/json" if _is_json(self.body) else "text/html; charset=utf-8"
            return Reply(status, self.body.encode(), {"content-type": kind})
        body = self.body if self.body is not None else _usual_body(self.provider, status)
        return json_reply(status, body, took_effect=False)


@dataclass
class Crash:
    """function: a part of the function's name; case, `-` and `_` do not count (OnBitrix24Event, on_bitrix24_event)."""

    function: str
    provider: str
    when: str
    times: int


class Faults:
    """The scripted faults and crashes; safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._crashes: list[Crash] = []

    def add(self, data: Any) -> list[dict[str, Any]]:
        """One fault or a list, in matching order behind the present ones. Raises Refused; then none is added."""
        added = [_fault(one, path) for one, path in _as_list(data)]
        with self._lock:
            self._faults += added
        return self.active()

    def add_crash(self, data: Any) -> None:
        added = [Crash(**check(one, CRASH_SCHEMA, path=path)) for one, path in _as_list(data)]
        with self._lock:
            self._crashes += added

    def take(self, call: Call) -> Fault | None:
        """The first fault for this call, counted down."""
        with self._lock:
            for fault in self._faults:
                if fault.matches(call):
                    fault.times -= 1
                    return fault
        return None

    def take_webhook(self, provider: str, name: str, body: bytes) -> Fault | None:
        """The first fault for this webhook of a provider's, counted down."""
        with self._lock:
            for fault in self._faults:
                if fault.matches_webhook(provider, name, body):
                    fault.times -= 1
                    return fault
        return None

    def take_crash(self, call: Call, when: str) -> bool:
        """Whether the calling process has to die now."""
        name = _plain(call.function)
        with self._lock:
            for crash in self._crashes:
                wanted = crash.times > 0 and crash.when == when and crash.provider == call.provider
                if wanted and name and _plain(crash.function) in name:
                    crash.times -= 1
                    return True
        return False

    def active(self) -> list[dict[str, Any]]:
        with self._lock:
            self._faults = [fault for fault in self._faults if fault.times > 0]
            return [fault.as_data() for fault in self._faults]

    def clear(self) -> None:
        """Forget faults and crashes."""
        with self._lock:
            self._faults.clear()
            self._crashes.clear()


def _as_list(data: Any) -> list[tuple[Any, str]]:
    if isinstance(data, list):
        return [(one, f"[{index}]") for index, one in enumerate(data)]
    return [(data, "")]


def _fault(data: Any, path: str) -> Fault:
    checked = check(data, FAULT_SCHEMA, path=path)
    if checked["kind"] == "partial" and checked["provider"] != "bitrix24":
        raise Refused("only bitrix24 has calls of several parts", f"{path}.kind".lstrip("."))
    if checked["kind"] in WEBHOOK_KINDS and checked["provider"] not in ("chatwoot", "supabase"):
        raise Refused("only chatwoot and supabase post webhooks by themselves", f"{path}.kind".lstrip("."))
    match = checked.get("match", {})
    return Fault(
        provider=checked["provider"],
        kind=checked["kind"],
        path=match.get("path", ""),
        body_contains=match.get("body_contains", ""),
        status=checked.get("status"),
        body=checked.get("body"),
        delay_ms=checked.get("delay_ms"),
        times=checked["times"],
    )


def _has_parts(call: Call) -> bool:
    return re.search(r"/(imconnector\.send\.messages|batch)(\.json)?$", call.path, re.I) is not None


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


_META_USUAL = {
    401: (190, "Error validating access token: Session has expired."),
    400: (100, "(#100) Invalid parameter"),
    429: (130429, "(#130429) Rate limit hit"),
}
_BITRIX24_USUAL = {
    400: ("ERROR_ARGUMENT", "Argument is null or empty"),
    401: ("expired_token", "The access token provided has expired"),
    403: ("ACCESS_DENIED", "REST API is available only on commercial plans"),
    404: ("ERROR_METHOD_NOT_FOUND", "Method not found!"),
    429: ("OPERATION_TIME_LIMIT", "Method is blocked due to operation time limit."),
    503: ("QUERY_LIMIT_EXCEEDED", "Too many requests"),
}
_CHATWOOT_USUAL: dict[int, dict[str, Any]] = {
    401: {"error": "Invalid Access Token"},
    404: {"error": "Resource could not be found"},
    422: {"message": "Email has already been taken", "attributes": ["email"]},
}
_OAUTH_USUAL = {
    400: ("invalid_grant", "Invalid authorization data was provided"),
    401: ("invalid_client", "Invalid client data was provided"),
}
_SUPABASE_USUAL = {
    401: ("PGRST301", "JWT expired"),
    403: ("42501", "permission denied for table clientes"),
    404: ("PGRST205", "Could not find the table in the schema cache"),
    409: ("23505", "duplicate key value violates unique constraint"),
    500: ("57014", "canceling statement due to statement timeout"),
    503: ("PGRST002", "Could not query the database for the schema cache. Retrying."),
}


def _usual_body(provider: str, status: int) -> dict[str, Any]:
    """What the provider most often says with this status."""
    if provider == "supabase":
        if status not in _SUPABASE_USUAL:
            return {"message": "An invalid response was received from the upstream server"}
        name, description = _SUPABASE_USUAL[status]
        return {"code": name, "message": description, "details": None, "hint": None}
    if provider == "meta":
        code, message = _META_USUAL.get(
            status, (2, "An unexpected error has occurred. Please retry your request later.")
        )
        error = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "AbCdEh"}
        return {"error": {**error, **({"is_transient": True} if code == 2 else {})}}
    if provider == "chatwoot":
        return _CHATWOOT_USUAL.get(status, {"status": status, "error": "Internal Server Error"})
    table = _OAUTH_USUAL if provider == "oauth" else _BITRIX24_USUAL
    name, description = table.get(status, ("INTERNAL_SERVER_ERROR", "Internal server error"))
    return {"error": name, "error_description": description}
