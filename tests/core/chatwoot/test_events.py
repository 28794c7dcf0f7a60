"""Posts of Chatwoot as events: each read by its subject, without its tokens; what is not known counted by name."""

import json
from typing import Any

import pytest

from ponte.chatwoot import events
from ponte.chatwoot.events import (
    ContactEvent,
    ConversationEvent,
    Event,
    Ignored,
    InboxChanged,
    MessageEvent,
    Typing,
    WidgetTriggered,
)
from ponte.chatwoot.values import Contact
from ponte.errors import MalformedEvent

from . import samples

MARIA = Contact(
    id=5012,
    name="Maria das Dores Silva",
    email="maria.silva@novo.example",
    phone_number="+5531987654321",
    identifier="cliente:1842",
    custom_attributes={
        "tipo_parte": "cliente",
        "zattar_id": "1842",
        "cpf": "123.456.789-09",
        "estado_civil": "casada",
    },
    additional_attributes={"city": "Belo Horizonte", "country_code": "BR"},
)
EXPECTED: dict[str, Event] = {
    "contact_created": ContactEvent(
        "contact_created", 7, Contact(id=5013, name="João Pereira", phone_number="+5511998877665")
    ),
    "contact_updated": ContactEvent(
        "contact_updated", 7, MARIA, frozenset({"email", "updated_at", "custom_attributes"}), 1781706002771
    ),
    "conversation_typing_on": Typing(7, 873, is_on=True, is_staff=True),
    "conversation_typing_off": Typing(7, 873, is_on=False, is_staff=True),
    "webwidget_triggered": WidgetTriggered(7, 5020, 13),
    "inbox_created": InboxChanged("inbox_created", 7),
    "inbox_updated": InboxChanged("inbox_updated", 7),
}
TALK = {
    "message_created": (MessageEvent, "message_created", 40981),
    "message_created_outgoing": (MessageEvent, "message_created", 40983),
    "message_updated": (MessageEvent, "message_updated", 40983),
    "conversation_created": (ConversationEvent, "conversation_created", 873),
    "conversation_updated": (ConversationEvent, "conversation_updated", 873),
    "conversation_status_changed": (ConversationEvent, "conversation_status_changed", 873),
}


def parsed(tree: Any) -> Event:
    return events.parse(json.dumps(tree).encode())


@pytest.mark.parametrize("name", EXPECTED)
def test_samples_are_read_as_what_they_are(name: str) -> None:
    assert events.parse(samples.body(name)) == EXPECTED[name]


@pytest.mark.parametrize("name", TALK)
def test_messages_and_conversations_are_told_apart(name: str) -> None:
    event = events.parse(samples.body(name))
    assert isinstance(event, MessageEvent | ConversationEvent)
    record = event.message if isinstance(event, MessageEvent) else event.conversation
    assert (type(event), event.name, record.id) == TALK[name]
    assert event.account_id == 7
    assert events.conversation(event) == "conversation|873"


def test_every_sample_has_its_row() -> None:
    assert {*EXPECTED, *TALK, "contact_updated_activity_only"} == set(samples.EVENTS)


def test_what_an_incoming_message_does_to_its_contact_is_noise() -> None:
    event = events.parse(samples.body("contact_updated_activity_only"))
    assert isinstance(event, ContactEvent)
    assert event.is_noise
    assert event.updated_ms == 1781701268131
    for name in ("contact_created", "contact_updated"):
        other = events.parse(samples.body(name))
        assert isinstance(other, ContactEvent)
        assert not other.is_noise


@pytest.mark.parametrize(
    ("changed", "noise"),
    [
        ([{"label_list": {"previous_value": [], "current_value": ["vip"]}}], False),
        ([{"updated_at": {}}, {"phone_number": {"previous_value": "+55", "current_value": None}}], False),
        ([{"updated_at": {}}], True),
        ([], False),
        (None, False),
        ("x", False),
        ([5, None, []], False),
    ],
)
def test_an_update_without_a_word_on_what_changed_is_looked_at(changed: Any, noise: bool) -> None:
    event = parsed({"event": "contact_updated", "id": 1, "changed_attributes": changed})
    assert isinstance(event, ContactEvent)
    assert event.is_noise is noise


@pytest.mark.parametrize("name", samples.EVENTS)
def test_no_token_is_kept_of_any_post(name: str) -> None:
    body = samples.body(name)
    event = events.parse(body)
    kept = json.dumps(events.to_payload(event))
    for secret in ("m3Vd9sQk7XwJ2bTnY5LhR8ce", "pubsub_token", "hmac_token", '"secret"'):
        assert secret not in kept
        assert secret not in repr(event)
    if isinstance(event, InboxChanged):
        assert set(events.to_payload(event)) == {"event", "account"}


