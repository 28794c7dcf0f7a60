"""Messages of Chatwoot as events: every kind of author and content, and what a post says of another message."""

import json
from typing import Any

import pytest

from ponte.chatwoot import events
from ponte.chatwoot.events import MessageEvent
from ponte.chatwoot.messages import MAX_ATTACHMENTS, MAX_CONTENT_CHARS, Attachment, Author, Csat

from . import samples


def told(name: str = "message_created", **changes: Any) -> MessageEvent:
    """The event of a sample with other values; None as a value takes the key away."""
    tree = samples.tree(name)
    for key, value in changes.items():
        tree[key] = value
    event = events.parse(json.dumps(tree).encode())
    assert isinstance(event, MessageEvent)
    return event


def outgoing(**changes: Any) -> MessageEvent:
    return told("message_created_outgoing", **changes)


def test_a_customers_message_is_read_whole() -> None:
    message = told().message
    assert (message.message_type, message.conversation_id, message.inbox_id) == ("incoming", 873, 12)
    assert message.content == "Boa tarde, preciso saber do andamento do meu processo."
    assert message.author == Author("contact", 5012, "Maria das Dores Silva")
    assert (message.private, message.status, message.source_id) == (False, "sent", "zattar:msg:77120")
    assert (message.created_ms, message.updated_ms) == (1781701268120, 1781701268120)


def test_the_conversation_stands_beside_it() -> None:
    conversation = told().conversation
    assert conversation is not None
    assert (conversation.id, conversation.account_id, conversation.status, conversation.contact_id) == (
        *(873, 7, "open", 5012),
    )


def test_an_agents_answer_has_its_author() -> None:
    message = outgoing().message
    assert (message.message_type, message.author.kind, message.author.id) == ("outgoing", "user", 31)


def test_an_update_tells_the_delivery_when_the_message_inside_is_this_one() -> None:
    message = told("message_updated").message
    assert (message.status, message.updated_ms) == ("delivered", 1781701547310)


def test_of_another_message_inside_nothing_is_taken() -> None:
    tree = samples.tree("message_updated")
    nested = tree["conversation"]["messages"][0]
    nested |= {"id": 50000, "content": "outra", "status": "failed"}
    message = told("message_updated", conversation=tree["conversation"]).message
    assert (message.id, message.status, message.updated_ms) == (40983, "", 0)
    assert "concluso" in message.content


@pytest.mark.parametrize(
    "nested", [None, {}, {"id": 873}, {"id": 873, "messages": []}, {"id": 873, "messages": [None]}, 5]
)
def test_a_conversation_without_a_state_is_none(nested: Any) -> None:
    event = told(conversation=nested, conversation_id=873)
    assert event.conversation is None
    assert event.message.conversation_id == 873


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        *(("incoming", "incoming"), ("outgoing", "outgoing"), ("template", "template"), ("activity", "activity")),
        *((0, "incoming"), (1, "outgoing"), (2, "activity"), (3, "template"), ("1", "outgoing")),
        *((4, ""), ("other", ""), (None, ""), (True, ""), ([], ""), ("9", "")),
    ],
)
def test_the_type_may_be_a_word_or_a_number(given: Any, kind: str) -> None:
    assert told(message_type=given).message.message_type == kind


@pytest.mark.parametrize(
    ("sender", "author"),
    [
        ({"id": 31, "name": "Beatriz", "type": "user"}, Author("user", 31, "Beatriz")),
        ({"id": 4, "name": "Robô", "type": "agent_bot"}, Author("agent_bot", 4, "Robô")),
        ({"id": 5, "name": "Capitão", "type": "captain_assistant"}, Author("captain_assistant", 5, "Capitão")),
        ({"id": 6, "name": "?", "type": "of_the_future"}, Author("", 6, "?")),
        ({"id": 6, "name": "?"}, Author("", 6, "?")),
        (None, Author()),
        ({"name": "ninguém"}, Author()),
    ],
)
def test_who_wrote_it(sender: Any, author: Author) -> None:
    assert outgoing(sender=sender).message.author == author


def test_an_echo_of_the_channels_own_app_has_no_author_and_a_channels_id() -> None:
    message = outgoing(sender=None, source_id="wamid.ABC").message
    assert (message.author, message.source_id, message.message_type) == (Author(), "wamid.ABC", "outgoing")


def test_a_private_note_says_so() -> None:
    assert outgoing(private=True).message.private
    assert not outgoing(private="yes").message.private


def test_a_deleted_message_says_so() -> None:
    message = told(
        "message_updated", content="Esta mensagem foi excluída", content_attributes={"deleted": True}
    ).message
    assert message.is_deleted
    assert not told().message.is_deleted


def test_our_own_is_known_by_its_marker() -> None:
    assert outgoing(content_attributes={"ponte_id": "0190-abc"}).message.marker == "0190-abc"
    for other in ({}, {"ponte_id": 5}, {"ponte_id": None}, [], None, "x"):
        assert outgoing(content_attributes=other).message.marker == ""


def test_a_failed_send_tells_why() -> None:
    given = {"external_error": "131047: Re-engagement message"}
    assert outgoing(content_attributes=given).message.external_error == "131047: Re-engagement message"


