"""The control API, as the sandbox's interface states it, and the way of its calls to the play API and the page's files.

Every answer is JSON; what is wrong with a request is said as {"error", "path"}.
"""

import copy
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from sandbox.chatwoot_posts import Deliveries
from sandbox.database_webhooks import DatabaseWebhooks
from sandbox.faults import Faults
from sandbox.journal import PROVIDERS, Journal
from sandbox.play import GatewaySilent, NotThere, Play
from sandbox.play_chatwoot import PlayChatwoot
from sandbox.play_office import PlayOffice
from sandbox.scenario import Scenario, load
from sandbox.server import Answer, NoAnswer, Request, json_answer
from sandbox.shapes import Refused, Schema, check, parse_json
from sandbox.world import World

SCHEDULES = ["heal_gaps", "refresh_bitrix24_tokens", "sweep_spill"]
PAUSE_S = 0.15
CONTENT_SECURITY_POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
_FILE_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
}
_RUN: Schema = {
    "type": "object",
    "additionalProperties": False,
    "required": ["schedule"],
    "properties": {"schedule": {"type": "string", "enum": SCHEDULES}},
}
_DRAIN: Schema = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"timeout_s": {"type": "number", "minimum": 0, "maximum": 3600, "default": 30}},
}


@dataclass(frozen=True, slots=True)
class DrainState:
    """queues: per queue its counts (visible, delayed, in flight). spilled: objects that wait in the bucket."""

    quiet: bool
    queues: dict[str, dict[str, int]]
    spilled: int


class Stack(Protocol):
    """What the control API needs of the emulated AWS with our functions in it."""

    def reset(self, scenario: Scenario) -> None:
        """End the old work, empty queues, tables and bucket, write the configuration; all within the 3 s of a PUT."""

    def live_config(self) -> dict[str, Any]:
        """member_id -> keys of a scenario's portal as the Core table holds them now (tokens, domain, status, ...)."""

    def live_talk(self) -> dict[str, dict[str, Any]]:
        """tenant -> conversas_chatwoot and mensagens of a scenario as the tables hold them now."""

    def drain_state(self) -> DrainState: ...

    def parked(self) -> list[dict[str, Any]]: ...

    def trace(self, source_id: str) -> dict[str, Any] | None: ...

    def rewind(self, phone_number_id: str, ids: set[str], at_ms: int) -> None:
        """The last message of the customer with one of these ids (phone, BSUID) was at that time."""

    def run_schedule(self, name: str) -> None: ...


type Route = Callable[[Request], Answer]


