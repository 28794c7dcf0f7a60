"""A customer's message, effect by effect."""

from dataclasses import replace
from typing import Any

import pytest

from ponte.mappings import Conversation, MemberId, PersonId, PhoneNumberId
from ponte.relays.decisions import Finish, Park, Step
from ponte.relays.effects import (
    AddContact,
    DeleteInOpenLine,
    FindContact,
    FindMessage,
    MarkRead,
    PostNotice,
    SaveConversation,
    SendToOpenLine,
    UpdateInOpenLine,
)
from ponte.relays.outbound_effects import LetHeldGo
from ponte.relays.whatsapp_to_bitrix24 import ad_of, decide, kept_ids, message_id
from ponte.whatsapp.events import (
    Call,
    Edit,
    InboundMessage,
    Reaction,
    Referral,
    Revoke,
    Sender,
    SystemChange,
    Text,
    Unsupported,
)

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
    find, send, end = walk(KNOWN, {"send": {"chat_id": "1807"}}, message=reaction)
    assert find == FindMessage("1807", ("wamid.0",), is_patient=True)
    assert send.text == "👍 O cliente reagiu a uma mensagem."
    assert end == Finish()


def test_a_reaction_names_the_message_and_a_customers_bbcode_stays_text_in_it() -> None:
    reaction = replace(MESSAGE, type="reaction", body=Reaction("wamid.0", "👍"))
    found = {"find": {"text": "[b]Ana:[/b] [br]Segue a [b]proposta[/b] [\u2060url=x]"}, "send": {"chat_id": "1807"}}
    send = walk(KNOWN, found, message=reaction)[1]
    assert send.text == "👍 O cliente reagiu à mensagem “Segue a [b]proposta[/b] [\u2060\u2060url=x]”"


CLOSED = replace(KNOWN, session=5, finished=5)


def test_a_reaction_in_a_closed_dialog_opens_no_new_one() -> None:
    reaction = replace(MESSAGE, type="reaction", body=Reaction("wamid.0", None))
    find, notice, end = walk(CLOSED, {}, message=reaction)
    assert isinstance(find, FindMessage)
    assert notice == PostNotice("1807", "O cliente retirou a reação a uma mensagem.")
    assert end == Finish()


def test_where_system_lines_are_refused_the_reaction_is_still_shown() -> None:
    reaction = replace(MESSAGE, type="reaction", body=Reaction("wamid.0", "👍"))
    effects = walk(CLOSED, {"notice": {"refused": "access_error"}, "send": {"chat_id": "1807"}}, message=reaction)
    assert [type(e) for e in effects] == [FindMessage, PostNotice, SendToOpenLine, Finish]


@pytest.mark.parametrize(
    ("session", "finished", "closed"), [(0, 0, False), (5, 0, False), (5, 4, False), (5, 5, True), (0, 3, True)]
)
def test_a_dialog_is_closed_while_no_newer_one_was_opened(session: int, finished: int, closed: bool) -> None:
    assert replace(KNOWN, session=session, finished=finished).is_closed is closed


def test_a_customers_message_after_a_closed_dialog_goes_into_the_same_chat() -> None:
    send, read, end = walk(CLOSED, {"send": {"chat_id": "1807"}})
    assert (type(send), send.chat_id, type(read), end) == (SendToOpenLine, "1807", MarkRead, Finish())


EDIT = replace(MESSAGE, type="edit", wamid="wamid.2", body=Edit("wamid.1", Text("novo [b]x")))
REVOKE = replace(MESSAGE, type="revoke", wamid="wamid.2", body=Revoke("wamid.1"))
SHOWN: dict[str, dict[str, Any]] = {"find": {"text": "velho"}, "send": {"chat_id": "1807"}}


def test_an_edit_changes_the_message_that_the_portal_shows() -> None:
    find, update, end = walk(KNOWN, SHOWN, message=EDIT)
    assert find == FindMessage("1807", ("wamid.1",), is_patient=True)
    text = "novo [\u2060b]x\n[i]✏️ editada pelo cliente[/i]"
    assert update == UpdateInOpenLine("ponte", 7, "p1", "wamid.1", text)
    assert end == Finish()


@pytest.mark.parametrize(
    ("outcomes", "line"),
    [
        ({"send": {"chat_id": "1807"}}, "✏️ O cliente editou uma mensagem:\nnovo [\u2060b]x"),
        ({**SHOWN, "update": {"refused": "x"}}, "✏️ O cliente editou a mensagem “velho”:\nnovo [\u2060b]x"),
    ],
    ids=["not in the history", "refused"],
)
def test_an_edit_that_cannot_be_made_in_place_is_a_marked_line(outcomes: dict[str, Any], line: str) -> None:
    send, end = walk(KNOWN, outcomes, message=EDIT)[-2:]
    assert (send.text, send.message_id, end) == (line, "wamid.2", Finish())


def test_an_edit_of_unknown_content_leaves_the_old_text_where_it_is() -> None:
    unknown = replace(EDIT, body=Edit("wamid.1", Unsupported(0, "", "poll")))
    assert [type(e) for e in walk(KNOWN, SHOWN, message=unknown)] == [FindMessage, SendToOpenLine, Finish]


