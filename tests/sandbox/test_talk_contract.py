"""Conversations and messages: what our calls ask, the fake answers and posts, and our readers read.

Key sets are those of the vendor's release (tests/samples/chatwoot), so that neither side drifts into a dialect.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from ponte.chatwoot import conversation_requests as conversations
from ponte.chatwoot import events, messages, requests
from ponte.chatwoot import message_requests as talk
from ponte.chatwoot.calls import ApiCall, Upload
from ponte.chatwoot.conversations import Conversation, assignee_of, conversation_of, page_of, status_of
from ponte.chatwoot.conversations import conversations_of as listed_of
from ponte.chatwoot.conversations import marked as marked_conversation
from ponte.chatwoot.events import ConversationEvent, MessageEvent
from ponte.chatwoot.messages import Message, message_of, messages_of
from ponte.outcome import Blocked, Outcome, Rejected, Succeeded, Transient

from .conftest import Sandbox
from .offices import AGENT, JOAO_ID, MARIA_ID, Office, office_scenario

pytestmark = pytest.mark.enable_socket
SAMPLES = Path(__file__).parents[1] / "samples" / "chatwoot"
NUMBER = 873
TALK = ["conversation_created", "conversation_updated", "conversation_status_changed", "message_created"]


def scenario(**account: Any) -> dict[str, Any]:
    tree = office_scenario()
    own: dict[str, Any] = tree["chatwoot"]["accounts"][0]
    own["webhooks"][0]["subscriptions"] = [*TALK, "message_updated"]
    own["agents"].append({"id": 32, "name": "Caio", "email": "caio@zattar.example", "availability_status": "online"})
    own.update(account)
    return tree


@pytest.fixture
def office(sandbox: Sandbox) -> Office:
    sandbox.providers.put(scenario())
    sandbox.webhooks.clear()
    return Office(sandbox)


def shown(office: Office, number: int = NUMBER) -> Conversation:
    found = conversation_of(office.read(conversations.get_conversation(number)))
    assert found is not None
    return found


def say(office: Office, content: str = "Olá", **options: Any) -> Message:
    call = talk.create_message(NUMBER, content, marker="m-1", **options)
    found = message_of(office.read(call))
    assert found is not None
    return found


def told(office: Office) -> list[tuple[str, str]]:
    """(event, status of the conversation) of what was posted."""
    found = []
    for event in office.posts():
        if isinstance(event, ConversationEvent):
            found.append((event.name, event.conversation.status))
        elif isinstance(event, MessageEvent):
            assert event.conversation is not None
            found.append((event.name, event.conversation.status))
    return found


def test_a_conversation_is_begun_listed_and_found_by_our_marker(office: Office) -> None:
    made = conversation_of(office.read(conversations.create_conversation(MARIA_ID, 12, marker="c-1")))
    assert made is not None
    assert (made.id, made.status, made.contact_id, made.inbox_id) == (874, "open", MARIA_ID, 12)
    of_maria = listed_of(office.read(requests.contact_conversations(MARIA_ID)))
    assert marked_conversation(of_maria, "c-1") == shown(office, 874)
    assert marked_conversation(of_maria, "c-2") is None
    page = page_of(office.read(conversations.list_conversations()))
    assert ([each.id for each in page.conversations], page.count) == ([874, NUMBER], 2)
    (event,) = office.posts()
    assert isinstance(event, ConversationEvent)
    assert (event.name, event.account_id, event.conversation.contact_id) == ("conversation_created", 7, MARIA_ID)


def test_every_call_anew_begins_another_one_but_where_there_is_one_per_contact(office: Office) -> None:
    call = conversations.create_conversation(MARIA_ID, 12, marker="c-1", source_id="zattar:cliente:1842")
    assert [office.read(call)["id"] for _ in range(2)] == [874, 875]
    office.sandbox.world.accounts[0].config["inboxes"][0]["lock_to_single_conversation"] = True
    assert office.read(call)["id"] == 875


def test_a_place_that_another_contact_has_is_refused(office: Office) -> None:
    outcome = office.ask(conversations.create_conversation(MARIA_ID, 12, marker="c-1", source_id="joao-1"))
    assert isinstance(outcome, Rejected)
    assert outcome.code == "request_refused"


@pytest.mark.parametrize(
    "call",
    [conversations.get_conversation(1), talk.latest_messages(1), conversations.create_conversation(1, 12, marker="c")],
)
def test_what_is_not_there_is_said_so(office: Office, call: ApiCall) -> None:
    outcome = office.ask(call)
    assert isinstance(outcome, Rejected)
    assert outcome.code == "not_found"


def test_only_what_changed_since_is_listed(office: Office) -> None:
    office.sandbox.clock.ms += 3_600_000
    assert page_of(office.read(conversations.conversations_since(900))).conversations == ()
    office.read(conversations.toggle_priority(NUMBER, "high"))
    found = page_of(office.read(conversations.conversations_since(900))).conversations
    assert [each.id for each in found] == [NUMBER]


def test_pages_of_conversations_hold_25(sandbox: Sandbox) -> None:
    rows = [{"id": n, "inbox_id": 12, "contact_id": JOAO_ID, "status": "resolved"} for n in range(1, 31)]
    sandbox.providers.put(scenario(conversations=rows))
    office = Office(sandbox)
    sizes = [len(page_of(office.read(conversations.list_conversations(n))).conversations) for n in (1, 2, 3)]
    assert sizes == [25, 5, 0]


@pytest.mark.parametrize("status", ["resolved", "pending", "snoozed", "open"])
def test_a_status_is_set_not_toggled_and_told_twice(office: Office, status: str) -> None:
    for _ in range(2):
        assert status_of(office.read(conversations.toggle_status(NUMBER, status))) == status
    expected = [("conversation_status_changed", status), ("conversation_updated", status)]
    assert told(office) == ([] if status == "open" else expected)


def test_a_snooze_has_its_end_and_any_other_status_takes_it_away(office: Office) -> None:
    office.read(conversations.toggle_status(NUMBER, "snoozed", snoozed_until=1_900_000_000))
    assert shown(office).snoozed_ms == 1_900_000_000_000
    office.read(conversations.toggle_status(NUMBER, "pending"))
    assert shown(office).snoozed_ms == 0


def test_an_agents_token_that_opens_is_assigned_an_administrators_is_not(office: Office) -> None:
    for token, agent in ((None, 0), (AGENT, 31)):
        office.read(conversations.toggle_status(NUMBER, "resolved"))
        office.read(conversations.toggle_status(NUMBER, "open"), *([token] if token else []))
        found = shown(office).assignee
        assert (found.id if found else 0) == agent


def test_auto_assignment_swallows_the_status_and_the_state_tells_it(office: Office) -> None:
    office.read(conversations.toggle_status(NUMBER, "resolved"))
    office.posts()
    office.sandbox.world.accounts[0].config["inboxes"][0]["enable_auto_assignment"] = True
    office.read(conversations.toggle_status(NUMBER, "open"))
    (event,) = office.posts()
    assert isinstance(event, ConversationEvent)
    assert (event.name, event.changed) == ("conversation_updated", {"assignee_id", "updated_at"})
    assert event.conversation.status == "open"
    assert event.conversation.assignee is not None
    assert event.conversation.assignee.id == 32


def test_who_is_assigned_is_answered_and_an_unknown_agent_unassigns(office: Office) -> None:
    found = assignee_of(office.read(conversations.assign(NUMBER, 31)))
    assert found is not None
    assert (found.id, found.name) == (31, "Beatriz")
    assert office.ask(conversations.assign(NUMBER, 99)) == Succeeded({})
    assert shown(office).assignee is None
    assert [name for name, _ in told(office)] == ["conversation_updated"] * 2
    office.read(conversations.assign_team(NUMBER, 4))
    assert shown(office).team_id == 4


def test_priority_labels_and_attributes_are_set_whole(office: Office) -> None:
    assert office.ask(conversations.toggle_priority(NUMBER, "urgent")) == Succeeded({})
    office.read(conversations.replace_conversation_labels(NUMBER, ["a", "b"]))
    office.read(conversations.replace_conversation_labels(NUMBER, ["b"]))
    office.read(conversations.replace_custom_attributes(NUMBER, {"cnj": "0010234-55.2026.5.03.0012"}))
    found = shown(office)
    assert (found.priority, found.labels) == ("urgent", ("b",))
    assert found.custom_attributes == {"cnj": "0010234-55.2026.5.03.0012"}
    office.ask(conversations.toggle_priority(NUMBER, ""))
    assert shown(office).priority == ""


def test_our_message_carries_its_marker_and_comes_back_as_a_webhook(office: Office) -> None:
    made = say(office, "Olá <b> & \u2028 \U0001f600")
    assert (made.message_type, made.marker, made.author.id, made.status) == ("outgoing", "m-1", 90, "sent")
    first, *_ = office.posts()
    assert isinstance(first, MessageEvent)
    assert (first.name, first.message.id, first.message.marker) == ("message_created", made.id, "m-1")
    assert (first.message.content, first.message.author.kind) == ("Olá <b> & \u2028 \U0001f600", "user")
    assert messages.marked(messages_of(office.read(talk.messages_after(NUMBER, 40981)), NUMBER), "m-1") == made


def test_the_same_call_twice_is_two_messages(office: Office) -> None:
    assert say(office).id != say(office).id


def test_files_go_up_with_the_message(office: Office) -> None:
    files = [Upload("petição.pdf", "application/pdf", b"%PDF"), Upload("a.png", "image/png", b"png")]
    made = say(office, "", files=files)
    assert [(each.file_type, each.name, each.size) for each in made.attachments] == [
        ("file", "petição.pdf", 4),
        ("image", "a.png", 3),
    ]
    assert (made.marker, made.content) == ("m-1", "")
    event = office.posts()[0]
    assert isinstance(event, MessageEvent)
    assert len(event.message.attachments) == 2


def test_a_note_is_told_and_is_private(office: Office) -> None:
    assert say(office, "só para nós", private=True).private
    (event,) = office.posts()
    assert isinstance(event, MessageEvent)
    assert event.message.private


@pytest.mark.parametrize(
    ("before", "after"), [("resolved", "open"), ("snoozed", "open"), ("pending", "pending"), ("open", "open")]
)
def test_what_a_customers_message_does_to_the_status(office: Office, before: str, after: str) -> None:
    office.read(conversations.toggle_status(NUMBER, before))
    office.posts()
    say(office, "Estou esperando", message_type="incoming")
    assert shown(office).status == after
    assert shown(office).unread_count == 2
    names = [name for name, _ in told(office)]
    assert names[0] == "message_created"
    assert ("conversation_status_changed" in names) is (before != after)


def test_only_an_api_inbox_takes_what_comes_in(office: Office) -> None:
    made = office.read(conversations.create_conversation(MARIA_ID, 13, marker="c-1"))
    outcome = office.ask(talk.create_message(made["id"], "x", marker="m", message_type="incoming"))
    assert isinstance(outcome, Rejected)
    assert outcome.code == "request_refused"


def test_looking_resets_the_count_and_nobody_is_told(office: Office) -> None:
    say(office, "Oi", message_type="incoming")
    office.posts()
    found = conversation_of(office.read(conversations.update_last_seen(NUMBER)))
    assert found is not None
    assert (found.unread_count, office.posts()) == (0, [])


def test_messages_are_listed_from_either_end(office: Office) -> None:
    ids = [40981, *(say(office, str(n)).id for n in range(30))]

    def listed(call: ApiCall) -> list[int]:
        rows = messages_of(office.read(call), NUMBER)
        return [each.id for each in rows if each.message_type != "activity"]

    assert listed(talk.latest_messages(NUMBER)) == ids[-20:]
    assert listed(talk.messages_before(NUMBER, ids[5])) == ids[:5]
    assert listed(talk.messages_after(NUMBER, ids[5])) == ids[6:]
    assert listed(talk.messages_after(NUMBER, 0)) == ids
    assert listed(talk.messages_after(NUMBER, ids[-1])) == []


def test_a_deleted_message_keeps_neither_text_nor_marker(office: Office) -> None:
    made = say(office, "segredo", files=[Upload("a.txt", "text/plain", b"x")])
    office.posts()
    assert office.ask(talk.delete_message(NUMBER, made.id)) == Succeeded({})
    (event,) = office.posts()
    assert isinstance(event, MessageEvent)
    one = event.message
    assert (event.name, one.is_deleted, one.marker, one.attachments) == ("message_updated", True, "", ())
    assert "segredo" not in one.content


def test_how_far_a_message_came_goes_forward_and_is_told_inside_the_conversation(office: Office) -> None:
    made = say(office)
    office.posts()
    seen = []
    for status in ("delivered", "read", "delivered"):
        office.read(talk.update_message_status(NUMBER, made.id, status))
        seen += [each.message.status for each in office.posts() if isinstance(each, MessageEvent)]
    assert seen == ["delivered", "read"]
    office.read(talk.update_message_status(NUMBER, made.id, "failed", external_error="131047"))
    (event,) = office.posts()
    assert isinstance(event, MessageEvent)
    assert (event.message.status, event.message.external_error) == ("failed", "131047")
    mail = office.read(conversations.create_conversation(MARIA_ID, 13, marker="c-1"))["id"]
    there = office.read(talk.create_message(mail, "x", marker="m"))["id"]
    assert office.ask(talk.update_message_status(mail, there, "read")) == Blocked(
        "http_403", "Message status update is only allowed for API inboxes"
    )


def test_too_many_messages_in_a_minute_are_waited_for(office: Office) -> None:
    outcomes: list[Outcome] = [office.ask(talk.create_message(NUMBER, "x", marker="m")) for _ in range(201)]
    assert sum(isinstance(each, Succeeded) for each in outcomes) == 200
    assert isinstance(outcomes[-1], Transient)
    assert outcomes[-1].code == "too_many_messages"


def test_activity_is_listed_but_never_told(office: Office) -> None:
    office.read(conversations.toggle_status(NUMBER, "resolved"))
    rows = messages_of(office.read(talk.messages_after(NUMBER, 40981)), NUMBER)
    assert [each.message_type for each in rows] == ["activity"]
    assert not [each for each in office.posts() if isinstance(each, MessageEvent)]


def test_an_old_release_does_not_say_whose_conversation_it_is(sandbox: Sandbox) -> None:
    sandbox.providers.put(scenario(version="4.14.1"))
    sandbox.webhooks.clear()
    office = Office(sandbox)
    office.read(conversations.toggle_priority(NUMBER, "low"))
    assert sandbox.providers.deliveries.wait(10)
    (post,) = sandbox.webhooks
    assert "account" not in json.loads(post.body)
    event = events.parse(post.body)
    assert isinstance(event, ConversationEvent)
    assert event.account_id == 7, "the message inside tells"


def keys_of(tree: Any, *path: str) -> set[str]:
    for key in path:
        tree = tree[int(key) if key.isdigit() else key]
    return set(tree)


@pytest.mark.parametrize("name", [*TALK, "message_updated"])
def test_posts_have_the_keys_of_the_release(office: Office, name: str) -> None:
    office.read(conversations.assign(NUMBER, 31))
    say(office, "Oi", message_type="incoming")
    office.read(conversations.create_conversation(MARIA_ID, 12, marker="c-1", source_id="zattar:cliente:1842"))
    office.read(conversations.toggle_status(NUMBER, "resolved"))
    office.read(talk.update_message_status(NUMBER, say(office).id, "read"))
    assert office.sandbox.providers.deliveries.wait(10)
    bodies = [json.loads(post.body) for post in office.sandbox.webhooks]
    ours = next(body for body in bodies if body["event"] == name)
    theirs = json.loads((SAMPLES / name / "body").read_bytes())
    assert keys_of(ours) | {"changed_attributes"} == keys_of(theirs) | {"changed_attributes"}
    nested = ("conversation",) if name.startswith("message_") else ()
    for path in (nested, (*nested, "meta"), (*nested, "contact_inbox"), (*nested, "meta", "sender")):
        assert keys_of(ours, *path) - {"changed_attributes"} == keys_of(theirs, *path) - {"changed_attributes"}, path
    if name.startswith("message_"):
        assert keys_of(ours, "conversation", "messages", "0") == keys_of(theirs, "conversation", "messages", "0")


def test_an_api_inbox_posts_all_that_is_said_in_it_with_a_secret_of_its_own(office: Office) -> None:
    account = office.sandbox.world.accounts[0]
    account.config["webhooks"].clear()
    account.config["inboxes"][0]["webhook_url"] = "https://ponte.example/webhooks/chatwoot/escritorio"
    say(office)
    office.read(requests.update_contact(MARIA_ID, {"name": "Outra"}))
    assert office.sandbox.providers.deliveries.wait(10)
    names = [json.loads(post.body)["event"] for post in office.sandbox.webhooks]
    assert names == ["message_created", "conversation_updated"]
