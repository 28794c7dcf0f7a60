"""Every form of a customer's message with hostile words everywhere: operators read them as text, and nothing else."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from sandbox.simulate.walk import Walk
from tests.core.runtime.walks import CONNECTOR, chats, states, walk

SAMPLES = Path(__file__).parents[2] / "samples/whatsapp"
CUSTOMER = "5511987654321"
MARKUP = "[url=javascript:alert(1)]clique[/url][put=/x]a[/put][user=1]b[/user][b]c[/b]"
LURE = f"{MARKUP}<img src=x onerror=alert(1)>\u202e../../x\x00"
FORMS = sorted(
    path.parent.name
    for path in SAMPLES.glob("*/body")
    if re.match(
        r"audio|button|calls_(missed|terminate)|contacts|document|edit|forwarded|image|interactive|location|order"
        r"|reaction|referral|referred|reply|revoke|smb_echo|sticker|system|text|unknown|unsupported|user_pref|video",
        path.parent.name,
    )
)
# Words that say what a webhook is, and ids by which it is told apart: without them it would be another one.
STRUCTURE = {
    *("type", "field", "id", "timestamp", "phone_number_id", "object", "event", "direction", "status", "message_id"),
    *("original_message_id", "from", "to", "wa_id", "mime_type", "sha256", "display_phone_number", "source_type"),
    *("value", "category", "user_id", "from_user_id", "latitude", "longitude", "currency", "user_id_update"),
}


def hostile(tree: Any, key: str = "") -> Any:
    """The webhook with a lure in the place of every word in it, as this customer's."""
    if isinstance(tree, dict):
        return {name: hostile(each, name) for name, each in tree.items()}
    if isinstance(tree, list):
        return [hostile(each, key) for each in tree]
    if key in ("from", "to", "wa_id") and isinstance(tree, str):
        return CUSTOMER
    if key == "phone_number_id":
        return "106540352242922"
    if key == "response_json":
        return json.dumps({LURE: LURE})
    return LURE if isinstance(tree, str) and key not in STRUCTURE else tree


def office() -> Walk:
    known = {"chat_id": 1807, "external": CUSTOMER, "connector": CONNECTOR, "line": 107, "bitrix_user_id": 585}
    return walk(chats=[{**known, "contact_id": 60}], contacts=[{"id": 60, "name": "C", "phones": []}])


def without_ids(tree: Any) -> Any:
    """People known by a BSUID would be others than the one that has the chat."""
    if isinstance(tree, dict):
        return {name: without_ids(each) for name, each in tree.items() if "user_id" not in name}
    return [without_ids(each) for each in tree] if isinstance(tree, list) else tree


@pytest.mark.parametrize("sample", FORMS)
def test_whatever_a_customer_puts_in_is_only_shown(sample: str) -> None:
    bundle = office()
    tree = json.loads((SAMPLES / sample / "body").read_bytes())
    bundle.whatsapp(json.dumps(hostile(without_ids(tree))).encode())
    assert all(state.split()[0] in ("SENT", "SKIPPED", "PARKED") for state in states(bundle).values())
    for call, body in bundle.calls:
        said = json.dumps(body, ensure_ascii=False)
        assert "\x00" not in said
        assert "\\u0000" not in said
        if call in ("imconnector.send.messages", "imconnector.update.messages"):
            user = body["MESSAGES"][0].get("user", {})
            names = f"{user.get('name', '')}{user.get('last_name', '')}"
            assert not re.search(r"[^\w \-']", names), "letters only"
            for file in body["MESSAGES"][0]["message"].get("files", []):
                assert not re.search(r"[/\\\u202e\x00\[\]<>]", file["name"])
    for chat in chats(bundle):
        for shown in chat.messages:
            assert not re.search(r"\[/?(url|put|user|b)\b", shown.text), shown.text


def test_the_lure_reaches_the_operator_or_the_test_would_see_nothing() -> None:
    seen = set()
    for sample in FORMS:
        bundle = office()
        tree = json.loads((SAMPLES / sample / "body").read_bytes())
        bundle.whatsapp(json.dumps(hostile(without_ids(tree))).encode())
        if any("clique" in shown.text for chat in chats(bundle) for shown in chat.messages):
            seen.add(sample)
    assert {
        "text",
        "contacts",
        "location_place",
        "order",
        "interactive_nfm_reply",
        "edit_text",
        "smb_echo_text",
    } <= seen
    assert {"button_template_quick_reply", "interactive_list_reply", "referral_ctwa_ad", "image"} <= seen