@pytest.mark.parametrize(
    ("answer", "csat"),
    [
        ({"rating": 5, "feedback_message": "Ótimo"}, Csat(5, "Ótimo")),
        ({"rating": 1}, Csat(1)),
        *(({"rating": bad}, None) for bad in (0, 6, None, "x", -1, 2.5)),
        (None, None),
    ],
)
def test_a_surveys_answer_is_read(answer: Any, csat: Csat | None) -> None:
    given = {"submitted_values": {"csat_survey_response": answer}}
    message = outgoing(message_type="template", content_type="input_csat", content_attributes=given).message
    assert (message.content_type, message.csat) == ("input_csat", csat)


IMAGE = {
    "id": 3,
    "message_id": 40981,
    "file_type": "image",
    "account_id": 7,
    "extension": None,
    "content_type": "image/png",
    "data_url": "https://chat.zattar.example/rails/active_storage/blobs/redirect/eyJ/rg.png?a=b",
    "thumb_url": "https://chat.zattar.example/t.png",
    "file_size": 12345,
    "width": 10,
    "height": None,
}
PLACE = {
    "id": 4,
    "file_type": "location",
    "coordinates_lat": -19.92,
    "coordinates_long": -43.94,
    "fallback_title": "Fórum",
    "data_url": "https://maps.example/?q=1",
}


def test_files_and_places_are_read() -> None:
    message = told(content=None, attachments=[IMAGE, PLACE]).message
    assert message.content == ""
    assert message.attachments == (
        Attachment(3, "image", IMAGE["data_url"], "rg.png", "image/png", size=12345),
        Attachment(4, "location", PLACE["data_url"], "Fórum", latitude=-19.92, longitude=-43.94),
    )


@pytest.mark.parametrize(
    "broken",
    [None, 5, [], {}, {"id": 3}, {"file_type": "image"}, {"id": 0, "file_type": "image"}, {"id": 3, "file_type": 5}],
)
def test_a_broken_attachment_costs_no_other(broken: Any) -> None:
    assert [each.id for each in told(attachments=[broken, IMAGE]).message.attachments] == [3]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "", None, 5])
def test_an_address_that_is_none_is_not_kept(url: Any) -> None:
    (attachment,) = told(attachments=[IMAGE | {"data_url": url}]).message.attachments
    assert attachment.data_url == ""


@pytest.mark.parametrize(("lat", "long"), [(91, 0), (0, 181), ("x", 0), (None, None), (True, 0)])
def test_a_place_is_on_the_earth(lat: Any, long: Any) -> None:
    (place,) = told(attachments=[PLACE | {"coordinates_lat": lat, "coordinates_long": long}]).message.attachments
    assert None in (place.latitude, place.longitude)


def test_no_more_attachments_are_read_than_chatwoot_takes() -> None:
    rows = [IMAGE | {"id": 1 + at} for at in range(MAX_ATTACHMENTS + 1)]
    assert len(told(attachments=rows).message.attachments) == MAX_ATTACHMENTS


@pytest.mark.parametrize(
    "content",
    [
        "a\u2028b\u2029c",
        "👩\u200d⚖\ufe0f 🇧🇷",
        "<script>alert(1)</script> & [b]não[/b]",
        "ã" * MAX_CONTENT_CHARS,
        "linha\nlinha\ttab",
    ],
    ids=["separators", "emoji", "html", "the longest", "lines"],
)
def test_a_text_stays_as_it_was_written(content: str) -> None:
    event = told(content=content)
    assert event.message.content == content
    again = events.read(json.loads(json.dumps(events.to_payload(event))))
    assert again == event


def test_what_no_store_takes_is_left_out() -> None:
    assert told(content="a\x00b\ud800c").message.content == "ab\ufffdc"
    assert len(told(content="x" * (MAX_CONTENT_CHARS + 1)).message.content) == MAX_CONTENT_CHARS


def test_a_message_is_made_once_whatever_stands_beside_it() -> None:
    first = told()
    tree = samples.tree("message_created")["conversation"]
    later = told(conversation=tree | {"status": "resolved", "updated_at": tree["updated_at"] + 5, "messages": []})
    assert events.source_id(first, "a") == events.source_id(later, "b") == "message_created|40981"


def test_updates_are_told_apart_by_time_or_by_delivery() -> None:
    timed = told("message_updated")
    assert events.source_id(timed, "a") == events.source_id(timed, "b")
    bare = told("message_updated", conversation={"id": 873})
    assert events.source_id(bare, "a") == events.source_id(bare, "a")
    assert events.source_id(bare, "a") != events.source_id(bare, "b")
    deleted = told("message_updated", conversation={"id": 873}, content_attributes={"deleted": True})
    assert events.source_id(bare, "a") != events.source_id(deleted, "a")


def test_a_release_that_tells_the_status_itself_is_believed() -> None:
    event = told("message_updated", conversation={"id": 873}, status="read", updated_at="2026-06-17T13:06:00.000Z")
    assert (event.message.status, event.message.updated_ms) == ("read", 1781701560000)
    assert told(status="of_the_future", conversation={"id": 873}).message.status == ""


def test_nothing_personal_shows_in_a_repr() -> None:
    event = told(attachments=[IMAGE, PLACE], content_attributes={"x": "segredo"})
    shown = repr(event)
    for personal in (
        "Maria",
        "processo",
        "mail.example",
        "98765",
        "rg.png",
        "Fórum",
        "-19.92",
        "segredo",
        "zattar:msg",
    ):
        assert personal not in shown
