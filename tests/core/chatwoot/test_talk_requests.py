"""What goes out about conversations and messages, and which answers are read as what."""

import json
from collections.abc import Callable
from email import message_from_bytes
from email.message import Message as Mail
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ponte.chatwoot import conversation_requests as conversations
from ponte.chatwoot import errors
from ponte.chatwoot import message_requests as messages
from ponte.chatwoot.calls import ApiCall, Upload
from ponte.chatwoot.conversations import Conversation, assignee_of, marked
from ponte.http import HttpResponse
from ponte.outcome import Rejected, Succeeded, Transient, Unknown

from .test_requests import ACCOUNT, HOST, TOKEN

ROOT = "/api/v1/accounts/7/conversations"
SAY = messages.create_message(873, "Olá <b>\u2028", marker="m-1")
MARKED = {"content_attributes": {"ponte_id": "m-1"}}
FILE = Upload('a"b\r\n.pdf', "application/pdf", b"%PDF-1.7\r\n--ponte")

CALLS: list[tuple[ApiCall, str, str, Any]] = [
    (
        conversations.create_conversation(5, 12, marker="m-1", source_id="s", status="pending", assignee_id=31),
        "POST",
        ROOT,
        {
            "contact_id": 5,
            "inbox_id": 12,
            "additional_attributes": {"ponte_id": "m-1"},
            "source_id": "s",
            "status": "pending",
            "assignee_id": 31,
        },
    ),
    (conversations.get_conversation(873), "GET", f"{ROOT}/873", None),
    (conversations.list_conversations(2), "GET", f"{ROOT}?status=all&assignee_type=all&page=2", None),
    (conversations.conversations_since(900), "GET", f"{ROOT}?status=all&assignee_type=all&updated_within=900", None),
    (conversations.toggle_status(873, "resolved"), "POST", f"{ROOT}/873/toggle_status", {"status": "resolved"}),
    (
        conversations.toggle_status(873, "snoozed", snoozed_until=1781701268),
        "POST",
        f"{ROOT}/873/toggle_status",
        {"status": "snoozed", "snoozed_until": 1781701268},
    ),
    (conversations.toggle_priority(873, "high"), "POST", f"{ROOT}/873/toggle_priority", {"priority": "high"}),
    (conversations.toggle_priority(873, ""), "POST", f"{ROOT}/873/toggle_priority", {"priority": None}),
    (conversations.assign(873, 31), "POST", f"{ROOT}/873/assignments", {"assignee_id": 31}),
    (conversations.assign(873, 0), "POST", f"{ROOT}/873/assignments", {"assignee_id": None}),
    (conversations.assign_team(873, 4), "POST", f"{ROOT}/873/assignments", {"team_id": 4}),
    (conversations.conversation_labels(873), "GET", f"{ROOT}/873/labels", None),
    (conversations.replace_conversation_labels(873, ["a", "b"]), "POST", f"{ROOT}/873/labels", {"labels": ["a", "b"]}),
    (
        conversations.replace_custom_attributes(873, {"cnj": "0010234-55.2026.5.03.0012"}),
        "POST",
        f"{ROOT}/873/custom_attributes",
        {"custom_attributes": {"cnj": "0010234-55.2026.5.03.0012"}},
    ),
    (conversations.update_last_seen(873), "POST", f"{ROOT}/873/update_last_seen", None),
    (
        SAY,
        "POST",
        f"{ROOT}/873/messages",
        {"content": "Olá <b>\u2028", "message_type": "outgoing", "private": False, **MARKED},
    ),
    (
        messages.create_message(873, "nota", marker="m-1", private=True),
        "POST",
        f"{ROOT}/873/messages",
        {"content": "nota", "message_type": "outgoing", "private": True, **MARKED},
    ),
    (messages.latest_messages(873), "GET", f"{ROOT}/873/messages", None),
    (messages.messages_before(873, 40981), "GET", f"{ROOT}/873/messages?before=40981", None),
    (messages.messages_after(873, 40981), "GET", f"{ROOT}/873/messages?after=40981", None),
    (messages.messages_after(873, 0), "GET", f"{ROOT}/873/messages?after=0", None),
    (messages.delete_message(873, 40981), "DELETE", f"{ROOT}/873/messages/40981", None),
    (
        messages.update_message_status(873, 40981, "failed", external_error="131047"),
        "PATCH",
        f"{ROOT}/873/messages/40981",
        {"status": "failed", "external_error": "131047"},
    ),
]


