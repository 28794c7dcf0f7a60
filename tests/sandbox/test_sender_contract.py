"""One contract for the way out: httpx through the sandbox's egress, the simulation's sender straight into the fakes.

Both stand before the same fakes; what our code sees of an answer, a lost one or a refusal must be the same.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest

from ponte.errors import FateUnknown, HostRefused, NotSent
from ponte.http import HttpRequest, Sender
from ponte.runtime.egress import HttpxSender, Way, is_allowed_host
from sandbox.fakes.bitrix24 import FakeBitrix24
from sandbox.fakes.meta import FakeMeta
from sandbox.fakes.oauth import FakeOAuth
from sandbox.memory.files import MemoryFiles
from sandbox.simulate.ports import Strait
from sandbox.simulate.provider_ports import StormySender
from sandbox.simulate.scheduler import Scheduler
from sandbox.simulate.weather import CALM, Fate, Weather
from sandbox.world import World

from .conftest import ACCESS_TOKEN, DOMAIN, GRAPH_TOKEN, MARIA, NOW_MS, NUMBER, Sandbox

pytestmark = pytest.mark.enable_socket
FAULTS: dict[Fate, dict[str, Any]] = {
    Fate.BROKEN_BEFORE: {"kind": "reset_before"},
    Fate.ANSWER_LOST: {"kind": "timeout_after_effect", "delay_ms": 50},
    Fate.SERVER_ERROR: {"kind": "html", "status": 502},
    Fate.SLOWED: {"kind": "status", "status": 429},
}


class OneFate(Weather):
    """Calm, but for what the next call is told to meet."""

    next_fate = Fate.OK

    def calling(self) -> Fate:
        fate, self.next_fate = self.next_fate, Fate.OK
        return fate


@dataclass
class WayOut:
    """call: one request, in whatever turn it needs. strike: what the next call meets."""

    world: World
    call: Callable[[HttpRequest], Any]
    strike: Callable[[Fate], None]
    seen: list[str] = field(default_factory=list)

    def texts(self) -> list[str]:
        return [m.text for phone in self.world.phones.phones for m in phone.messages if m.sender == "business"]


def _over_http(sandbox: Sandbox) -> WayOut:
    sender: Sender = HttpxSender(is_allowed_host, Way(sandbox.urls["egress"], "OnTest"))
    closed: Sender = HttpxSender(is_allowed_host, Way("http://127.0.0.1:9", "OnTest"))
    box = [sender]

    def strike(fate: Fate) -> None:
        if fate is Fate.NOT_SENT:
            box[0] = closed
        else:
            sandbox.faults.add([{"provider": "meta", **FAULTS[fate]}])

    def call(request: HttpRequest) -> Any:
        return box[0](request)

    return WayOut(sandbox.world, call, strike)


def _in_memory(sandbox: Sandbox) -> WayOut:
    scheduler = Scheduler(Random(1), NOW_MS, 1_000)
    weather = OneFate(Random(1), CALM)
    makers = {"meta": FakeMeta, "bitrix24": FakeBitrix24, "oauth": FakeOAuth}
    fakes = {name: make(sandbox.world) for name, make in makers.items()}
    sender = StormySender(sandbox.world, fakes, MemoryFiles(), Strait(scheduler, weather, Random(1)), "OnTest")  # type: ignore[arg-type]

    def call(request: HttpRequest) -> Any:
        box: list[Any] = []

        def turn() -> None:
            try:
                box.append(sender(request))
            except Exception as error:
                box.append(error)

        scheduler.spawn(turn)
        scheduler.run(lambda: False)
        if isinstance(box[0], Exception):
            raise box[0]
        return box[0]

    def strike(fate: Fate) -> None:
        weather.next_fate = fate

    return WayOut(sandbox.world, call, strike)


@pytest.fixture(params=["httpx", "memory"])
def way(request: pytest.FixtureRequest, sandbox: Sandbox) -> WayOut:
    return _over_http(sandbox) if request.param == "httpx" else _in_memory(sandbox)


def text(body: str = "olá", token: str = GRAPH_TOKEN) -> HttpRequest:
    message = {"messaging_product": "whatsapp", "to": MARIA, "type": "text", "text": {"body": body}}
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    url = f"https://graph.facebook.com/v26.0/{NUMBER}/messages"
    return HttpRequest("POST", url, headers, json.dumps(message).encode(), timeout_seconds=5)


def rest(method: str, host: str = DOMAIN) -> HttpRequest:
    headers = {"Authorization": f"Bearer {ACCESS_TOKEN}", "Content-Type": "application/json"}
    return HttpRequest("POST", f"https://{host}/rest/{method}.json", headers, b"{}", timeout_seconds=5)


def test_a_good_call_has_its_effect_and_its_answer(way: WayOut) -> None:
    answer = way.call(text())
    assert (answer.status, answer.json()["messages"][0]["id"]) == (200, "wamid.FIRST")
    assert answer.headers["content-type"].startswith("application/json")
    assert way.texts() == ["olá"]


def test_a_refusal_is_an_answer(way: WayOut) -> None:
    answer = way.call(text(token="wrong"))
    assert (answer.status, answer.json()["error"]["code"]) == (401, 190)
    assert way.texts() == []


def test_each_host_leads_to_its_provider(way: WayOut) -> None:
    assert "result" in way.call(rest("app.info")).json()
    token = HttpRequest("GET", f"https://oauth.bitrix.info/rest/app.info?auth={ACCESS_TOKEN}")
    assert way.call(token).json()["result"]["client_id"] == "local.app"


def test_a_redirect_is_handed_over_not_followed(way: WayOut) -> None:
    portal = way.world.portals[0]
    portal.old_domains.add(DOMAIN)
    portal.config["domain"] = "novo.bitrix24.com.br"
    answer = way.call(rest("app.info"))
    assert (answer.status, answer.json()) == (302, None)
    assert answer.headers["location"] == "https://novo.bitrix24.com.br/rest/app.info.json"


@pytest.mark.parametrize(
    "url",
    [
        "http://graph.facebook.com/v26.0/x",
        "https://graph.facebook.com:8443/v26.0/x",
        "https://user@graph.facebook.com/v26.0/x",
        "https://graph.facebook.com.attacker.example/x",
        "https://169.254.169.254/latest/meta-data",
        "https://127.0.0.1/x",
        "ftp://graph.facebook.com/x",
        "//graph.facebook.com/x",
    ],
)
def test_nothing_else_is_called(way: WayOut, url: str) -> None:
    with pytest.raises(HostRefused):
        way.call(HttpRequest("GET", url))


def test_a_connection_that_breaks_before_anything_happened_is_an_unknown_fate(way: WayOut) -> None:
    way.strike(Fate.BROKEN_BEFORE)
    with pytest.raises(FateUnknown):
        way.call(text())
    assert way.texts() == []


def test_a_lost_answer_is_the_same_unknown_fate_though_it_happened(way: WayOut) -> None:
    way.strike(Fate.ANSWER_LOST)
    with pytest.raises(FateUnknown):
        way.call(text())
    assert way.texts() == ["olá"]


def test_without_a_connection_it_is_certain_that_nothing_was_sent(way: WayOut) -> None:
    way.strike(Fate.NOT_SENT)
    with pytest.raises(NotSent):
        way.call(text())
    assert way.texts() == []


@pytest.mark.parametrize("fate", [Fate.SERVER_ERROR, Fate.SLOWED])
def test_a_providers_trouble_is_an_answer_without_effect(way: WayOut, fate: Fate) -> None:
    way.strike(fate)
    assert way.call(text()).status in (429, 500, 502)
    assert way.texts() == []
    assert way.call(text("de novo")).status == 200
    assert way.texts() == ["de novo"]
