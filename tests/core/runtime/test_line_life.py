"""The life of a chat and its line: dialogs closed and opened, chats moved, lines deleted, CRM entities."""

from itertools import permutations
from typing import Any

import pytest

from ponte.mappings import Line, MemberId, PhoneNumberId
from sandbox.simulate.walk import Walk

from .walks import (
    CONNECTOR,
    MARIA,
    MEMBER,
    NUMBER,
    chats,
    dialog,
    event,
    message,
    operator,
    states,
    texts,
    walk,
    webhook,
)

REACTION = {"type": "reaction", "reaction": {"message_id": "wamid.1", "emoji": "👍"}}


def test_a_reaction_after_the_dialog_was_closed_opens_no_new_one() -> None:
    bundle = walk()
    bundle.whatsapp(message("wamid.1", "Oi"))
    (chat,) = chats(bundle)
    bundle.bitrix24(dialog("ONIMCONNECTORDIALOGFINISH", chat.external, chat.session_id))
    chat.session_id = None
    bundle.whatsapp(message("wamid.2", REACTION))
    assert chat.session_id is None
    assert texts(bundle, "system") == ["👍 O cliente reagiu à mensagem “Oi”"]
    assert texts(bundle) == ["Oi"]


def test_a_message_after_the_dialog_was_closed_opens_a_new_one_in_the_same_chat() -> None:
    bundle = walk()
    bundle.whatsapp(message("wamid.1", "Oi"))
    (chat,) = chats(bundle)
    first = chat.session_id
    bundle.bitrix24(dialog("ONIMCONNECTORDIALOGFINISH", chat.external, first))
    chat.session_id = None
    bundle.whatsapp(message("wamid.2", "Voltei"))
    assert len(chats(bundle)) == 1
    assert chat.session_id not in (None, first)
    bundle.bitrix24(dialog("ONIMCONNECTORDIALOGSTART", chat.external, chat.session_id))
    bundle.whatsapp(message("wamid.3", REACTION))
    # A portal tells the history of a chat's last session alone: what an earlier one said cannot be quoted.
    assert texts(bundle) == ["Oi", "Voltei", "👍 O cliente reagiu a uma mensagem."]


@pytest.mark.parametrize("order", list(permutations([("FINISH", 5), ("START", 5), ("START", 6), ("FINISH", 4)])))
def test_dialog_events_in_any_order_end_the_same(order: tuple[tuple[str, int], ...]) -> None:
    bundle = walk()
    bundle.whatsapp(message("wamid.1", "Oi"))
    (chat,) = chats(bundle)
    for what, session in order:
        bundle.bitrix24(dialog(f"ONIMCONNECTORDIALOG{what}", chat.external, session))
    found = bundle.means.conversations.by_chat(MEMBER, CONNECTOR, 107, chat.external)
    assert found is not None
    assert (found.session, found.finished, found.is_closed) == (6, 5, False)


def test_a_transferred_chat_is_written_to_on_its_first_line() -> None:
    """Its events keep the line it was opened on, and so do we: the portal finds the chat by it."""
    bundle = walk()
    bundle.whatsapp(message("wamid.1", "Oi"))
    (chat,) = chats(bundle)
    bundle.bitrix24(operator(chat.external, 9001, "Olá"))
    bundle.whatsapp(message("wamid.2", "Obrigada"))
    assert [call["LINE"] for name, call in bundle.calls if name == "imconnector.send.messages"] == [107, 107]