@pytest.mark.parametrize(("call", "method", "target", "body"), CALLS, ids=[f"{c[1]} {c[2]}" for c in CALLS])
def test_each_intent_is_the_call_the_api_knows(call: ApiCall, method: str, target: str, body: Any) -> None:
    request = call.request(ACCOUNT)
    assert (request.method, request.url) == (method, f"https://{HOST}{target}")
    assert (json.loads(request.body) if request.body else None) == body
    assert request.headers["Api-Access-Token"] == TOKEN


def test_only_what_would_be_there_twice_may_not_be_repeated() -> None:
    assert {call.path for call, *_ in CALLS if not call.repeatable} == {"/conversations", "/conversations/873/messages"}


def test_a_message_never_says_that_the_channel_has_sent_it() -> None:
    """A source_id on an outgoing message of a WhatsApp inbox keeps it from the customer."""
    assert b"source_id" not in SAY.request(ACCOUNT).body


def form(call: ApiCall) -> list[Mail]:
    request = call.request(ACCOUNT)
    mail = message_from_bytes(f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode() + request.body)
    parts = mail.get_payload()
    assert isinstance(parts, list)
    return [part for part in parts if isinstance(part, Mail)]


def test_files_travel_as_a_form_in_which_objects_are_texts() -> None:
    call = messages.create_message(873, "", marker="m-1", files=[FILE, FILE])
    kind, private, attributes, first, second = form(call)
    assert [kind.get_payload(decode=True), private.get_payload(decode=True)] == [b"outgoing", b"false"]
    assert attributes.get_param("name", header="content-disposition") == "content_attributes"
    assert json.loads(str(attributes.get_payload())) == {"ponte_id": "m-1"}
    for part in (first, second):
        assert part.get_param("name", header="content-disposition") == "attachments[]"
        assert part.get_filename() == "a%22b%0D%0A.pdf"
        assert part.get_content_type() == "application/pdf"
        assert part.get_payload(decode=True) == FILE.content


def test_the_same_form_is_equal_bytes_and_another_one_is_not() -> None:
    def made(content: bytes) -> bytes:
        file = Upload("a.txt", "text/plain", content)
        return messages.create_message(873, "x", marker="m", files=[file]).request(ACCOUNT).body

    assert made(b"one") == made(b"one") != made(b"two")


@given(st.binary(max_size=200))
def test_no_file_ends_its_part_of_the_form(content: bytes) -> None:
    call = messages.create_message(873, "x", marker="m", files=[Upload("a", "text/plain", content)])
    boundary = call.request(ACCOUNT).headers["Content-Type"].partition("boundary=")[2]
    assert boundary.encode() not in content
    assert call.request(ACCOUNT).body.count(b"--" + boundary.encode()) == 6


def test_neither_text_nor_file_nor_name_is_printed() -> None:
    printed = repr(messages.create_message(873, "segredo", marker="m", files=[Upload("cpf.pdf", "a/b", b"dados")]))
    assert not any(each in printed for each in ("segredo", "cpf.pdf", "dados"))