@pytest.mark.parametrize(
    ("tree", "account"),
    [
        ({"account": {"id": 7}}, 7),
        ({"messages": [{"account_id": 7}]}, 7),
        ({"account_id": 7}, 7),
        ({"account": {"id": 7}, "messages": [{"account_id": 8}]}, 7),
        ({"messages": []}, 0),
        ({"messages": [None]}, 0),
        ({"account": None}, 0),
        ({"account": {"id": "7"}}, 7),
        ({"account": {"id": "x"}}, 0),
    ],
)
def test_the_account_stands_where_the_release_puts_it(tree: dict[str, Any], account: int) -> None:
    event = parsed({"event": "conversation_updated", "id": 873, **tree})
    assert isinstance(event, ConversationEvent)
    assert (event.account_id, event.conversation.account_id) == (account, account)


PLAN = {"event": "message.created", "data": {"message": {"id": 456, "content": "...", "conversation_id": 123}}}


def test_the_dotted_form_of_the_plan_is_the_same_event() -> None:
    event = parsed(PLAN | {"account_id": 7})
    assert isinstance(event, MessageEvent)
    assert (event.name, event.message.id, event.message.conversation_id) == ("message_created", 456, 123)
    assert event.account_id == 7
    assert event.message.content == "..."
    assert event.conversation is None


@pytest.mark.parametrize(
    "tree",
    [
        {"event": "contact.updated", "id": 5, "account": {"id": 7}},
        {"event": "contact.updated", "data": {"id": 5, "account": {"id": 7}}},
        {"event": "contact.updated", "data": {"contact": {"id": 5}}, "account_id": 7},
        {"event": "contact.updated", "data": {"contact": {"id": 5}, "account_id": 7}},
        {
            "event": "contact.updated",
            "data": {"contact": {"id": 5, "last_activity_at": 5, "contact_inboxes": []}},
            "account": {"id": 7},
        },
    ],
)
def test_a_dotted_contact_may_be_wrapped_or_not(tree: dict[str, Any]) -> None:
    assert parsed(tree) == ContactEvent("contact_updated", 7, Contact(id=5))


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("conversation.status_changed", "conversation_status_changed"),
        ("conversation.assignment_changed", "conversation_updated"),
        ("conversation.created", "conversation_created"),
        ("message.updated", "message_updated"),
        ("conversation_opened", "conversation_opened"),
        ("conversation_resolved", "conversation_resolved"),
    ],
)
def test_other_names_of_talk_are_known(given: str, name: str) -> None:
    event = parsed({"event": given, "id": 3})
    assert isinstance(event, MessageEvent | ConversationEvent)
    assert event.name == name


def test_a_deletion_is_read_should_a_release_ever_tell_one() -> None:
    assert parsed({"event": "contact_deleted", "id": 5, "account": {"id": 7}}) == ContactEvent(
        "contact_deleted", 7, Contact(id=5)
    )


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("automation_event.message_created", "automation"),
        ("macro.executed", "automation"),
        ("agent.status_changed", "unknown_event"),
        ("contact_merged", "unknown_event"),
        ("company_created", "unknown_event"),
        (None, "no_event"),
        (5, "no_event"),
        ("Not A Name", "no_event"),
        ("x" * 81, "no_event"),
    ],
)
def test_what_is_not_known_is_counted_by_its_name_alone(given: Any, reason: str) -> None:
    event = parsed({"event": given, "id": 1, "pubsub_token": "t", "name": "Maria"})
    assert isinstance(event, Ignored)
    assert event.reason == reason
    assert "Maria" not in repr(event)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b"", "body"),
        (b"[]", "body"),
        (b"null", "body"),
        (b'"x"', "body"),
        (b"{", "body"),
        (b"\xff\xfe", "body"),
        (b"[" * 100_000, "body"),
        (b'{"event":"contact_created","a":' + b"[" * 40 + b"]" * 40 + b"}", "body"),
        (b'{"event":"contact_created"}', "id"),
        (b'{"event":"contact_created","id":null}', "id"),
        (b'{"event":"message_created","id":-1}', "id"),
        (b'{"event":"conversation_updated","id":1.5}', "id"),
    ],
)
def test_what_cannot_be_read_says_where(body: bytes, path: str) -> None:
    with pytest.raises(MalformedEvent) as error:
        events.parse(body)
    assert error.value.path == path


def test_odd_text_survives_and_dangerous_text_does_not() -> None:
    body = (
        '{"event":"contact_created","id":1,"name":"Zoë \U0001f9d1\u200d\u2696\ufe0f \\u2028 \\u0000x\\ud800"}'.encode()
    )
    event = events.parse(body)
    assert isinstance(event, ContactEvent)
    assert event.contact.name == "Zoë \U0001f9d1\u200d\u2696\ufe0f \u2028 x\ufffd"
