"""A sandbox's providers on free loopback ports, with a stand-in for the emulated AWS and a gateway that writes down."""

import http.client
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from sandbox.control import DrainState
from sandbox.faults import Faults
from sandbox.journal import Journal
from sandbox.providers import Ports, Providers
from sandbox.scenario import Scenario
from sandbox.server import Answer, HttpServer, NoAnswer, Request
from sandbox.world import World

NOW_MS = 1_790_000_000_000
NUMBER = "106540352242922"
DOMAIN = "contoso.bitrix24.com.br"
MEMBER = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
MARIA = "5511987650001"
GRAPH_TOKEN, ACCESS_TOKEN = "graph-token", "access-1"


def small_scenario() -> dict[str, Any]:
    number = {"phone_number_id": NUMBER, "waba_id": "102290129340398", "display_phone_number": "+55 11 3030-4040"}
    template = {"name": "retomar", "language": "pt_BR", "components": [{"type": "BODY", "text": "Olá, {{1}}!"}]}
    chat = {"chat_id": 1767, "external": MARIA, "connector": "ponte_whatsapp", "line": 107, "bitrix_user_id": 585}
    portal = {
        "member_id": MEMBER,
        "domain": DOMAIN,
        "application_token": "app-token",
        "access_token": "access-1",
        "refresh_token": "refresh-1",
        "expires_at": NOW_MS // 1000 + 3600,
        "contacts": [{"id": 275, "name": "Maria Silva", "phones": ["+55 11 98765-0001"]}],
        "lines": [{"connector": "ponte_whatsapp", "line": 107, "phone_number_id": NUMBER}],
        "chats": [{**chat, "contact_id": 275, "name": "Maria Silva", "wa_id": MARIA}],
        "sent": [{"im_message_id": 91000, "wamids": ["wamid.OLD1"], "external": MARIA}],
    }
    return {
        "meta": {
            "app_secret": "app-secret",
            "verify_token": "verify",
            "access_token": "graph-token",
            "numbers": [number],
            "wamids": ["wamid.FIRST"],
            "media": [{"id": "5001", "mime_type": "image/png", "bytes_base64": "aGVsbG8="}],
            "templates": [template],
        },
        "bitrix24": {"client_id": "local.app", "client_secret": "client-secret", "portals": [portal]},
    }


@dataclass
class Clock:
    ms: int = NOW_MS

    def __call__(self) -> int:
        return self.ms


@dataclass
class StackStandIn:
    """Remembers what it was told; drain_states are given out in order, the last one for ever."""

    resets: list[Scenario] = field(default_factory=list)
    schedules: list[str] = field(default_factory=list)
    rewinds: list[tuple[str, set[str], int]] = field(default_factory=list)
    live: dict[str, Any] = field(default_factory=dict)
    drain_states: list[DrainState] = field(default_factory=lambda: [DrainState(True, {}, 0)])
    during_reset: Callable[[], None] = lambda: None

    def reset(self, scenario: Scenario) -> None:
        self.during_reset()
        self.resets.append(scenario)

    def live_talk(self) -> dict[str, dict[str, Any]]:
        return {}

    def live_config(self) -> dict[str, Any]:
        return self.live

    def drain_state(self) -> DrainState:
        return self.drain_states.pop(0) if len(self.drain_states) > 1 else self.drain_states[0]

    def parked(self) -> list[dict[str, Any]]:
        return []

    def trace(self, source_id: str) -> dict[str, Any] | None:
        return {"status": "SENT", "steps": []} if source_id == "wamid.A/B==" else None

    def rewind(self, phone_number_id: str, ids: set[str], at_ms: int) -> None:
        self.rewinds.append((phone_number_id, ids, at_ms))

    def run_schedule(self, name: str) -> None:
        self.schedules.append(name)


@dataclass
class Response:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Sandbox:
    """The providers under test. webhooks: what was posted to the gateway."""

    def __init__(self, overrides: dict[str, str] | None = None) -> None:
        self.clock = Clock()
        self.world = World(self.clock)
        self.journal = Journal()
        self.faults = Faults()
        self.stack = StackStandIn()
        self.webhooks: list[Request] = []
        self._gateway = HttpServer("gateway", 0, self._take)
        self.providers = Providers(
            world=self.world,
            journal=self.journal,
            faults=self.faults,
            ports=Ports(),
            stack=self.stack,
            gateway_url=self._gateway.url,
            overrides=overrides,
        )
        self.urls = self.providers.urls()

    def start(self) -> None:
        self._gateway.start()
        self.providers.start()

    def stop(self) -> None:
        self.providers.stop()
        self._gateway.stop()

    def _take(self, request: Request) -> Answer | NoAnswer:
        self.webhooks.append(request)
        return Answer(200)

    def send(
        self, server: str, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Response:
        """body: bytes as they are, anything else as JSON. Raises http.client.HTTPException or OSError when dropped."""
        port = int(self.urls[server].rpartition(":")[2])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        kind = {} if isinstance(body, bytes | None) else {"content-type": "application/json"}
        try:
            connection.request(method, path, data, {**kind, **(headers or {})})
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Response(response.status, found, response.read())
        finally:
            connection.close()

    def control(self, method: str, path: str, body: Any = None, **headers: str) -> Response:
        return self.send("control", method, path, body, headers)

    def call(
        self, host: str, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Response:
        """As a function does, through the egress."""
        ours = {"x-forwarded-host": host, "x-forwarded-proto": "https", "x-ponte-function": "ponte-OnBitrix24Event-X"}
        return self.send("egress", method, path, body, {**ours, **(headers or {})})

    def graph(self, body: Any, path: str = f"/v26.0/{NUMBER}/messages", token: str = GRAPH_TOKEN) -> Response:
        return self.call("graph.facebook.com", "POST", path, body, {"authorization": f"Bearer {token}"})

    def rest(self, method: str, params: Any, token: str = ACCESS_TOKEN, host: str = DOMAIN) -> Response:
        return self.call(host, "POST", f"/rest/{method}.json", params, {"authorization": f"Bearer {token}"})


@pytest.fixture(scope="session")
def running() -> Iterator[Sandbox]:
    one = Sandbox()
    one.start()
    yield one
    one.stop()


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    """As new: the same servers with a scenario just put."""
    running.clock.ms = NOW_MS
    running.stack.__init__()  # type: ignore[misc]
    running.webhooks.clear()
    running.providers.put(small_scenario())
    running.stack.resets.clear()
    return running


@pytest.fixture
def scenario() -> dict[str, Any]:
    return small_scenario()


@pytest.fixture
def new_sandbox() -> Iterator[Callable[..., Sandbox]]:
    """Makes further sandboxes, for instance with another server in a fake's place."""
    made: list[Sandbox] = []

    def make(**overrides: str) -> Sandbox:
        made.append(Sandbox(overrides))
        made[-1].start()
        made[-1].providers.put(small_scenario())
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.fixture
def text_message() -> dict[str, Any]:
    return {"messaging_product": "whatsapp", "to": MARIA, "type": "text", "text": {"body": "Olá"}}
