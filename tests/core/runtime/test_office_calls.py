"""Calls as the office says now: a refused key is read anew once, and no secret goes to another host."""

import json
from dataclasses import replace

import pytest

from ponte.chatwoot.requests import get_contact
from ponte.http import HttpRequest, HttpResponse, Sender
from ponte.outcome import Blocked, Rejected, Succeeded, Transient
from ponte.runtime.chatwoot_limits import ChatwootLimits
from ponte.runtime.office_calls import OfficeCalls
from ponte.storage.buckets import Buckets
from ponte.storage.offices import FORCED_MS, Office, Offices
from ponte.zattar.requests import person
from ponte.zattar.values import Tipo
from sandbox.memory.table import MemoryTable
from tests.core.runtime.bundle import OpenCipher
from tests.core.runtime.clocks import Clock
from tests.core.storage.test_offices import OFFICE


class World:
    """Both sides: each takes one key, and notes where it was called."""

    def __init__(self, office: Office = OFFICE) -> None:
        self.clock, self.table = Clock(), MemoryTable()
        self.offices = Offices(self.table, OpenCipher(), self.clock)
        self.offices.put(office)
        self.limits = ChatwootLimits(Buckets(MemoryTable(), self.clock), self.clock)
        self.calls = OfficeCalls(self.offices, self.sender, self.limits)
        self.valid = {"sb_secret_1", "token-1"}
        self.asked: list[tuple[str, str]] = []

    def sender(self, host: str) -> Sender:
        def send(request: HttpRequest) -> HttpResponse:
            key = request.headers.get("apikey") or request.headers["Api-Access-Token"]
            self.asked.append((host, key))
            assert request.url.startswith(f"https://{host}/")
            if key not in self.valid:
                return HttpResponse(401, {}, json.dumps({"error": "Invalid Access Token", "code": "PGRST301"}).encode())
            return HttpResponse(200, {}, b"[]" if "apikey" in request.headers else b'{"payload": {"id": 1}}')

        return send

    def change(self, office: Office) -> None:
        """By somebody else."""
        Offices(self.table, OpenCipher(), self.clock).put(office)
        self.clock.now += FORCED_MS + 1


def test_each_side_is_called_at_its_own_host_with_its_own_key() -> None:
    world = World()
    assert isinstance(world.calls.zattar("silva", person(Tipo.CLIENTE, 7), 5), Succeeded)
    assert isinstance(world.calls.chatwoot("silva", get_contact(1), 5), Succeeded)
    assert world.asked == [("abc.supabase.co", "sb_secret_1"), ("chat.silva.adv.br", "token-1")]


@pytest.mark.parametrize("side", ["zattar", "chatwoot"])
def test_a_key_that_was_changed_is_read_anew(side: str) -> None:
    world = World()
    call(world, side)
    world.valid = {"sb_secret_2", "token-2"}
    chatwoot = OFFICE.chatwoot
    assert chatwoot is not None
    new = replace(OFFICE, zattar=replace(OFFICE.zattar, key="sb_secret_2"), chatwoot=replace(chatwoot, token="token-2"))
    world.change(new)
    assert isinstance(call(world, side), Succeeded)
    assert len(world.asked) == 3


@pytest.mark.parametrize("side", ["zattar", "chatwoot"])
def test_a_key_that_stays_refused_waits_for_a_person_and_is_not_tried_again(side: str) -> None:
    world = World()
    world.valid = set()
    assert isinstance(call(world, side), Blocked)
    assert len(world.asked) == 1


def test_when_chatwoot_has_had_enough_nobody_asks_again_until_it_may_be_asked() -> None:
    world = World()
    send = world.sender

    def throttled(host: str) -> Sender:
        send(host)
        return lambda _: HttpResponse(429, {"retry-after": "20"}, b"Retry later")

    calls = OfficeCalls(world.offices, throttled, world.limits)
    assert calls.chatwoot("silva", get_contact(1), 5) == Transient("http_429", 20.0, counts=False)
    refused = world.calls.chatwoot("silva", get_contact(1), 5)
    assert isinstance(refused, Transient)
    assert (refused.code, refused.counts, world.asked) == ("rate", False, [])


def test_no_office_and_no_integration_call_nobody() -> None:
    world = World(replace(OFFICE, chatwoot=None))
    assert world.calls.chatwoot("silva", get_contact(1), 5) == Blocked("no_integration")
    assert world.calls.zattar("other", person(Tipo.CLIENTE, 7), 5) == Blocked("office_unknown")
    assert world.asked == []


@pytest.mark.parametrize("host", ["localhost", "169.254.169.254", "chat.internal"])
def test_a_host_inside_is_never_called(host: str) -> None:
    chatwoot = OFFICE.chatwoot
    assert chatwoot is not None
    world = World(replace(OFFICE, chatwoot=replace(chatwoot, host=host)))
    assert world.calls.chatwoot("silva", get_contact(1), 5) == Blocked("host_refused")
    assert world.asked == []


def call(world: World, side: str) -> Succeeded | Blocked | Rejected:
    made = world.calls.zattar if side == "zattar" else world.calls.chatwoot
    what = person(Tipo.CLIENTE, 7) if side == "zattar" else get_contact(1)
    outcome = made("silva", what, 5)  # type: ignore[operator]  # each side with its own kind of call
    assert isinstance(outcome, Succeeded | Blocked | Rejected)
    return outcome
