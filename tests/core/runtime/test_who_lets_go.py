"""What a customer may do that opens their window, or may: whatever it is, the replies that wait go out then."""

import json
from pathlib import Path
from typing import Any

import pytest

from ponte.relays.window import is_shut
from sandbox.simulate.walk import Walk
from tests.core.runtime.shut_chats import HOUR, parked, replies, sent, shut
from tests.core.runtime.walks import CONNECTOR, MARIA, MEMBER, NOW_MS, texts, webhook

SAMPLES = Path(__file__).parents[2] / "samples/whatsapp"
ANSWERS = (
    *("text", "audio_file", "audio_voice_note", "button_template_quick_reply", "contacts"),
    *("contacts_phone_request_answer", "document", "forwarded", "image", "image_with_url", "interactive_button_reply"),
    *("interactive_call_permission_reply", "interactive_list_reply", "interactive_nfm_reply"),
    *("interactive_nfm_reply_malformed", "interactive_without_object_and_value_errors", "location_pin"),
    *("location_place", "order", "referral_ctwa_ad", "referred_product", "reply_with_context", "sticker"),
    *("text_unicode", "text_without_body", "unknown_type", "unsupported", "unsupported_with_type", "video"),
    *("calls_missed", "calls_terminate"),
)
NO_ANSWERS = (
    *("edit_image_caption", "edit_text", "revoke", "request_welcome", "system_user_changed_user_id", "status_read"),
    *("smb_echo_text", "user_preferences_stop", "user_actions_link_click", "calls_by_business"),
)


def of_maria(sample: str) -> bytes:
    """A sample's webhook as if this customer had sent it just now, on this office's number."""
    tree = json.loads((SAMPLES / sample / "body").read_bytes())
    for change in tree["entry"][0]["changes"]:
        value = change["value"]
        value.get("metadata", {})["phone_number_id"] = "106540352242922"
        value.pop("contacts", None)
        for element in [one for key in ("messages", "calls") for one in value.get(key, [])]:
            is_theirs = {"from", "from_user_id"} & element.keys() or element.get("direction") == "USER_INITIATED"
            for key in ("from_user_id", "from_parent_user_id", "to_user_id"):
                element.pop(key, None)
            if is_theirs:
                element["from"] = MARIA
            if "timestamp" in element:
                element["timestamp"] = str(NOW_MS // 1000 + 1)
    return json.dumps(tree).encode()


def reaction(wamid: str, emoji: str | None, at_ms: int = NOW_MS) -> bytes:
    content = {"message_id": "wamid.OURS", **({} if emoji is None else {"emoji": emoji})}
    one: dict[str, Any] = {"id": wamid, "from": MARIA, "timestamp": str(at_ms // 1000)}
    return webhook({"messages": [{**one, "type": "reaction", "reaction": content}]})


def opened(bundle: Walk, *, at_meta: bool) -> None:
    """at_meta: whether Meta takes free text for this customer."""
    for phone in bundle.world.phones.phones:
        phone.closed_after_ms = bundle.clock.now + 24 * HOUR if at_meta else 0


def held() -> Walk:
    """Two replies behind one template."""
    bundle = shut({MARIA: 1})
    for n in (1, 2):
        replies(bundle, MARIA, 9000 + n, f"n{n}")
    assert sent(bundle) == ["retomar"]
    assert parked(bundle) == ["reason.window_held"] * 2
    return bundle


def shut_now(bundle: Walk) -> bool:
    found = bundle.means.conversations.by_chat(MEMBER, CONNECTOR, 107, MARIA)
    return is_shut(found, bundle.clock.now)


@pytest.mark.parametrize("sample", ANSWERS)
def test_every_kind_of_message_and_a_call_let_the_replies_go(sample: str) -> None:
    bundle = held()
    opened(bundle, at_meta=True)
    bundle.whatsapp(of_maria(sample))
    assert sent(bundle) == ["retomar", "n1", "n2"]
    assert parked(bundle) == []
    assert not shut_now(bundle)


@pytest.mark.parametrize("sample", NO_ANSWERS)
def test_what_is_no_message_lets_nothing_go(sample: str) -> None:
    bundle = held()
    opened(bundle, at_meta=False)
    bundle.whatsapp(of_maria(sample))
    assert sent(bundle) == ["retomar"]
    assert parked(bundle) == ["reason.window_held"] * 2
    assert shut_now(bundle)


def test_a_reaction_lets_the_replies_go_where_meta_takes_them() -> None:
    bundle = held()
    opened(bundle, at_meta=True)
    bundle.whatsapp(reaction("wamid.R1", "👍"))
    assert sent(bundle) == ["retomar", "n1", "n2"]
    assert parked(bundle) == []


def test_a_reaction_that_opens_nothing_at_meta_costs_one_call_and_no_second_template() -> None:
    bundle = held()
    opened(bundle, at_meta=False)
    for _ in range(2):
        bundle.whatsapp(reaction("wamid.R1", "👍"))
    assert sent(bundle) == ["retomar", "n1"]  # Meta refused the one that was tried
    replies(bundle, MARIA, 9003, "n3")
    assert sent(bundle) == ["retomar", "n1"]
    assert parked(bundle) == ["reason.window_held"] * 3
    opened(bundle, at_meta=True)
    bundle.whatsapp(of_maria("text"))
    assert sent(bundle) == ["retomar", "n1", "n1", "n2", "n3"]
    assert parked(bundle) == []


def test_a_reaction_that_is_taken_back_tries_nothing() -> None:
    bundle = held()
    opened(bundle, at_meta=False)
    bundle.whatsapp(reaction("wamid.R1", None))
    assert sent(bundle) == ["retomar"]


def test_a_reaction_of_days_ago_opens_no_window() -> None:
    bundle = held()
    bundle.whatsapp(reaction("wamid.R1", "👍", NOW_MS - 30 * HOUR))
    assert sent(bundle) == ["retomar"]
    assert shut_now(bundle)


def test_after_a_reaction_a_new_reply_is_tried_before_a_template_is_paid_for() -> None:
    bundle = shut({MARIA: 1})
    opened(bundle, at_meta=False)
    bundle.whatsapp(reaction("wamid.R1", "👍"))
    replies(bundle, MARIA, 9001, "n1")
    assert sent(bundle) == ["n1", "retomar"]
    assert parked(bundle) == ["reason.window_held"]


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ("reaction", "👍 O cliente reagiu à mensagem “modelo que reabre a conversa”"),
        ("quote", "↩️ Em resposta a “modelo que reabre a conversa”:\nSim"),
        ("reaction to another", "👍 O cliente reagiu a uma mensagem."),
    ],
)
def test_the_operator_reads_that_the_answer_is_to_the_template(answer: str, shown: str) -> None:
    bundle = held()
    opened(bundle, at_meta=True)
    (asked,) = [row["s_template"]["wamid"] for row in ledger_rows(bundle) if "s_template" in row]
    one: dict[str, Any] = {"id": "wamid.R1", "from": MARIA, "timestamp": str(NOW_MS // 1000)}
    match answer:
        case "quote":
            one |= {"type": "text", "text": {"body": "Sim"}, "context": {"from": "1", "id": asked}}
        case _:
            about = asked if answer == "reaction" else "wamid.UNKNOWN"
            one |= {"type": "reaction", "reaction": {"message_id": about, "emoji": "👍"}}
    bundle.whatsapp(webhook({"messages": [one]}))
    assert texts(bundle)[-1] == shown


def ledger_rows(bundle: Walk) -> list[dict[str, Any]]:
    return list(bundle.tables.message.items())  # type: ignore[attr-defined]  # of the memory's own table