BAD: list[tuple[str, Callable[[], Any]]] = [
    ("number", lambda: conversations.get_conversation(0)),
    ("number", lambda: messages.latest_messages("1/../2")),  # type: ignore[arg-type]
    ("message_id", lambda: messages.messages_before(1, 0)),
    ("message_id", lambda: messages.messages_after(1, -1)),
    ("page", lambda: conversations.list_conversations(0)),
    ("status", lambda: conversations.list_conversations(status="on_hold")),
    ("status", lambda: conversations.toggle_status(1, "on_hold")),
    ("status", lambda: conversations.toggle_status(1, "")),
    ("status", lambda: messages.update_message_status(1, 1, "queued")),
    ("snoozed_until", lambda: conversations.toggle_status(1, "pending", snoozed_until=5)),
    ("priority", lambda: conversations.toggle_priority(1, "alta")),
    ("seconds", lambda: conversations.conversations_since(0)),
    ("seconds", lambda: conversations.conversations_since(10**9)),
    ("labels", lambda: conversations.replace_conversation_labels(1, ["x"] * 201)),
    ("labels", lambda: conversations.replace_conversation_labels(1, [""])),
    ("attributes", lambda: conversations.replace_custom_attributes(1, {"cpf": 12345678909})),
    ("attributes", lambda: conversations.replace_custom_attributes(1, {"x": "x" * 1501})),
    ("marker", lambda: conversations.create_conversation(1, 1, marker="")),
    ("marker", lambda: messages.create_message(1, "x", marker="")),
    ("marker", lambda: messages.create_message(1, "x", marker="a\nb")),
    ("content", lambda: messages.create_message(1, " \n", marker="m")),
    ("content", lambda: messages.create_message(1, "x" * 150_001, marker="m")),
    ("message_type", lambda: messages.create_message(1, "x", marker="m", message_type="template")),
    ("mime_type", lambda: messages.create_message(1, "x", marker="m", files=[Upload("a", "a/b\r\nX: y", b"x")])),
    ("files", lambda: messages.create_message(1, "x", marker="m", files=[FILE] * 16)),
    ("files", lambda: messages.create_message(1, "", marker="m", files=[Upload("a", "a/b", b"x" * 6_291_457)])),
]


@pytest.mark.parametrize(("field", "build"), BAD, ids=[f"{n} {each[0]}" for n, each in enumerate(BAD)])
def test_what_would_be_refused_is_not_asked(field: str, build: Callable[[], Any]) -> None:
    with pytest.raises(ValueError, match=f"^{field}$"):
        build()


def test_a_text_of_every_size_that_chatwoot_takes_goes_out() -> None:
    assert len(messages.create_message(1, "\U0001f600" * 150_000, marker="m").request(ACCOUNT).body) > 600_000


def answered(status: int, body: bytes, call: ApiCall) -> Any:
    return errors.classify(HttpResponse(status, {}, body), call)


def test_nobody_as_the_answer_of_an_assignment_is_an_answer() -> None:
    assert answered(200, b"null", conversations.assign(1, 0)) == Succeeded({})
    assert answered(200, b"null", conversations.get_conversation(1)) == Transient("unreadable_answer")
    assert assignee_of({}) is None
    found = assignee_of({"id": 31, "name": "Beatriz"})
    assert found is not None
    assert found.id == 31


def test_a_priority_is_answered_by_nothing() -> None:
    assert answered(200, b"", conversations.toggle_priority(1, "")) == Succeeded({})


def test_too_many_messages_are_waited_for_and_use_up_no_try() -> None:
    for prefix in (b"Validation failed", "A validação falhou".encode()):
        outcome = answered(422, b'{"error":"' + prefix + b': Too many messages"}', SAY)
        assert isinstance(outcome, Transient)
        assert (outcome.code, outcome.counts) == ("too_many_messages", False)
    refused = answered(422, b'{"error":"Validation failed: Content is too long"}', SAY)
    assert isinstance(refused, Rejected)
    assert refused.code == "request_refused"


def test_a_message_of_unknown_fate_is_not_sent_again_unasked() -> None:
    assert answered(500, b"", SAY) == Unknown("http_500")
    assert answered(502, b"<html>", messages.create_message(1, "x", marker="m", files=[FILE])) == Unknown("http_502")


def test_our_conversation_is_known_among_a_contacts_others() -> None:
    ours = Conversation(2, additional_attributes={"ponte_id": "m-1"})
    others = [Conversation(1), Conversation(3, additional_attributes={"ponte_id": "m-2"})]
    assert marked([*others, ours], "m-1") == ours
    assert marked(others, "m-1") is None
    assert marked([Conversation(4, additional_attributes={"ponte_id": ""})], "") is None
