"""Customers, dialogs, lines and portals over time: the workers over memory and the fake providers."""

import json
from itertools import permutations
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ponte.mappings import Line, MemberId, PhoneNumberId
from ponte.storage import keys
from ponte.storage.erasure import Erased, Erasure, InUse, Unfinished
from ponte.storage.table import Put
from sandbox.scenario import load
from sandbox.simulate.walk import Walk

SAMPLES = Path(__file__).parents[2] / "samples"
NOW_MS = 1_763_500_100_000
NUMBER, OTHER_NUMBER = "106540352242922", "106540352242933"
MEMBER, OTHER_MEMBER = "0f1e2d3c4b5a69788796a5b4c3d2e1f0", "ffffffffffffffffffffffffffffffff"
CONNECTOR = "wa_cloud_bridge"
MARIA = "5511987654321"


def portal(member: str, number: str, domain: str, line: int = 107, **more: Any) -> dict[str, Any]:
    lines = [{"connector": CONNECTOR, "line": line, "phone_number_id": number}, {"connector": CONNECTOR, "line": 200}]
    return {
        "member_id": member,
        "domain": domain,
        "application_token": f"token-{member}",
        "access_token": f"access-{member}",
        "refresh_token": "refresh",
        "expires_at": NOW_MS // 1000 + 30 * 24 * 3600,
        "lines": lines,
        "chats": [],
        **more,
    }


def walk(**more: Any) -> Walk:
    numbers = [
        {"phone_number_id": number, "waba_id": "102290129340398", "display_phone_number": "1"}
        for number in (NUMBER, OTHER_NUMBER)
    ]
    portals = [
        portal(MEMBER, NUMBER, "contoso.bitrix24.com.br", **more),
        portal(OTHER_MEMBER, OTHER_NUMBER, "fabrikam.bitrix24.com.br"),
    ]
    meta = {"app_secret": "s", "verify_token": "v", "access_token": "t", "numbers": numbers}
    bitrix24 = {"client_id": "c", "client_secret": "s", "portals": portals}
    return Walk(load({"meta": meta, "bitrix24": bitrix24}, NOW_MS / 1000), NOW_MS)


def webhook(value: dict[str, Any], number: str = NUMBER, field: str = "messages") -> bytes:
    metadata = {"display_phone_number": "1", "phone_number_id": number}
    change = {"field": field, "value": {"metadata": metadata, **value}}
    return json.dumps({"entry": [{"id": "102290129340398", "time": 1_763_500_000, "changes": [change]}]}).encode()


def message(wamid: str, body: dict[str, Any] | str, number: str = NUMBER, **who: Any) -> bytes:
    content = {"type": "text", "text": {"body": body}} if isinstance(body, str) else body
    sender = {"from": MARIA} if not who else {k: v for k, v in who.items() if v}
    one = {"id": wamid, "timestamp": "1763500000", **sender, **content}
    return webhook({"contacts": [{"profile": {"name": "Maria"}, "wa_id": MARIA}], "messages": [one]}, number)


def status(wamid: str, word: str, **more: Any) -> bytes:
    return webhook({"statuses": [{"id": wamid, "status": word, "timestamp": "1763500001", **more}]})


def event(name: str, data: dict[str, Any], member: str = MEMBER) -> bytes:
    auth = {"auth[member_id]": member, "auth[application_token]": f"token-{member}"}
    return urlencode({"event": name, **data, "ts": "1763500002", **auth}).encode()


def dialog(name: str, external: str, session: int) -> bytes:
    first = "data[DATA][0]"
    return event(
        name,
        {
            "data[CONNECTOR]": CONNECTOR,
            "data[LINE]": "107",
            f"{first}[connector][connector_id]": CONNECTOR,
            f"{first}[connector][line_id]": "107",
            f"{first}[connector][chat_id]": external,
            f"{first}[session][id]": str(session),
        },
    )


def operator(external: str, message_id: int, text: str, line: int = 107) -> bytes:
    first = "data[MESSAGES][0]"
    return event(
        "ONIMCONNECTORMESSAGEADD",
        {
            "data[CONNECTOR]": CONNECTOR,
            "data[LINE]": str(line),
            f"{first}[im][chat_id]": "1",
            f"{first}[im][message_id]": str(message_id),
            f"{first}[message][text]": text,
            f"{first}[chat][id]": external,
        },
    )


def chats(bundle: Walk, member: str = MEMBER) -> list[Any]:
    found = bundle.world.portal_of_member(member)
    assert found is not None
    return list(found.chats.values())


def texts(bundle: Walk, sender: str = "customer") -> list[str]:
    return [one.text for chat in chats(bundle) for one in chat.messages if one.sender == sender]


def states(bundle: Walk) -> dict[str, str]:
    rows = bundle.tables.message.items()  # type: ignore[attr-defined]  # of the memory's own table
    return {str(row["source_id"]): f"{row['st']} {row.get('reason', '')}".strip() for row in rows if "source_id" in row}


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


