"""A payload to one message: every type, and what is left of broken ones."""

import json
from pathlib import Path
from typing import Any

import pytest

from ponte.errors import MalformedEvent
from ponte.whatsapp import messages
from ponte.whatsapp.events import (
    Body,
    Card,
    Choice,
    Contacts,
    Edit,
    InboundMessage,
    Location,
    Media,
    Nothing,
    Order,
    OrderLine,
    Product,
    Reaction,
    Referral,
    Revoke,
    Sender,
    SystemChange,
    Text,
    Unsupported,
)
from ponte.whatsapp.split import split

SAMPLES = Path(__file__).parents[2] / "samples" / "whatsapp"
SHEENA = Sender("16505551234", "US.13491208655302741918", None, "Sheena Nelson", "")
PABLO = Sender(None, "US.20558713390021774410", None, "Pablo M.", "pablomorales")
QUOTED = "wamid.HBgLMTY1MDU1NTEyMzQVAgARGBJFRkYzNkZFMDNCMDAwMjUxMEEA"
FIRST = "wamid.HBgLMTY1MDU1NTEyMzQVAgASGBQ2MjhCNDlEOTZEQ0RFOTdBNDMwRAA="
ECHOED = "wamid.HBgLMTY1MDU1NTEyMzQVAgARGBJCNTc4MzcwNTUwMjEwQUNEOUMA"


def payload(event: str) -> dict[str, Any]:
    item: dict[str, Any] = split((SAMPLES / event / "body").read_bytes()).items[0].payload
    return item


def read(event: str) -> InboundMessage:
    return messages.read(payload(event))


def of_type(kind: str, content: Any, **more: Any) -> InboundMessage:
    return messages.read({"message": {"id": "wamid.1", "type": kind, kind: content, **more}})


BODIES: dict[str, Body] = {
    "text": Text("Does it come in another color?"),
    "text_unicode": Text("Olá! Preço à vista: R$ 1.299,90 👍🏽\nObrigado 🙏"),
    "location_pin": Location(-23.561414, -46.655881),
    "location_place": Location(
        37.4611978,
        -122.2164385,
        "Facebook HQ",
        "1 Hacker Way, Menlo Park, CA 94025",
        "https://maps.google.com/?cid=2000000000000000000",
    ),
    "contacts": Contacts(
        (Card("Lucía Gómez", ("+1 (983) 555-2319",), ("lucia@example.com",), "Acme", wa_ids=("19835552319",)),)
    ),
    "contacts_phone_request_answer": Contacts(
        (Card("Pablo M.", ("+16505559999",), own=True, wa_ids=("16505559999",)),)
    ),
    "interactive_button_reply": Choice("Yes, confirm", "confirm_yes", "button"),
    "interactive_list_reply": Choice("Tuesday 10:00", "slot_3", "list", "Room 2"),
    "interactive_nfm_reply": Choice(
        "Sent", "lead-4711", "flow", answers=(("full_name", "Sheena Nelson"), ("city", "Austin"))
    ),
    "interactive_call_permission_reply": Choice("accept", "", "call_permission"),
    "interactive_without_object_and_value_errors": Unsupported(131000, "Something went wrong", "interactive"),
    "button_template_quick_reply": Choice("Stop promotions", "STOP_PROMO", "template"),
    "order": Order(
        "194836987003835",
        (OrderLine("di9ozbzfi4", 2, "7.99", "USD"), OrderLine("nqryix03ez", 1, "20", "USD")),
        "Love these!",
    ),
    "reaction": Reaction(QUOTED, "😮"),
    "reaction_removed": Reaction(QUOTED, None),
    "unsupported": Unsupported(131051, "Message type unknown"),
    "unsupported_with_type": Unsupported(131051, "Message type unknown", "poll_update"),
    "edit_text": Edit(FIRST, Text("Does it come in another colour?")),
    "revoke": Revoke(FIRST),
    "request_welcome": Nothing("request_welcome"),
    "smb_echo_text": Text("Answered from the phone"),
    "smb_echo_edit": Edit(ECHOED, Text("Answered from my phone")),
    "smb_echo_revoke": Revoke(ECHOED),
    "system_user_changed_number": SystemChange(
        "user_changed_number",
        phone="12195555358",
        user_id="US.77120033418855210934",
        previous_user_id="US.13491208655302741918",
        previous_phone="16505551234",
    ),
    "system_user_changed_number_legacy": SystemChange(
        "user_changed_number", phone="12195555358", previous_phone="16505551234"
    ),
    "system_user_changed_user_id": SystemChange(
        "user_changed_user_id",
        user_id="US.90017724410205587133",
        previous_user_id="US.20558713390021774410",
    ),
    "user_id_update_legacy_field": SystemChange(
        "user_changed_user_id",
        user_id="US.77120033418855210934",
        previous_user_id="US.13491208655302741918",
    ),
}