def test_a_number_joined_with_another_line_goes_on_there_and_its_old_chat_still_reaches_the_customer() -> None:
    bundle = walk()
    bundle.whatsapp(message("wamid.1", "Oi"))
    (old,) = chats(bundle)
    number = bundle.means.directory.number(NUMBER)
    assert number is not None
    bundle.means.directory.save_line(Line(MemberId(MEMBER), CONNECTOR, 200, PhoneNumberId(NUMBER), False, True))
    moved = {**vars_of(number), "line": 200}
    bundle.means.directory.save_number(type(number)(**moved))
    bundle.whatsapp(message("wamid.2", "Ainda aí?"))
    new = next(chat for chat in chats(bundle) if chat is not old)
    assert (new.line, [one.text for one in new.messages]) == (200, ["Ainda aí?"])
    bundle.bitrix24(operator(old.external, 9001, "do chat antigo", line=107))
    bundle.bitrix24(operator(new.external, 9002, "do chat novo", line=200))
    sent = [body["text"]["body"] for name, body in bundle.calls if name.endswith("/messages") and "text" in body]
    assert sent == ["do chat antigo", "do chat novo"]


def vars_of(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def test_messages_for_a_deleted_line_wait_parked_until_somebody_acts() -> None:
    bundle = walk()
    bundle.bitrix24(event("ONIMCONNECTORLINEDELETE", {"data": "107"}))
    lines = chats_line(bundle)
    lines["active"] = False
    bundle.whatsapp(message("wamid.1", "Oi"))
    assert states(bundle)["wamid.1"] == "PARKED reason.bitrix24.not_active_line"
    line = bundle.means.directory.line(MEMBER, CONNECTOR, 107)
    assert line is not None
    assert line.active is False


def chats_line(bundle: Walk) -> Any:
    found = bundle.world.portal_of_member(MEMBER)
    assert found is not None
    return found.config["lines"][0]


def test_a_contact_update_of_the_portal_causes_nothing() -> None:
    """We write contacts ourselves; the portal tells everybody of each change and names no author."""
    bundle = walk()
    bundle.whatsapp(message("wamid.1", "Oi"))
    calls = len(bundle.calls)
    for _ in range(3):
        assert bundle.bitrix24(event("ONCRMCONTACTUPDATE", {"data[FIELDS][ID]": "1"})) == ["Ignored"]
    assert len(bundle.calls) == calls


@pytest.mark.parametrize(("crm", "made"), [("contact", [3]), ("lead", [1]), ("none", [])])
def test_a_new_customer_gets_the_crm_entity_the_portal_asked_for(crm: str, made: list[int]) -> None:
    bundle = walk(crm=crm)
    bundle.whatsapp(message("wamid.1", "Oi"))
    assert [call["entityTypeId"] for name, call in bundle.calls if name == "crm.item.add"] == made
    (sent,) = [call["MESSAGES"][0] for name, call in bundle.calls if name == "imconnector.send.messages"]
    assert (sent["message"].get("disable_crm") == "Y") is (crm == "none")


def test_a_hostile_name_is_letters_only_and_cut() -> None:
    bundle = walk()
    one = {
        "from": MARIA,
        "id": "wamid.1",
        "timestamp": "1763500000",
        "type": "text",
        "text": {"body": "[url=x]y[/url]"},
    }
    name = "[b]<script>" + "é" * 40 + "\u202e|{0}%s"
    contacts = [{"profile": {"name": name}, "wa_id": MARIA}]
    bundle.whatsapp(webhook({"contacts": contacts, "messages": [one]}))
    (sent,) = [call["MESSAGES"][0] for call_name, call in bundle.calls if call_name == "imconnector.send.messages"]
    for part in (sent["user"]["name"], sent["user"].get("last_name", "")):
        assert len(part) <= 25
        assert all(char.isalpha() or char in " -'" for char in part)
    assert "[url" not in sent["message"]["text"]


def test_a_message_from_nobody_is_parked_and_the_rest_of_the_batch_goes_on() -> None:
    bundle = walk()
    nobody = {"id": "wamid.1", "timestamp": "1763500000", "type": "text", "text": {"body": "?"}}
    known = {**nobody, "id": "wamid.2", "from": MARIA, "text": {"body": "Oi"}}
    bundle.whatsapp(webhook({"messages": [nobody, known]}))
    assert states(bundle)["wamid.1"] == "PARKED reason.sender_unknown"
    assert texts(bundle) == ["Oi"]