def test_a_missed_call_opens_the_window_and_the_chat_but_is_never_marked_as_read() -> None:
    bundle = walk()
    call = {"id": "wacid.1", "event": "terminate", "direction": "USER_INITIATED", "from": MARIA, "status": "FAILED"}
    call["timestamp"] = "1763500000"
    bundle.whatsapp(webhook({"calls": [call]}, field="calls"))
    assert texts(bundle) == ["📞 Chamada perdida do cliente no WhatsApp."]
    (chat,) = chats(bundle)
    found = bundle.means.conversations.by_chat(MEMBER, CONNECTOR, 107, chat.external)
    assert found is not None
    assert found.last_inbound_ms == 1_763_500_000_000
    assert [name for name, _ in bundle.calls if name.endswith("/messages")] == []


def preference(word: str, at: int, **who: str) -> bytes:
    one = {**(who or {"wa_id": MARIA}), "category": "marketing_messages", "value": word, "timestamp": at}
    return webhook({"user_preferences": [one]}, field="user_preferences")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.permutations([("stop", 10), ("resume", 20), ("stop", 30), ("signup", 30), ("resume", 5)]), st.booleans())
def test_an_opt_out_stands_whatever_the_order(order: list[tuple[str, int]], repeated: bool) -> None:
    bundle = walk()
    for word, at in order * (1 + repeated):
        bundle.whatsapp(preference(word, 1_763_500_000 + at))
    asks = bundle.means.keeper.preferences.allows_marketing
    assert asks(MEMBER, [("phone", MARIA)]) is False
    assert asks(MEMBER, [("phone", "551187654321")]) is False  # the same mobile without its ninth digit
    assert asks(OTHER_MEMBER, [("phone", MARIA)]) is True
    assert asks(MEMBER, [("phone", "5511999990000")]) is True


def test_an_opt_out_by_bsuid_holds_for_the_phone_told_with_it() -> None:
    bundle = walk()
    bundle.whatsapp(preference("stop", 1_763_500_000, user_id="BR.123", wa_id=MARIA))
    asks = bundle.means.keeper.preferences.allows_marketing
    assert asks(MEMBER, [("bsuid", "BR.123")]) is False
    bundle.whatsapp(preference("resume", 1_763_500_100, user_id="BR.123"))
    assert asks(MEMBER, [("bsuid", "BR.123"), ("phone", MARIA)]) is True
    assert texts(bundle, "system") == []


def test_of_two_account_states_the_newer_stands_in_any_order() -> None:
    restricted = (SAMPLES / "whatsapp/account_update_restriction/body").read_bytes()
    offboarded = (SAMPLES / "whatsapp/account_update_offboarded/body").read_bytes()
    for order in permutations([restricted, offboarded, restricted]):
        bundle = walk()
        for body in order:
            bundle.whatsapp(body)
        (state,) = bundle.means.keeper.accounts.states()
        assert (state["event"], state["needs_attention"]) == ("ACCOUNT_OFFBOARDED", True)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(["sent", "delivered", "read", "played", "failed", "deleted"]), max_size=6), st.data())
def test_receipts_in_any_order_with_any_repeats_end_the_same(words: list[str], data: st.DataObject) -> None:
    ends = set()
    for order in (words, data.draw(st.permutations(words * 2))):
        chat = {"chat_id": 1807, "external": MARIA, "connector": CONNECTOR, "line": 107, "bitrix_user_id": 585}
        sent = [{"im_message_id": 86000, "wamids": ["wamid.S"], "external": MARIA}]
        bundle = walk(chats=[chat], sent=sent)
        ranks = [0]
        for word in order:
            errors = {"errors": [{"code": 131026, "title": "x"}]} if word == "failed" else {}
            bundle.whatsapp(status("wamid.S", word, **errors))
            row = bundle.means.ledger.read(f"b24|{MEMBER}|ONIMCONNECTORMESSAGEADD|{CONNECTOR}|1807|86000")
            assert row is not None
            ranks.append(int(row.get("rk0", 0)))
        assert ranks == sorted(ranks)
        assert len(texts(bundle, "system")) <= 1
        ends.add(ranks[-1])
    assert len(ends) == 1


def test_two_failed_parts_of_one_message_are_one_notice_that_names_it() -> None:
    bundle = walk()
    bundle.whatsapp(message("wamid.1", "Oi"))
    (chat,) = chats(bundle)
    words = "palavra " * 900
    shown = bundle.world.portal_of_member(MEMBER)
    assert shown is not None
    bundle.bitrix24(operator(chat.external, 9001, words))
    wamids = [
        step["wamid"]
        for row in bundle.tables.message.items()  # type: ignore[attr-defined]
        for name, step in row.items()
        if name.startswith("s_send") and "wamid" in step
    ]
    assert len(wamids) == 2
    for wamid in wamids:
        bundle.whatsapp(status(wamid, "failed", errors=[{"code": 131026, "title": "x"}]))
    notices = [
        text for each in shown.chats.values() for text in (m.text for m in each.messages if m.sender == "system")
    ]
    assert len(notices) == 1
    assert "não pode receber" in notices[0]


