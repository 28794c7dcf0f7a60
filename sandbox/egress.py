"""The way out of the sandbox: every call of a function to a provider passes here.

Told by X-Forwarded-Host whom a call was meant for, the gateway lets scripted faults and crashes happen, hands the call
to our fake or to the server put in its place, and writes the journal. What reaches a fake on its own port takes the
same way, so there is one implementation and one journal.
"""

import http.client
import logging
import os
import re
import signal
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urlsplit

from sandbox.calls import Call, Fake, Fetching, Reply
from sandbox.faults import DEFAULT_DELAY_MS, LONGEST_HOLD_MS, Fault, Faults
from sandbox.journal import Journal
from sandbox.offices import with_scopes
from sandbox.server import Answer, Handler, NoAnswer, Request, json_answer
from sandbox.shapes import Refused, parse_json
from sandbox.world import World

LOG = logging.getLogger("sandbox")
FORWARD_SECONDS = 65.0
_OURS = re.compile(r"x-ponte-.*|x-forwarded-.*")
_HOP_BY_HOP = {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}
_PROVIDERS: tuple[tuple[str, str], ...] = (
    (r"graph\.facebook\.com", "meta"),
    (r"([a-z0-9-]+\.)*fbsbx\.com", "meta"),
    (r"oauth\.bitrix\.info|oauth\.bitrix24\.tech", "oauth"),
    (r"[a-z0-9-]+\.supabase\.co", "supabase"),
    (r"([a-z0-9-]+\.)+bitrix24\.[a-z]{2,4}(\.[a-z]{2})?", "bitrix24"),
)
_PORT = re.compile(r":\d+$")


@lru_cache(maxsize=256)
def provider_of(host: str) -> str:
    """meta, bitrix24, oauth, supabase, or egress for any other: tenants' own hosts are known to the world alone."""
    name = _PORT.sub("", host.lower())
    return next((provider for pattern, provider in _PROVIDERS if re.fullmatch(pattern, name)), "egress")