@pytest.mark.parametrize("event", list(BODIES))
def test_every_type_is_read(event: str) -> None:
    assert read(event).body == BODIES[event]


@pytest.mark.parametrize(
    ("event", "kind", "caption", "filename", "voice"),
    [
        ("image", "image", "Taj Mahal", "", False),
        ("image_with_url", "image", "", "", False),
        ("video", "video", "Check this", "", False),
        ("audio_file", "audio", "", "", False),
        ("audio_voice_note", "audio", "", "", True),
        ("document", "document", "Signed copy", "proposal.pdf", False),
        ("sticker", "sticker", "", "", False),
    ],
)
def test_media_keep_what_is_needed_to_fetch_and_show_them(
    event: str, kind: str, caption: str, filename: str, voice: bool
) -> None:
    body = read(event).body
    assert isinstance(body, Media)
    assert (body.kind, body.caption, body.filename, body.voice) == (kind, caption, filename, voice)
    assert body.id.isdigit()
    assert "/" in body.mime
    assert body.sha256.endswith("=")
    assert (not body.url) == (event in ("image", "audio_file", "sticker"))


@pytest.mark.parametrize(
    ("event", "sender"),
    [
        ("text", SHEENA),
        ("text_bsuid_only", PABLO),
        ("text_bsuid_parent", Sender(None, PABLO.user_id, "US.ENT.11815799212886844830", "Pablo M.", "pablomorales")),
        ("text_legacy_no_bsuid", Sender("16505551234", None, None, "Sheena Nelson", "")),
        ("text_unicode", Sender("553188776655", "BR.1502576394655843", None, "João Conceição", "")),
        ("smb_echo_text", SHEENA),
        ("system_user_changed_number", Sender("16505551234")),
        ("system_user_changed_user_id", Sender()),
    ],
)
def test_the_sender_is_whoever_the_ids_name(event: str, sender: Sender) -> None:
    assert read(event).sender == sender


def test_what_surrounds_a_message_is_read() -> None:
    message = read("text")
    assert (message.wamid, message.phone_number_id, message.sent_at) == (FIRST, "106540352242922", 1763500000)
    assert (message.type, message.reply_to, message.group_id, message.echo) == ("text", None, None, False)
    assert read("reply_with_context").reply_to == QUOTED
    assert read("referred_product").product == Product("194836987003835", "di9ozbzfi4")
    assert read("group_text").group_id
    assert read("smb_echo_text").echo


def test_forwards_are_told_from_replies() -> None:
    once, often = read("forwarded"), read("frequently_forwarded")
    assert (once.forwarded, once.frequently_forwarded, once.reply_to) == (True, False, None)
    assert (often.forwarded, often.frequently_forwarded, often.reply_to) == (False, True, None)


def test_the_ad_that_led_here_is_read() -> None:
    assert read("referral_ctwa_ad").referral == Referral(
        "ad",
        "120226305854810726",
        "https://fb.me/3cr4Wqqkv",
        "Chat with us",
        "Summer succulents are here!",
        "Aff-EXAMPLE-CLICK-ID",
    )


