"""A customer's life with an office: calls, opt-outs, account states, receipts in any order."""

from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from .walks import (
    CONNECTOR,
    MARIA,
    MEMBER,
    OTHER_MEMBER,
    SAMPLES,
    chats,
    message,
    operator,
    preference,
    status,
    texts,
    walk,
    webhook,
)


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


@settings(max_examples=60)
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


@settings(max_examples=60)
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