class Egress:
    """fakes and overrides: by provider; an override's URL wins over the fake."""

    def __init__(
        self, world: World, journal: Journal, faults: Faults, fakes: Mapping[str, Fake], overrides: Mapping[str, str]
    ) -> None:
        self._world = world
        self._journal = journal
        self._faults = faults
        self._fakes = fakes
        self._overrides = overrides

    def gateway(self, request: Request) -> Answer | NoAnswer:
        """A function's call, or its word about an address that it was not allowed to call."""
        if request.path == "/_refused" and "x-forwarded-host" not in request.headers:
            return self._note_refused(request)
        host = request.headers.get("x-forwarded-host", "").lower()
        provider = provider_of(host)
        if provider == "egress" and self._world.is_chatwoot_host(host):
            provider = "chatwoot"
        return self._pass(self._call(request, provider))

    def direct(self, provider: str) -> Handler:
        """A call on the fake's own port, whatever host it names."""
        return lambda request: self._pass(self._call(request, provider))

    def _call(self, request: Request, provider: str) -> Call:
        headers = {name: value for name, value in request.headers.items() if not _OURS.fullmatch(name)}
        host = (request.headers.get("x-forwarded-host") or headers.get("host", "")).lower()
        host = re.sub(r":\d+$", "", host)
        pid = request.headers.get("x-ponte-pid", "")
        return Call(
            provider=provider,
            method=request.method,
            host=host,
            path=request.path,
            query=request.query,
            headers={**headers, "host": host},
            body=request.body,
            at_ms=self._world.now_ms(),
            function=request.headers.get("x-ponte-function", ""),
            pid=int(pid) if pid.isascii() and pid.isdigit() else 0,
            generation=self._world.generation,
        )

    def _pass(self, call: Call) -> Answer | NoAnswer:
        if not self._world.is_current(call.generation):
            return NoAnswer()
        if self._faults.take_crash(call, "before_call"):
            kill(call.pid)
            return NoAnswer()
        fault = self._faults.take(call)
        if fault and fault.kind in ("status", "html", "reset_before"):
            return self._fail(call, fault)
        done = self._forward(call, fault) if call.provider in self._overrides else self._perform(call, fault)
        if done is None:
            return NoAnswer()
        if self._faults.take_crash(call, "after_call"):
            kill(call.pid)
            return NoAnswer()
        if fault and fault.kind == "timeout_after_effect":
            return NoAnswer(min(LONGEST_HOLD_MS if fault.delay_ms is None else fault.delay_ms, LONGEST_HOLD_MS))
        delay_ms = 0
        if fault and fault.kind == "delay":
            delay_ms = DEFAULT_DELAY_MS if fault.delay_ms is None else fault.delay_ms
        return Answer(done.status, done.body, done.headers, delay_ms)

    def _fail(self, call: Call, fault: Fault) -> Answer | NoAnswer:
        """The provider never sees the call."""
        took_effect = None if call.provider in self._overrides else False
        with self._world.lock:
            if not self._world.is_current(call.generation):
                return NoAnswer()
            if fault.kind == "reset_before":
                self._journal.record(call, None, took_effect)
                return NoAnswer()
            reply = fault.reply()
            self._journal.record(call, reply.status, took_effect)
        delay_ms = fault.delay_ms or 0
        return Answer(reply.status, reply.body, reply.headers, delay_ms)

    def _perform(self, call: Call, fault: Fault | None) -> Reply | None:
        """Effect and journal entry are one step; None when the scenario changed in the meantime."""
        if isinstance(fetching := self._fakes.get(call.provider), Fetching):
            fetching.fetch(call)
        with self._world.lock:
            if not self._world.is_current(call.generation):
                return None
            fake = self._fakes.get(call.provider)
            if fake is None:
                self._journal.record(call, 502, False, refused=False)
                return Reply(502, b'{"error":"no such host in the sandbox"}', {"content-type": "application/json"})
            reply = fake(call, partial=fault is not None and fault.kind == "partial")
            unanswered = fault is not None and fault.kind == "timeout_after_effect"
            self._journal.record(call, None if unanswered else reply.status, reply.took_effect)
        return reply

    def _forward(self, call: Call, fault: Fault | None) -> Reply | None:
        """To the server in the fake's place. Its answer is passed on as it is, redirects included."""
        base = urlsplit(self._overrides[call.provider])
        kind = http.client.HTTPSConnection if base.scheme == "https" else http.client.HTTPConnection
        connection = kind(base.hostname or "127.0.0.1", base.port, timeout=FORWARD_SECONDS)
        path = base.path.rstrip("/") + call.path + (f"?{call.query}" if call.query else "")
        headers = {name: value for name, value in call.headers.items() if name not in _HOP_BY_HOP | {"content-length"}}
        headers |= {"host": base.netloc, "x-forwarded-host": call.host, "x-forwarded-proto": "https"}
        status: int | None = None
        try:
            connection.request(call.method, path, call.body or None, headers)
            response = connection.getresponse()
            body = response.read()
            kept = {name.lower(): value for name, value in response.getheaders()}
            status = response.status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
            with self._world.lock:
                if self._world.is_current(call.generation):
                    unanswered = fault is not None and fault.kind == "timeout_after_effect"
                    self._journal.record(call, None if unanswered else status, None)
        dropped = _HOP_BY_HOP | {"content-length"}
        if (call.provider, call.path, status) == ("supabase", "/auth/v1/user", 200):
            body = with_scopes(self._world.offices, call, body)
        return Reply(status, body, {name: value for name, value in kept.items() if name not in dropped})

    def _note_refused(self, request: Request) -> Answer:
        try:
            told = parse_json(request.body)
        except Refused as refused:
            return json_answer(400, {"error": refused.error, "path": refused.path})
        if not isinstance(told, dict) or not isinstance(told.get("host"), str):
            return json_answer(400, {"error": "is missing", "path": "host"})
        call = Call(
            provider="egress",
            method=str(told.get("method") or ""),
            host=told["host"],
            path=str(told.get("path") or ""),
            query="",
            headers={},
            body=b"",
            at_ms=self._world.now_ms(),
            function=str(told.get("function") or ""),
        )
        with self._world.lock:
            self._journal.record(call, None, False, refused=True)
        return json_answer(200, {"noted": True})


def kill(pid: int) -> None:
    """End a function's process without a chance to clean up. Never ours, never a group, never init."""
    if pid <= 1 or pid in (os.getpid(), os.getppid()):
        LOG.error("refused to kill process %d", pid)
        return
    try:
        os.kill(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        LOG.error("no process %d to kill", pid)
