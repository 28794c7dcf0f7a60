"""Posts of a portal as events: every element read, nothing raised, the same id for the same event."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ponte.bitrix24 import events, forms
from ponte.bitrix24.events import (
    AppInstalled,
    AppUninstalled,
    Broken,
    Event,
    Ignored,
    OperatorMessage,
)
from ponte.errors import MalformedEvent
from tests.broken import places, with_extras, without

from . import samples
from .sample_events import EXPECTED, MEMBER, TOKEN, TS, C, X

PAGES = {"install_page", "install_page_legacy_fields", "placement_setting_connector"}


def sample(name: str) -> dict[str, Any]:
    return forms.decode(samples.body(name), samples.headers(name)["content-type"])


def parse_one(tree: dict[str, Any]) -> Event:
    (event,) = events.parse(tree).events
    return event


@pytest.mark.parametrize("name", [name for name in samples.EVENTS if name not in PAGES])
def test_every_sample_gives_its_event(name: str) -> None:
    post = events.parse(sample(name))
    assert post.events == (EXPECTED[name],)
    if name != "outgoing_webhook_crmleadadd":
        assert (post.member_id, post.domain, post.ts) == (MEMBER, "contoso.bitrix24.com.br", TS)
    if name not in {"onappupdate", "onapppayment", "outgoing_webhook_crmleadadd"}:
        assert post.application_token == TOKEN


@pytest.mark.parametrize("token", [["x"], {"a": "b"}, None, 5, True, "x" * 300])
def test_an_application_token_that_is_no_plain_string_equals_nothing(token: Any) -> None:
    tree = sample("messageadd_text_signed")
    tree["auth"]["application_token"] = token
    assert events.parse(tree).application_token == ""


@pytest.mark.parametrize("member", ["a b", "a#b", "", "x" * 65, ["a"], "ü", "a\nb", None])
def test_a_member_id_that_could_not_be_one_is_none(member: Any) -> None:
    tree = sample("messageadd_text_signed")
    tree["auth"]["member_id"] = member
    assert events.parse(tree).member_id == ""


def test_every_message_of_a_body_is_read_and_a_broken_one_does_not_hide_its_neighbours() -> None:
    tree = sample("messageadd_text_signed")
    good = tree["data"]["MESSAGES"][0]
    others = [copy.deepcopy(good) for _ in range(4)]
    others[0]["im"]["message_id"] = "2"
    del others[1]["chat"]
    others[2]["message"]["text"] = {"a": "b"}
    others[3]["im"] = "x"
    tree["data"]["MESSAGES"] = [good, *others, "junk", None]
    found = events.parse(tree).events
    assert [event.message_id for event in found if isinstance(event, OperatorMessage)] == ["86497", "2"]
    assert [event.path for event in found if isinstance(event, Broken)] == [
        "data.MESSAGES[2].chat.id",
        "data.MESSAGES[3].message.text",
        "data.MESSAGES[4].im.chat_id",
        "data.MESSAGES[5].im.chat_id",
        "data.MESSAGES[6].im.chat_id",
    ]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (lambda data: data.pop("CONNECTOR"), "data.CONNECTOR"),
        (lambda data: data.update(CONNECTOR=["a"]), "data.CONNECTOR"),
        (lambda data: data.update(CONNECTOR="a|b"), "data.CONNECTOR"),
        (lambda data: data.update(LINE="x"), "data.LINE"),
        (lambda data: data.update(LINE="-1"), "data.LINE"),
        (lambda data: data.update(MESSAGES="x"), "data.MESSAGES"),
        (lambda data: data.update(MESSAGES=[]), "data.MESSAGES"),
        (lambda data: data["MESSAGES"][0]["im"].update(message_id="0"), "data.MESSAGES[0].im.message_id"),
        (lambda data: data["MESSAGES"][0]["im"].update(message_id="9" * 30), "data.MESSAGES[0].im.message_id"),
        (lambda data: data["MESSAGES"][0]["im"].update(message_id="٣"), "data.MESSAGES[0].im.message_id"),
        (lambda data: data["MESSAGES"][0]["chat"].update(id="a|b"), "data.MESSAGES[0].chat.id"),
        (lambda data: data["MESSAGES"][0]["chat"].update(id="a b"), "data.MESSAGES[0].chat.id"),
        (lambda data: data["MESSAGES"][0]["chat"].update(id="x" * 201), "data.MESSAGES[0].chat.id"),
        (lambda data: data["MESSAGES"][0]["message"].update(text=True), "data.MESSAGES[0].message.text"),
    ],
)
def test_what_is_missing_or_misshapen_is_named_by_its_path(change: Any, path: str) -> None:
    tree = sample("messageadd_text_signed")
    change(tree["data"])
    assert parse_one(tree) == Broken("ONIMCONNECTORMESSAGEADD", path)


@pytest.mark.parametrize(
    "messages",
    [
        lambda one: {"3": one, "7": one},
        lambda one: {"0": one},
        lambda one: one,
    ],
)
def test_messages_come_as_a_map_with_holes_or_as_one_alone_too(messages: Any) -> None:
    tree = sample("messageadd_text_signed")
    tree["data"]["MESSAGES"] = messages(tree["data"]["MESSAGES"][0])
    assert {type(event) for event in events.parse(tree).events} == {OperatorMessage}


def test_numbers_of_a_json_body_are_read_like_the_strings_of_a_form() -> None:
    tree = sample("messageadd_text_signed")
    tree["data"]["LINE"] = 107
    tree["data"]["MESSAGES"][0]["im"] = {"chat_id": 1807, "message_id": 86497}
    tree["data"]["MESSAGES"][0]["message"]["user_id"] = 27
    assert parse_one(tree) == EXPECTED["messageadd_text_signed"]


def test_names_of_events_and_connectors_are_compared_without_case() -> None:
    tree = sample("messageadd_text_signed")
    tree["event"] = "OnImConnectorMessageAdd"
    tree["data"]["CONNECTOR"] = "WA_cloud_bridge"
    assert parse_one(tree) == EXPECTED["messageadd_text_signed"]


def test_a_text_may_be_absent_and_a_file_that_cannot_be_read_keeps_its_place() -> None:
    tree = sample("messageadd_image")
    content = tree["data"]["MESSAGES"][0]["message"]
    del content["text"]
    content["files"] = ["junk", {"name": "a.pdf", "downloadLink": "https://x/1"}, {"url": "https://x/2", "size": "?"}]
    event = parse_one(tree)
    assert isinstance(event, OperatorMessage)
    assert event.text == ""
    assert [file.link for file in event.files] == ["", "https://x/1", "https://x/2"]
    assert [file.size for file in event.files] == [None, None, None]


@pytest.mark.parametrize(("clean", "expected"), [("1", True), ("0", False), (1, True), (None, False), (["1"], False)])
def test_only_a_clear_yes_asks_to_erase_the_data(clean: Any, expected: bool) -> None:
    tree = sample("onappuninstall_keep_data")
    tree["data"]["CLEAN"] = clean
    assert parse_one(tree) == AppUninstalled(clean=expected, at=TS)


def test_addresses_outside_the_allow_list_do_not_get_into_a_grant() -> None:
    tree = sample("onappinstall_api_only")
    tree["auth"] |= {"domain": "evil.example", "client_endpoint": "https://evil.example/rest/"}
    event = parse_one(tree)
    assert isinstance(event, AppInstalled)
    assert (event.domain, event.client_endpoint) == ("", "")


@pytest.mark.parametrize("tree", [{}, {"event": ["x"]}, {"event": ""}, {"event": "a b"}, {"event": "x" * 65}])
def test_a_post_without_an_event_is_ignored(tree: dict[str, Any]) -> None:
    assert events.parse(tree).events == (Ignored("", "no_event"),)


def test_an_unknown_event_is_ignored_by_name() -> None:
    assert parse_one({"event": "OnSomethingNew", "data": {}}) == Ignored("ONSOMETHINGNEW", "unknown_event")


@pytest.mark.parametrize(
    ("name", "source_id", "conversation"),
    [
        ("messageadd_text_signed", f"ONIMCONNECTORMESSAGEADD|{C}|1807|86497", f"{C}|{X}"),
        ("messagedelete", f"ONIMCONNECTORMESSAGEDELETE|{C}|1807|86497", f"{C}|{X}"),
        ("dialogstart", f"ONIMCONNECTORDIALOGSTART|{C}|{X}|3282", f"{C}|{X}"),
        ("statusdelete", f"ONIMCONNECTORSTATUSDELETE|{C}|107|{TS}", "portal"),
        ("linedelete", f"ONIMCONNECTORLINEDELETE|107|{TS}", "portal"),
        ("onappuninstall_keep_data", f"ONAPPUNINSTALL|{TS}", "portal"),
    ],
)
def test_source_ids_and_conversations(name: str, source_id: str, conversation: str) -> None:
    assert events.source_id(EXPECTED[name]) == source_id
    assert events.conversation(EXPECTED[name]) == conversation


def test_two_edits_of_one_message_differ_and_the_same_edit_twice_does_not() -> None:
    tree = sample("messageupdate")
    first = parse_one(tree)
    tree["ts"] = "1773759999"
    again = parse_one(tree)
    tree["data"]["MESSAGES"][0]["message"]["text"] = "outro"
    other = parse_one(tree)
    assert events.source_id(first) == events.source_id(again) != events.source_id(other)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_every_event_survives_the_queue(name: str) -> None:
    event = EXPECTED[name]
    assert events.from_payload(json.loads(json.dumps(events.to_payload(event)))) == event


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"type": "Nothing"}, "payload.type"),
        ({"type": ["OperatorMessage"]}, "payload.type"),
        ({"line": "107"}, "payload.line"),
        ({"line": True}, "payload.line"),
        ({"text": None}, "payload.text"),
        ({"files": "x"}, "payload.files"),
        ({"files": [{"name": "x"}]}, "payload.files"),
        ({"files": ["x"]}, "payload.files"),
    ],
)
def test_a_payload_of_another_shape_is_refused_by_path(change: dict[str, Any], path: str) -> None:
    payload = events.to_payload(EXPECTED["messageadd_image"]) | change
    with pytest.raises(MalformedEvent) as refused:
        events.from_payload(payload)
    assert refused.value.path == path


def test_no_token_and_no_text_shows_in_a_traceback() -> None:
    post = events.parse(sample("onappinstall_api_only"))
    shown = repr(post) + repr(post.events) + repr(EXPECTED["messageadd_text_signed"])
    for secret in ("66001eef", "663c89bb", TOKEN, "Boa tarde"):
        assert secret not in shown


leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
trees = st.recursive(leaves, lambda node: st.lists(node, max_size=4) | st.dictionaries(st.text(max_size=8), node))
NAMES = st.sampled_from(sorted({samples.tree(name)["event"] for name in EXPECTED}))


@given(name=NAMES, data=trees, auth=trees, ts=leaves)
def test_no_tree_makes_parse_raise(name: str, data: Any, auth: Any, ts: Any) -> None:
    for event in events.parse({"event": name, "data": data, "auth": auth, "ts": ts}).events:
        assert events.source_id(event)
        assert events.conversation(event)


@given(name=st.sampled_from(sorted(EXPECTED)), data=st.data())
def test_no_mutation_of_a_sample_makes_parse_raise_or_breaks_the_round_trip(name: str, data: st.DataObject) -> None:
    tree = sample(name)
    for _ in range(data.draw(st.integers(1, 3))):
        node: Any = tree
        while True:
            keys = list(node) if isinstance(node, dict) else list(range(len(node)))
            if not keys:
                break
            key = data.draw(st.sampled_from(keys))
            if isinstance(node[key], dict | list) and data.draw(st.booleans()):
                node = node[key]
                continue
            node[key] = data.draw(trees)
            break
    for event in events.parse(tree).events:
        assert events.from_payload(json.loads(json.dumps(events.to_payload(event)))) == event


@given(name=st.sampled_from(sorted(EXPECTED)), data=st.data())
def test_any_keys_may_be_missing(name: str, data: st.DataObject) -> None:
    tree: Any = sample(name)
    for _ in range(data.draw(st.integers(1, 6))):
        if inner := [place for place in places(tree) if place]:
            tree = without(tree, data.draw(st.sampled_from(inner)))
    for event in events.parse(tree).events:
        assert events.source_id(event)
        assert events.from_payload(json.loads(json.dumps(events.to_payload(event)))) == event


@given(name=st.sampled_from(sorted(EXPECTED)), extra=trees)
def test_new_keys_at_every_level_change_nothing_that_is_read(name: str, extra: Any) -> None:
    assert events.parse(with_extras(sample(name), extra)).events == (EXPECTED[name],)