def test_an_edited_caption_comes_with_its_file() -> None:
    body = read("edit_image_caption").body
    assert isinstance(body, Edit)
    assert isinstance(body.body, Media)
    assert body.body.caption == "Taj Mahal, Agra"


@pytest.mark.parametrize("origin", [{"origin": "contact_request"}, {}])
def test_only_an_asked_for_card_is_the_senders_own(origin: dict[str, str]) -> None:
    body = of_type("contacts", [{"phones": [{"phone": "+55 31 98877-6655"}]}], **origin).body
    assert body == Contacts((Card("", ("+55 31 98877-6655",), own=bool(origin)),))


def test_a_card_without_fields_is_read_from_its_vcard() -> None:
    vcard = "BEGIN:VCARD\r\nN:Silva;Ana;;;\r\nTEL;type=CELL;waid=5531988776655:+55 31 98877-6655\r\nEND:VCARD"
    body = of_type("contacts", [{"vcard": vcard, "origin": "other"}]).body
    assert body == Contacts((Card("Ana Silva", ("+55 31 98877-6655",)),))


@pytest.mark.parametrize("response", ["", "{", "[]", "7", "[" * 20_000, "null"], ids=lambda each: each[:8])
def test_a_broken_form_answer_is_told_as_unreadable(response: str) -> None:
    body = of_type("interactive", {"type": "nfm_reply", "nfm_reply": {"response_json": response}}).body
    assert body == Choice("", "", "flow", is_readable=False)


def test_the_old_id_of_a_change_is_found_in_the_sentence_when_no_key_has_it() -> None:
    system = {
        "type": "user_changed_user_id",
        "user_id": "US.2",
        "body": "User changed from US.9 to US.8 changed from US.1 to US.2",
    }
    body = of_type("system", system).body
    assert body == SystemChange("user_changed_user_id", user_id="US.2", previous_user_id="US.1")


@pytest.mark.parametrize("sentence", ["User changed from US.1 to US.3", "User changed from 1650 to US.2", "", "US.1"])
def test_a_sentence_that_does_not_fit_the_keys_is_not_believed(sentence: str) -> None:
    body = of_type("system", {"type": "user_changed_user_id", "user_id": "US.2", "body": sentence}).body
    assert body == SystemChange("user_changed_user_id", user_id="US.2")


@pytest.mark.parametrize(
    ("system", "expected"),
    [
        (
            {"type": "user_changed_user_id", "body": "User x changed from US.1 to US.2"},
            SystemChange("user_changed_user_id", user_id="US.2", previous_user_id="US.1"),
        ),
        (
            {"type": "user_changed_number", "body": "User x changed from 16505551234 to 12195555358"},
            SystemChange("user_changed_number", phone="12195555358", previous_phone="16505551234"),
        ),
        (
            {"type": "customer_changed_number", "customer": "16505551234", "new_wa_id": "12195555358"},
            SystemChange("user_changed_number", phone="12195555358", previous_phone="16505551234"),
        ),
        (  # the fields beside it say otherwise
            {
                "type": "user_changed_number",
                "wa_id": "12195555358",
                "body": "x changed from 16505551234 to 12195550000",
            },
            SystemChange("user_changed_number", phone="12195555358"),
        ),
        (  # a name that looks like the sentence: the sentence's own ids come last
            {"type": "user_changed_user_id", "body": "User changed from US.7 to US.8 changed from US.1 to US.2"},
            SystemChange("user_changed_user_id", user_id="US.2", previous_user_id="US.1"),
        ),
        (  # the ids are not the end of the sentence
            {"type": "user_changed_user_id", "body": "User x changed from US.1 to US.2 maybe"},
            SystemChange("user_changed_user_id"),
        ),
        ({"type": "customer_identity_changed", "body": "x changed from US.1 to US.2"}, SystemChange("other")),
    ],
)
def test_both_ids_of_a_change_may_stand_in_the_sentence_alone(system: dict[str, Any], expected: SystemChange) -> None:
    assert of_type("system", system).body == expected