def test_a_removed_message_leaves_the_chat_and_a_line_says_so_without_its_text() -> None:
    find, delete, check, send, end = walk(KNOWN, SHOWN, message=REVOKE)
    assert delete == DeleteInOpenLine("ponte", 7, "p1", "wamid.1")
    assert check == find
    assert (send.text, end) == ("🗑️ O cliente apagou uma mensagem.", Finish())


def test_a_removal_that_the_portal_accepts_without_doing_it_is_a_line_that_names_the_message() -> None:
    send = walk(KNOWN, {**SHOWN, "check": {"text": "velho"}}, message=REVOKE)[-2]
    assert send.text == "🗑️ O cliente apagou a mensagem “velho”"


def test_a_removal_repeated_after_a_crash_is_not_taken_for_one_of_an_unknown_message() -> None:
    decision = decide(REVOKE, KNOWN, "contact", "pt-BR", {"delete": {}, "find": {}})
    assert decision == Step("check", FindMessage("1807", ("wamid.1",), is_patient=True))


def test_a_quoted_reply_of_a_new_customer_asks_no_history() -> None:
    reply = replace(MESSAGE, reply_to="wamid.0", body=Text("sim"))
    send = walk(replace(NEW, contact_id="4"), {"send": {"chat_id": "1"}}, message=reply)[0]
    assert send.text == "↩️ Em resposta a uma mensagem anterior:\nsim"


def test_a_long_id_is_looked_for_as_we_sent_it_and_as_the_portal_cuts_it() -> None:
    long = "wamid." + "x" * 200
    ours, cut = kept_ids(long)
    assert (ours, cut) == (message_id(long), long[:100])
    assert kept_ids("wamid.1") == ("wamid.1",)


AD = Referral("ad", "120", "https://fb.me/1", "Fale conosco")


def test_an_ad_is_told_of_once_in_a_conversation() -> None:
    first = replace(MESSAGE, referral=AD)
    send, save, *_ = walk(KNOWN, {"send": {"chat_id": "1807"}}, message=first)
    assert "Fale conosco" in send.text
    assert save.fields == (("ad", ad_of(first)),)
    again = replace(KNOWN, ad=ad_of(first))
    send, read, _ = walk(again, {"send": {"chat_id": "1807"}}, message=replace(first, wamid="wamid.9"))
    assert "Fale conosco" not in send.text
    assert isinstance(read, MarkRead)
    other = replace(first, referral=replace(AD, source_id="121"))
    assert "Fale conosco" in walk(again, {"send": {"chat_id": "1807"}}, message=other)[0].text


def test_a_call_is_a_line_and_gets_no_read_mark() -> None:
    send, end = walk(KNOWN, {"send": {"chat_id": "1807"}}, message=replace(MESSAGE, type="call", body=Call()))
    assert (send.text, end) == ("📞 Chamada perdida do cliente no WhatsApp.", Finish())


@pytest.mark.parametrize(("crm", "disabled"), [("none", True), ("contact", False), ("lead", False)])
def test_only_without_crm_the_lines_own_search_is_switched_off(crm: str, disabled: bool) -> None:
    sends = [e for e in walk(KNOWN, {"send": {"chat_id": "1"}}, crm) if isinstance(e, SendToOpenLine)]
    assert [send.disable_crm for send in sends] == [disabled]


def test_a_changed_number_is_a_notice_for_operators() -> None:
    change = replace(MESSAGE, type="system", body=SystemChange("user_changed_number", phone="5511911112222"))
    notice, end = walk(KNOWN, {}, message=change)
    assert isinstance(notice, PostNotice)
    assert (notice.chat_id, end) == ("1807", Finish())


def test_group_messages_are_not_relayed() -> None:
    assert decide(replace(MESSAGE, group_id="g"), KNOWN, "contact", "pt-BR", {}) == Finish("SKIPPED", "group")


def test_what_waits_for_the_customer_is_let_go_before_anything_else_in_each_of_their_chats() -> None:
    waiting = replace(KNOWN, waiting=2, also_waiting=(("ponte", 7, "p9"),))
    steps: dict[str, Any] = {}
    for n, external in enumerate((KNOWN.external, "p9")):
        decision = decide(MESSAGE, waiting, "none", "pt-BR", steps)
        assert decision == Step(f"let_go{n}", LetHeldGo("m", KNOWN.connector, 7, external, MESSAGE.wamid))
        steps[f"let_go{n}"] = {}
    assert isinstance(decide(MESSAGE, waiting, "none", "pt-BR", steps).effect, SendToOpenLine)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("body", "lets_go"),
    [(Reaction("wamid.X", "👍"), True), (Reaction("wamid.X", None), False), (Revoke("wamid.X"), False)],
    ids=["reaction", "taken back", "removed message"],
)
def test_a_reaction_lets_go_what_waits_and_a_removal_does_not(body: Reaction | Revoke, lets_go: bool) -> None:
    waiting = replace(KNOWN, waiting=1, chat_id="9")
    decision = decide(replace(MESSAGE, type="x", body=body), waiting, "none", "pt-BR", {})
    assert isinstance(getattr(decision, "effect", None), LetHeldGo) is lets_go
