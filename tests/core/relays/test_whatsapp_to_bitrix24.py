"""A customer's message, effect by effect."""

from dataclasses import replace
from typing import Any

import pytest

from ponte.mappings import Conversation, MemberId, PersonId, PhoneNumberId
from ponte.relays.effects import (
    AddContact,
    FindContact,
    Finish,
    MarkRead,
    Park,
    PostNotice,
    SaveConversation,
    SendToOpenLine,
    Step,
)
from ponte.relays.whatsapp_to_bitrix24 import decide
from ponte.whatsapp.events import InboundMessage, Reaction, Sender, SystemChange, Text

NEW = Conversation(
    PhoneNumberId("pn"), PersonId("p1"), MemberId("m"), "ponte", 7, "p1", name="Ana Souza", wa_id="5511987654321"
)
KNOWN = replace(NEW, chat_id="1807", contact_id="42")
MESSAGE = InboundMessage("wamid.1", "pn", 1_763_500_000, Sender(phone="5511987654321"), "text", Text("Oi *Ana* [b]x"))


def walk(conversation: Conversation, outcomes: dict[str, dict[str, Any]], crm: str = "contact", **kw: Any) -> list[Any]:
    """All effects in order, each step answered from `outcomes` (default {}), the decision that ends it last."""
    steps: dict[str, Any] = {}
    seen: list[Any] = []
    for _ in range(10):
        decision = decide(kw.get("message", MESSAGE), conversation, crm, "pt-BR", steps)  # type: ignore[arg-type]
        if not isinstance(decision, Step):
            return [*seen, decision]
        seen.append(decision.effect)
        steps[decision.name] = outcomes.get(decision.name, {})
    raise AssertionError("never ends")


def test_a_known_customer_costs_one_call_and_the_ticks() -> None:
    send, read, end = walk(KNOWN, {"send": {"chat_id": "1807"}})
    assert isinstance(send, SendToOpenLine)
    assert (send.external, send.chat_id, send.phone) == ("p1", "1807", "+5511987654321")
    assert read == MarkRead("wamid.1")
    assert end == Finish()


def test_a_new_customer_with_a_crm_contact_gets_no_second_one() -> None:
    effects = walk(NEW, {"find_contact": {"ids": ["275", "9"]}, "send": {"chat_id": "1"}})
    assert [type(e) for e in effects] == [FindContact, SendToOpenLine, SaveConversation, MarkRead, Finish]
    assert effects[2].fields == (("chat_id", "1"), ("contact_id", "275"))


def test_both_forms_of_a_brazilian_mobile_are_searched() -> None:
    find = walk(NEW, {})[0]
    assert set(find.phones) == {"+5511987654321", "+551187654321"}


def test_a_new_customer_without_contact_gets_one_before_the_message() -> None:
    effects = walk(NEW, {"find_contact": {"ids": []}, "add_contact": {"id": "342"}, "send": {"chat_id": "1"}})
    assert [type(e) for e in effects] == [FindContact, AddContact, SendToOpenLine, SaveConversation, MarkRead, Finish]
    assert effects[1] == AddContact("contact", "Ana", "Souza", "+5511987654321", "p1")
    assert effects[2].contact_id == "342"


def test_who_first_came_without_a_phone_is_found_by_our_own_id() -> None:
    """Their contact has no phone; searching by it alone would make a second one."""
    both = replace(NEW, user_id="BR.1")
    answers = {"find_contact": {"ids": []}, "find_by_origin": {"ids": ["77"]}, "send": {"chat_id": "1"}}
    by_phone, by_origin, send, *_ = walk(both, answers)
    assert (bool(by_phone.phones), by_origin.phones, by_origin.origin) == (True, (), "p1")
    assert send.contact_id == "77"


def test_without_crm_rights_the_message_still_arrives() -> None:
    effects = walk(NEW, {"find_contact": {"refused": "access_denied"}, "send": {"chat_id": "1"}})
    assert [type(e) for e in effects] == [FindContact, SendToOpenLine, SaveConversation, MarkRead, Finish]


def test_crm_mode_none_asks_the_crm_nothing() -> None:
    assert isinstance(walk(NEW, {"send": {"chat_id": "1"}}, "none")[0], SendToOpenLine)


def test_crm_mode_lead_searches_and_adds_leads() -> None:
    effects = walk(NEW, {"find_contact": {"ids": []}, "add_contact": {"id": "5"}, "send": {"chat_id": "1"}}, "lead")
    assert (effects[0].kind, effects[1].kind) == ("lead", "lead")
    assert effects[3].fields == (("chat_id", "1"), ("lead_id", "5"))


def test_a_customer_without_a_phone_is_found_by_our_own_id() -> None:
    hidden = replace(NEW, wa_id="", user_id="BR.123")
    find = walk(hidden, {"send": {"chat_id": "1"}})[0]
    assert (find.phones, find.origin) == ((), "p1")


def test_a_refused_message_is_parked_with_the_vendors_word() -> None:
    assert walk(KNOWN, {"send": {"refused": "not_active_line", "detail": "x"}})[-1] == Park(
        "reason.bitrix24.not_active_line", "x"
    )


def test_customer_markup_cannot_become_a_bbcode_tag() -> None:
    send = walk(KNOWN, {"send": {"chat_id": "1807"}})[0]
    assert "[b]Ana[/b]" in send.text
    assert "[b]x" not in send.text


@pytest.mark.parametrize("conversation", [None, NEW], ids=["unknown person", "no chat yet"])
def test_a_reaction_never_opens_a_conversation(conversation: Conversation | None) -> None:
    reaction = replace(MESSAGE, type="reaction", body=Reaction("wamid.0", "👍"))
    assert decide(reaction, conversation, "contact", "pt-BR", {}) == Finish("SKIPPED", "no_conversation", keep=True)


def test_a_reaction_in_an_open_chat_is_a_line_there() -> None:
    reaction = replace(MESSAGE, type="reaction", body=Reaction("wamid.0", "👍"))
    send, end = walk(KNOWN, {"send": {"chat_id": "1807"}}, message=reaction)
    assert "👍" in send.text
    assert end == Finish()


def test_a_changed_number_is_a_notice_for_operators() -> None:
    change = replace(MESSAGE, type="system", body=SystemChange("user_changed_number", phone="5511911112222"))
    notice, end = walk(KNOWN, {}, message=change)
    assert isinstance(notice, PostNotice)
    assert (notice.chat_id, end) == ("1807", Finish())


def test_group_messages_are_not_relayed() -> None:
    assert decide(replace(MESSAGE, group_id="g"), KNOWN, "contact", "pt-BR", {}) == Finish("SKIPPED", "group")