class Control:
    """The handler of the control port and of the playground's: both serve the same."""

    def __init__(
        self,
        *,
        world: World,
        journal: Journal,
        faults: Faults,
        stack: Stack,
        play: Play,
        deliveries: Deliveries,
        database_webhooks: DatabaseWebhooks,
        playground: Path,
    ) -> None:
        self._world = world
        self._journal = journal
        self._faults = faults
        self._stack = stack
        self._play = play
        self._deliveries = deliveries
        self._database_webhooks = database_webhooks
        office = PlayOffice(world, lambda: database_webhooks.pending)
        self._playground = playground.resolve()
        self._replacing = threading.Lock()
        self._ready = threading.Event()
        chatwoot = PlayChatwoot(world, deliveries)
        self._routes: dict[tuple[str, str], Route] = {
            ("GET", "/ready"): self._answer_ready,
            ("GET", "/scenario"): lambda _: json_answer(200, self.scenario()),
            ("PUT", "/scenario"): self._put_scenario,
            ("GET", "/journal"): self._get_journal,
            ("GET", "/faults"): lambda _: json_answer(200, self._faults.active()),
            ("POST", "/faults"): lambda request: json_answer(200, self._faults.add(parse_json(request.body))),
            ("DELETE", "/faults"): self._delete_faults,
            ("POST", "/crash"): self._post_crash,
            ("POST", "/run"): self._run,
            ("POST", "/drain"): self._drain,
            ("GET", "/parked"): lambda _: json_answer(200, self._stack.parked()),
            ("GET", "/play/state"): lambda _: json_answer(200, self._play.state()),
            ("POST", "/play/customer"): self._played(self._play.customer),
            ("POST", "/play/operator"): self._played(self._play.operator),
            ("POST", "/play/read"): self._played(self._play.read),
            ("POST", "/play/fail"): self._played(self._play.fail),
            ("POST", "/play/receipts"): self._played(self._play.receipts),
            ("POST", "/play/rename"): self._played(self._play.rename),
            ("POST", "/play/rewind"): self._played(self._play.rewind),
            ("GET", "/play/chatwoot"): lambda _: json_answer(200, chatwoot.state()),
            ("POST", "/play/chatwoot/save"): self._played(chatwoot.save),
            ("POST", "/play/chatwoot/delete"): self._played(chatwoot.delete),
            ("POST", "/play/chatwoot/merge"): self._played(chatwoot.merge),
            ("POST", "/play/chatwoot/say"): self._played(chatwoot.say),
            ("POST", "/play/chatwoot/set"): self._played(chatwoot.set),
            ("GET", "/play/office"): lambda _: json_answer(200, office.state()),
            ("POST", "/play/office"): self._played(office.edit),
        }

    def __call__(self, request: Request) -> Answer | NoAnswer:
        if not _is_local(request):
            return json_answer(403, {"error": "only from this machine", "path": ""})
        method = "GET" if request.method == "HEAD" else request.method
        route = self._routes.get((method, request.path))
        try:
            if route is not None:
                return route(request)
            if method == "GET" and request.path.startswith("/trace/"):
                return self._trace(request.plain_path.removeprefix("/trace/"))
            if method == "GET" and request.path.startswith("/play/file/"):
                file = self._play.file(request.plain_path.removeprefix("/play/file/"))
                return Answer(200, file.data, file.headers())
            if any(path == request.path for _, path in self._routes):
                return json_answer(405, {"error": "method not allowed", "path": ""})
            return self._file(request)
        except Refused as refused:
            return json_answer(400, {"error": refused.error, "path": refused.path})
        except NotThere as missing:
            return json_answer(404, {"error": "unknown", "path": missing.path})
        except GatewaySilent:
            return json_answer(502, {"error": "the gateway did not answer", "path": ""})

    def put(self, data: Any) -> None:
        """Replace everything by this scenario. Raises Refused, and then nothing has changed."""
        with self._replacing:
            scenario = load(data, self._world.now_ms() / 1000)
            with self._world.changing(scenario):
                self._faults.clear()
                self._play.forget()
                self._deliveries.forget()
                self._database_webhooks.forget()
                self._stack.reset(scenario)
                self._journal.clear()
        self._ready.set()

    def scenario(self) -> dict[str, Any]:
        """The fakes' state, with what our tables say about portals and an office's conversations on top."""
        live = self._stack.live_config()
        has_offices = bool(self._world.scenario["zattar"]["tenants"])
        talk = self._stack.live_talk() if has_offices else {}
        with self._world.lock:
            view: dict[str, Any] = copy.deepcopy(dict(self._world.scenario))
        for portal in view["bitrix24"]["portals"]:
            portal.update(live.get(str(portal["member_id"]), {}))
        for tenant in view["zattar"]["tenants"]:
            nothing: dict[str, Any] = {"conversas_chatwoot": [], "mensagens": []}
            tenant.update(talk.get(tenant["tenant"], nothing))
        return view

    def _answer_ready(self, _request: Request) -> Answer:
        ready = self._ready.is_set()
        return json_answer(200 if ready else 503, {"ready": ready})

    def _put_scenario(self, request: Request) -> Answer:
        self.put(parse_json(request.body))
        return json_answer(200, {"generation": self._world.generation})

    def _get_journal(self, request: Request) -> Answer:
        query = {name: values[-1] for name, values in parse_qs(request.query, keep_blank_values=True).items()}
        for name in query:
            if name not in ("provider", "after"):
                raise Refused("unknown key", name)
        provider, after = query.get("provider") or None, query.get("after") or "0"
        if provider is not None and provider not in PROVIDERS:
            raise Refused("must be one of " + ", ".join(PROVIDERS), "provider")
        if not re.fullmatch(r"\d{1,12}", after):
            raise Refused("must be a number", "after")
        return json_answer(200, self._journal.after(int(after), provider))

    def _delete_faults(self, _request: Request) -> Answer:
        self._faults.clear()
        return json_answer(200, [])

    def _post_crash(self, request: Request) -> Answer:
        self._faults.add_crash(parse_json(request.body))
        return json_answer(200, {"armed": True})

    def _run(self, request: Request) -> Answer:
        schedule = check(parse_json(request.body), _RUN)["schedule"]
        self._stack.run_schedule(schedule)
        return json_answer(202, {"schedule": schedule})

    def _drain(self, request: Request) -> Answer:
        """Quiet means: found quiet twice in a row, a moment apart."""
        asked = check(parse_json(request.body) if request.body else {}, _DRAIN)
        end = time.monotonic() + asked["timeout_s"]
        quiet_before = False
        while True:
            state = self._stack.drain_state()
            posting = self._play.pending_receipts or self._deliveries.pending or self._database_webhooks.pending
            quiet = state.quiet and not posting
            if (quiet and quiet_before) or time.monotonic() >= end:
                done = quiet and quiet_before
                view = {"quiet": done, "queues": state.queues, "parked": self._stack.parked(), "spilled": state.spilled}
                return json_answer(200, view)
            quiet_before = quiet
            time.sleep(PAUSE_S)

    def _trace(self, source_id: str) -> Answer:
        trace = self._stack.trace(source_id)
        return json_answer(200, trace) if trace else json_answer(404, {"error": "unknown", "path": "source_id"})

    def _played(self, act: Callable[[Any], dict[str, Any]]) -> Route:
        return lambda request: json_answer(200, act(parse_json(request.body)))

    def _file(self, request: Request) -> Answer:
        """A file of the playground, by its plain name."""
        name = request.plain_path.lstrip("/") or "index.html"
        path = (self._playground / name).resolve() if "\0" not in name else self._playground
        known = path.is_relative_to(self._playground) and path.is_file() and path.suffix in _FILE_TYPES
        if request.method not in ("GET", "HEAD") or not known:
            return json_answer(404, {"error": "no such route", "path": request.plain_path})
        headers = {
            "content-type": _FILE_TYPES[path.suffix],
            "content-security-policy": CONTENT_SECURITY_POLICY,
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            "cache-control": "no-cache",
        }
        return Answer(200, path.read_bytes(), headers)


def _is_local(request: Request) -> bool:
    """Web pages of other origins, and names that were bent to point here, may not drive the sandbox."""
    names = [request.headers.get("host", "")]
    if origin := request.headers.get("origin"):
        names.append(urlsplit(origin).netloc)
    return all(re.sub(r":\d+$", "", name) in ("127.0.0.1", "localhost", "[::1]") for name in names)
