"""Conversations of Chatwoot as events: the whole state each time, in any release's shape."""

import json
from typing import Any

import pytest

from ponte.chatwoot import conversations, events
from ponte.chatwoot.conversations import Assignee, Conversation
from ponte.chatwoot.events import ConversationEvent, Typing, WidgetTriggered

from . import samples


def told(name: str = "conversation_updated", **changes: Any) -> ConversationEvent:
    event = events.parse(json.dumps(samples.tree(name) | changes).encode())
    assert isinstance(event, ConversationEvent)
    return event


def state(name: str = "conversation_updated", **changes: Any) -> Conversation:
    return told(name, **changes).conversation


def test_a_new_conversation_is_read_whole() -> None:
    one = state("conversation_created")
    assert (one.id, one.account_id, one.inbox_id, one.status, one.priority) == (873, 7, 12, "open", "")
    assert (one.contact_id, one.source_id) == (5012, "0f6c3a3e-3f1c-4b55-9a0e-0a6d5b2d9c11")
    assert one.contact is not None
    assert one.contact.identifier == "cliente:1842"
    assert (one.assignee, one.team_id, one.labels, one.unread_count) == (None, 0, (), 1)
    assert (one.channel, one.can_reply, one.snoozed_ms) == ("Channel::Api", True, 0)
    assert (one.created_ms, one.last_activity_ms, one.updated_us) == (
        *(1781701267000, 1781701268000, 1781701268120453),
    )


def test_a_resolved_one_has_its_assignee_and_priority() -> None:
    event = told("conversation_status_changed")
    one = event.conversation
    assert (one.status, one.priority, one.assignee) == ("resolved", "high", Assignee(31, "Beatriz Moura"))
    assert one.updated_us == 1781705204008312
    assert event.changed is None, "this event never says what changed"


def test_an_update_says_what_changed() -> None:
    assert told().changed is not None
    assert told(changed_attributes=[{"assignee_id": {"previous_value": None, "current_value": 31}}]).changed == {
        "assignee_id"
    }


@pytest.mark.parametrize("status", ["open", "resolved", "pending", "snoozed"])
def test_each_status_is_taken_as_it_is(status: str) -> None:
    assert state(status=status).status == status


@pytest.mark.parametrize("status", ["on_hold", "OPEN", 0, None, []])
def test_what_is_no_status_is_none(status: Any) -> None:
    assert state(status=status).status == ""


@pytest.mark.parametrize(
    ("given", "priority"), [("low", "low"), ("urgent", "urgent"), (None, ""), ("alta", ""), (3, "")]
)
def test_a_priority_is_one_of_four_or_none(given: Any, priority: str) -> None:
    assert state(priority=given).priority == priority


@pytest.mark.parametrize(
    ("meta", "assignee"),
    [
        ({"assignee": {"id": 31, "name": "B"}, "assignee_type": "User"}, Assignee(31, "B")),
        ({"assignee": {"id": 4, "name": "R"}, "assignee_type": "AgentBot"}, Assignee(4, "R", "AgentBot")),
        ({"assignee": {"id": 31, "available_name": "B", "type": "user"}}, Assignee(31, "B")),
        ({"assignee": {"id": 4, "type": "agent_bot"}}, Assignee(4, "", "AgentBot")),
        ({"assignee": None}, None),
        ({"assignee": {"name": "x"}}, None),
        ({}, None),
        (None, None),
    ],
)
def test_who_has_it(meta: Any, assignee: Assignee | None) -> None:
    assert state(meta=meta).assignee == assignee


def test_whose_it_is_stands_in_two_places() -> None:
    assert state(meta={}).contact_id == 5012
    assert state(contact_inbox=None).contact_id == 5012
    assert state(contact_inbox=None, meta={}).contact_id == 0


def test_labels_lose_what_is_no_label() -> None:
    assert state(labels=["urgente", " vip ", "", 5, None]).labels == ("urgente", "vip")


def test_a_snooze_may_have_an_end() -> None:
    assert state(status="snoozed", snoozed_until="2026-06-18T12:00:00.000Z").snoozed_ms == 1781784000000


def test_events_of_one_state_are_one_and_a_later_state_is_another() -> None:
    assert events.source_id(told(), "a") == events.source_id(told(), "b")
    later = samples.tree("conversation_updated")["updated_at"] + 0.000_001
    assert events.source_id(told(updated_at=later)) != events.source_id(told())
    bare = told(updated_at=None)
    assert events.source_id(bare, "a") != events.source_id(bare, "b")
    assert events.source_id(bare, "a") == events.source_id(told(updated_at=None), "a")


def test_the_message_inside_never_becomes_part_of_the_event() -> None:
    event = told("conversation_created")
    kept = json.dumps(events.to_payload(event)) + repr(event)
    assert "andamento" not in kept
    newest = conversations.newest_message(samples.tree("conversation_created"))
    assert newest is not None
    assert (newest.id, newest.conversation_id, newest.message_type, newest.status) == (40981, 873, "incoming", "sent")


def test_pages_of_lists_and_filters_are_read() -> None:
    row = {"id": 5, "status": "open", "updated_at": 1781701268.5}
    listed = {"data": {"meta": {"all_count": 26}, "payload": [row, None, {}]}}
    filtered = {"meta": {"all_count": 26}, "payload": [row]}
    for answer in (listed, filtered):
        page = conversations.page_of(answer)
        assert ([each.id for each in page.conversations], page.count) == ([5], 26)
    assert conversations.page_of({}).conversations == ()


def test_other_answers_are_read() -> None:
    assert conversations.status_of({"payload": {"current_status": "snoozed"}}) == "snoozed"
    assert conversations.status_of({"payload": {"current_status": 3}}) == ""
    assert conversations.labels_of({"payload": ["a"]}) == ("a",)
    found = conversations.conversation_of({"id": 5, "meta": {"channel": "Channel::Api"}, "uuid": "x"})
    assert found is not None
    assert found.channel == "Channel::Api"


def test_nothing_personal_shows_in_a_repr() -> None:
    shown = repr(told("conversation_status_changed"))
    for personal in ("Maria", "Beatriz", "mail.example", "98765", "0f6c3a3e", "m3Vd9sQk7XwJ2bTnY5LhR8ce"):
        assert personal not in shown


def test_signals_keep_ids_alone() -> None:
    tree = samples.tree("conversation_typing_on") | {"is_private": True, "user": {"id": 5012, "name": "Maria"}}
    assert events.read(tree) == Typing(7, 873, is_on=True, is_private=True, is_staff=False)
    tree = samples.tree("webwidget_triggered") | {"current_conversation": {"id": 9}}
    assert events.read(tree) == WidgetTriggered(7, 5020, 13, 9)
