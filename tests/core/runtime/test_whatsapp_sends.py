"""Every kind of send takes its turn, carries our key and keeps what comes of it; read marks take none."""

import json
from dataclasses import replace
from typing import Any

import pytest

from ponte.http import HttpRequest, HttpResponse
from ponte.mappings import Conversation, MemberId, Number, PersonId, PhoneNumberId, Rate
from ponte.outcome import Rejected, Succeeded, Transient
from ponte.queue.envelope import Envelope
from ponte.relays.effects import MarkRead, SendText
from ponte.relays.outbound_effects import SendInteractive, SendReaction, SendTemplate
from ponte.relays.window import is_shut
from ponte.storage.claims import Claimed
from tests.core.runtime.bundle import Bundle

TO = "5511900000001"
BODY = ({"type": "body", "parameters": [{"type": "text", "text": "Maria"}]},)
SENDS: dict[str, Any] = {
    "text": SendText(TO, "", "oi", 0),
    "interactive": SendInteractive(TO, "", {"type": "button"}),
    "reaction": SendReaction(TO, "", "wamid.IN", "👍"),
    "template": SendTemplate(TO, "", "retomar", "pt_BR", BODY, part="template", category="UTILITY"),
}


class Graph:
    """Takes every message, or refuses all."""

    def __init__(self, code: int = 0) -> None:
        self.bodies: list[dict[str, Any]] = []
        self._code = code

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self.bodies.append(json.loads(request.body))
        error, taken = {"error": {"code": self._code}}, {"messages": [{"id": f"wamid.{len(self.bodies)}"}]}
        answer, status = (error, 400) if self._code else (taken, 200)
        return HttpResponse(status, {"content-type": "application/json"}, json.dumps(answer).encode())


def bundle_of(graph: Graph, per_second: float = 80, burst: int = 80) -> Bundle:
    bundle = Bundle("a")
    bundle.means.meta._send = graph
    rates = Rate(80, 80), Rate(per_second, burst)
    number = Number(PhoneNumberId("pn"), "102", "+55", MemberId("member-a"), "c", 107, *rates)
    bundle.means.directory.save_number(number)
    return bundle


def perform(bundle: Bundle, effect: Any, conversation: Conversation | None = None) -> Any:
    envelope = Envelope("b24", "member-a", "ADD|c|1|7", "OperatorMessage", "c|x", 7, 1_000)
    claim = Claimed(envelope, "o", bundle.clock.now + 60_000, 1, 0, "fresh")
    return bundle.workers["bitrix24_to_whatsapp"].parts.performers(None, "pn", conversation).perform(effect, claim, 30)


@pytest.mark.parametrize("kind", list(SENDS))
def test_each_kind_goes_out_under_its_name_with_our_key(kind: str) -> None:
    graph = Graph()
    bundle = bundle_of(graph)
    outcome = perform(bundle, SENDS[kind])
    assert isinstance(outcome, Succeeded)
    (body,) = graph.bodies
    assert (body["type"], body["to"]) == (kind, TO)
    assert kind in body
    part = "template" if kind == "template" else 0
    assert body["biz_opaque_callback_data"] == f"p1:{part}:b24|member-a|ADD|c|1|7"
    assert (bundle.means.receipts.pointer("pn", "wamid.1") or {})["part"] == part
    assert outcome.result.get("note") == ("UTILITY" if kind == "template" else None)


def test_all_kinds_share_the_turns_of_one_pair_and_a_read_mark_takes_none() -> None:
    graph = Graph()
    bundle = bundle_of(graph, per_second=1 / 6, burst=4)
    for effect in SENDS.values():
        assert isinstance(perform(bundle, effect), Succeeded)
    for effect in SENDS.values():
        outcome = perform(bundle, effect)
        assert isinstance(outcome, Transient)
        assert (outcome.code, outcome.counts) == ("rate", False)
        assert 0 < (outcome.wait_seconds or 0) <= 6
    assert isinstance(perform(bundle, MarkRead("wamid.IN")), Succeeded)
    assert [body.get("type", body.get("status")) for body in graph.bodies] == [*SENDS, "read"]


@pytest.mark.parametrize("shows", [True, False])
def test_a_read_mark_says_that_somebody_types_where_the_number_shows_it(shows: bool) -> None:
    graph = Graph()
    bundle = bundle_of(graph)
    number = bundle.means.directory.number("pn")
    assert number is not None
    bundle.means.directory.save_number(replace(number, shows_typing=shows))
    perform(bundle, MarkRead("wamid.IN"))
    (body,) = graph.bodies
    assert (body["status"], body["message_id"]) == ("read", "wamid.IN")
    assert body.get("typing_indicator") == ({"type": "text"} if shows else None)


@pytest.mark.parametrize(("code", "shut"), [(131047, True), (131026, False)])
def test_metas_word_about_the_window_is_kept_with_the_conversation(code: int, shut: bool) -> None:
    bundle = bundle_of(Graph(code))
    conversation = Conversation(
        PhoneNumberId("pn"), PersonId("p"), MemberId("member-a"), "c", 7, "p", last_inbound_ms=bundle.clock.now
    )
    bundle.means.conversations.put(conversation)
    assert isinstance(perform(bundle, SENDS["text"], conversation), Rejected)
    now = bundle.means.conversations.get("pn", "p")
    assert is_shut(now, bundle.clock.now) is shut