@pytest.mark.parametrize("removed", [{}, {"emoji": ""}, {"emoji": None}, {"emoji": 7}], ids=str)
def test_a_reaction_without_an_emoji_was_taken_back(removed: dict[str, Any]) -> None:
    assert of_type("reaction", {"message_id": "wamid.2", **removed}).body == Reaction("wamid.2", None)


@pytest.mark.parametrize(
    "kind",
    [
        "text",
        "image",
        "video",
        "audio",
        "document",
        "sticker",
        "location",
        "contacts",
        "interactive",
        "button",
        "order",
        "reaction",
        "system",
        "edit",
        "revoke",
    ],
)
@pytest.mark.parametrize("content", [None, 7, "x", [], {}, [7], True], ids=repr)
def test_broken_content_is_shown_as_a_notice(kind: str, content: Any) -> None:
    assert of_type(kind, content).body == Unsupported(0, "", kind)


def test_a_type_newer_than_this_code_is_shown_as_a_notice() -> None:
    assert of_type("hologram", {"id": "1"}).body == Unsupported(0, "", "hologram")


def test_a_message_without_type_is_shown_as_a_notice() -> None:
    assert messages.read({"message": {"id": "wamid.1"}}).body == Unsupported(0, "", "")


def test_the_reason_of_a_file_that_was_too_big_is_kept() -> None:
    error = {"code": 131052, "title": "Media download error"}
    message = messages.read({"message": {"id": "wamid.1", "type": "unsupported", "errors": [error]}})
    assert message.body == Unsupported(131052, "Media download error")


def test_a_username_is_shown_without_the_at_sign() -> None:
    contact = {"profile": {"name": "Pablo\n M.", "username": "@pablo"}, "user_id": "US.1"}
    sender = messages.read({"message": {"id": "wamid.1"}, "contact": contact}).sender
    assert sender == Sender(None, "US.1", None, "Pablo M.", "pablo")


@pytest.mark.parametrize(
    ("address", "sender"),
    [
        ("US.20558713390021774410", Sender(user_id="US.20558713390021774410")),
        ("US.ENT.118", Sender(parent_user_id="US.ENT.118")),
        ("+5531988776655", Sender("5531988776655")),
        ("553188776655", Sender("553188776655")),
        ("us.205", Sender()),
        ("US.", Sender()),
        ("US.a b", Sender()),
        ("ana", Sender()),
        ("", Sender()),
        ("٥٥٣١٩٨٨٧٧٦٦٥٥", Sender()),
        (5531988776655, Sender()),
    ],
)
def test_the_pattern_decides_what_an_address_is(address: Any, sender: Sender) -> None:
    assert messages.read({"message": {"id": "wamid.1", "from": address}}).sender == sender


def test_texts_lose_only_what_no_store_takes() -> None:
    body = of_type("text", {"body": "a\x00b\ud800c\td\n\u200de\U0001f468\u200d\U0001f469 \x1b[0m"}).body
    assert body == Text("ab\ufffdc\td\n\u200de\U0001f468\u200d\U0001f469 [0m")
    json.dumps(str(body)).encode()


@pytest.mark.parametrize(
    ("broken", "path"),
    [
        ({}, "message"),
        ({"message": []}, "message"),
        ({"message": {}}, "message.id"),
        ({"message": {"id": ""}}, "message.id"),
        ({"message": {"id": "x" * 513}}, "message.id"),
        ({"echo": {"id": 7}}, "echo.id"),
    ],
)
def test_without_an_id_the_path_is_named(broken: dict[str, Any], path: str) -> None:
    with pytest.raises(MalformedEvent) as caught:
        messages.read(broken)
    assert caught.value.path == path