def test_a_failure_for_want_of_consent_is_an_opt_out() -> None:
    chat = {"chat_id": 1807, "external": MARIA, "connector": CONNECTOR, "line": 107, "bitrix_user_id": 585}
    sent = [{"im_message_id": 86000, "wamids": ["wamid.S"], "external": MARIA}]
    bundle = walk(chats=[chat], sent=sent)
    bundle.whatsapp(status("wamid.S", "failed", recipient_id=MARIA, errors=[{"code": 131050, "title": "x"}]))
    assert bundle.means.keeper.preferences.allows_marketing(MEMBER, [("phone", MARIA)]) is False
    assert len(texts(bundle, "system")) == 1


def test_a_late_failure_of_a_delivered_part_hides_no_other_parts_failure() -> None:
    bundle = walk()
    bundle.whatsapp(message("wamid.1", "Oi"))
    (chat,) = chats(bundle)
    bundle.bitrix24(operator(chat.external, 9001, "palavra " * 900))
    row = bundle.means.ledger.read(f"b24|{MEMBER}|ONIMCONNECTORMESSAGEADD|{CONNECTOR}|1|9001")
    assert row is not None
    first, second = row["s_send0"]["wamid"], row["s_send1"]["wamid"]
    errors = [{"code": 131026, "title": "x"}]
    for update in (status(first, "delivered"), status(first, "failed", errors=errors)):
        bundle.whatsapp(update)
    assert bundle.counts["whatsapp_status", "was_delivered"] == 1
    bundle.whatsapp(status(second, "failed", errors=errors))
    found = bundle.world.portal_of_member(MEMBER)
    assert found is not None
    assert len([one for each in found.chats.values() for one in each.messages if one.sender == "system"]) == 1


def tenants(bundle: Walk) -> dict[str, int]:
    """How many items name the one portal or its number, and the other."""
    rows = [*bundle.tables.core.items(), *bundle.tables.message.items()]  # type: ignore[attr-defined]
    return {
        member: sum(1 for row in rows if member in str(row) or number in str(row))
        for member, number in ((MEMBER, NUMBER), (OTHER_MEMBER, OTHER_NUMBER))
    }


def two_offices() -> Walk:
    bundle = walk()
    for n in range(30):
        bundle.whatsapp(message(f"wamid.{n}", f"n{n}", **{"from": f"55119876543{n:02}"}))
        bundle.whatsapp(message(f"wamid.o{n}", f"n{n}", OTHER_NUMBER, **{"from": f"55119876543{n:02}"}))
    bundle.whatsapp(preference("stop", 1_763_500_000))
    return bundle


UNINSTALL = (SAMPLES / "bitrix24/onappuninstall_clean/body").read_bytes()


def test_an_uninstallation_that_asks_for_it_erases_the_office_and_only_that() -> None:
    bundle = two_offices()
    before = tenants(bundle)
    assert bundle.bitrix24(UNINSTALL) == ["AppUninstalled"]
    after = tenants(bundle)
    assert before[MEMBER] > 100
    assert after == {MEMBER: 1, OTHER_MEMBER: before[OTHER_MEMBER]}  # the one: that the erasing was done
    assert bundle.means.directory.portal(MEMBER, fresh=True) is None
    assert bundle.tables.state.get(*keys.erasure(MEMBER)) is None


def test_an_uninstallation_without_it_keeps_all_but_the_tokens() -> None:
    bundle = two_offices()
    before = tenants(bundle)
    bundle.bitrix24((SAMPLES / "bitrix24/onappuninstall_keep_data/body").read_bytes())
    assert tenants(bundle)[MEMBER] == before[MEMBER] + 1
    item = bundle.tables.core.get(*keys.portal(MEMBER))
    assert item is not None
    assert item["portal_status"] == "disabled"
    assert "access_token_ct" not in item


def test_erasing_goes_on_where_it_was_cut_short(monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = two_offices()
    monkeypatch.setattr("ponte.storage.erasure.PAGE", 7)
    bundle.means.grants.erase(MEMBER)
    slices = 0
    while isinstance(done := Erasure(bundle.tables, bundle.clock).work(MEMBER, 0, "b24|x"), Unfinished):
        slices += 1
    assert isinstance(done, Erased)
    assert slices > 10
    assert done.items > 100
    assert tenants(bundle)[MEMBER] == 0


def test_erasing_stops_when_the_app_is_installed_again() -> None:
    bundle = two_offices()
    bundle.means.grants.erase(MEMBER)
    assert isinstance(Erasure(bundle.tables, bundle.clock).work(MEMBER, 0, "b24|x"), Unfinished)
    item = bundle.tables.core.get(*keys.portal(MEMBER))
    assert item is not None
    bundle.tables.core.write(Put({**item, "portal_status": "active"}))
    left = tenants(bundle)
    assert isinstance(Erasure(bundle.tables, bundle.clock).work(MEMBER, 0, "b24|x"), InUse)
    assert tenants(bundle) == left
