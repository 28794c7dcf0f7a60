"""The scenario's shape: one declaration for the loader, the published schema and the type checker."""

import copy
import typing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from sandbox import scenario as module
from sandbox.scenario import SCHEMA, load, load_default
from sandbox.shapes import KEYWORDS, Refused, check, parse_json

NOW_S = 1_790_000_000.0


def refusal(data: Any) -> tuple[str, str]:
    with pytest.raises(Refused) as caught:
        load(data, NOW_S)
    return caught.value.error, caught.value.path


def test_the_default_scenario_is_a_small_company_with_one_number_one_portal_and_one_line() -> None:
    loaded = load_default(NOW_S)
    (portal,) = loaded["bitrix24"]["portals"]
    assert len(loaded["meta"]["numbers"]) == 1
    assert [line["line"] for line in portal["lines"]] == [107]
    assert portal["crm"] == "contact"
    assert portal["expires_at"] == NOW_S + 3600


def test_left_out_values_are_productions(scenario: dict[str, Any]) -> None:
    loaded = load(scenario, NOW_S)
    assert loaded["timing"] == {"unknown_wait_s": 30, "retry_first_s": 5, "retry_cap_s": 900, "lease_s": 60}
    assert loaded["meta"]["numbers"][0]["rate"] == {"per_s": 80, "burst": 80, "pair_per_s": 0.1667, "pair_burst": 45}
    assert loaded["bitrix24"]["portals"][0]["rate"] == {"per_s": 2, "burst": 45}
    assert loaded["bitrix24"]["portals"][0]["status"] == "active"


def test_a_part_of_a_rate_keeps_the_defaults_of_the_rest(scenario: dict[str, Any]) -> None:
    scenario["bitrix24"]["portals"][0]["rate"] = {"per_s": 50}
    assert load(scenario, NOW_S)["bitrix24"]["portals"][0]["rate"] == {"per_s": 50, "burst": 45}


def test_loading_does_not_change_what_was_given(scenario: dict[str, Any]) -> None:
    before = copy.deepcopy(scenario)
    load(scenario, NOW_S)
    assert scenario == before


def test_null_for_an_optional_key_counts_as_absent(scenario: dict[str, Any]) -> None:
    scenario["bitrix24"]["portals"][0]["chats"][0]["user_id"] = None
    scenario["bitrix24"]["portals"][0]["rate"] = None
    portal = load(scenario, NOW_S)["bitrix24"]["portals"][0]
    assert "user_id" not in portal["chats"][0]
    assert portal["rate"]["burst"] == 45


@pytest.mark.parametrize(
    ("where", "path"),
    [
        ([], "foo"),
        (["timing"], "timing.foo"),
        (["meta"], "meta.foo"),
        (["meta", "numbers", 0], "meta.numbers[0].foo"),
        (["meta", "media", 0], "meta.media[0].foo"),
        (["bitrix24", "portals", 0], "bitrix24.portals[0].foo"),
        (["bitrix24", "portals", 0, "lines", 0], "bitrix24.portals[0].lines[0].foo"),
        (["bitrix24", "portals", 0, "chats", 0], "bitrix24.portals[0].chats[0].foo"),
    ],
)
def test_unknown_keys_are_refused_with_their_path(scenario: dict[str, Any], where: list[Any], path: str) -> None:
    scenario["timing"] = {}
    place: Any = scenario
    for key in where:
        place = place[key]
    place["foo"] = 1
    assert refusal(scenario) == ("unknown key", path)


def test_a_missing_key_a_wrong_type_and_a_twin_are_refused_with_their_path(scenario: dict[str, Any]) -> None:
    missing = copy.deepcopy(scenario)
    del missing["bitrix24"]["portals"][0]["member_id"]
    assert refusal(missing)[1] == "bitrix24.portals[0].member_id"
    wrong = copy.deepcopy(scenario)
    wrong["bitrix24"]["portals"][0]["lines"][0]["line"] = True
    assert refusal(wrong)[1] == "bitrix24.portals[0].lines[0].line"
    twin = copy.deepcopy(scenario)
    twin["meta"]["numbers"].append(twin["meta"]["numbers"][0])
    assert refusal(twin) == ("is there twice", "meta.numbers[1].phone_number_id")
    broken = copy.deepcopy(scenario)
    broken["meta"]["media"][0]["bytes_base64"] = "???"
    assert refusal(broken)[1] == "meta.media[0].bytes_base64"


@pytest.mark.parametrize("data", [None, [], "x", 1, {"meta": 1, "bitrix24": {}}, {"chatwoot": {}}])
def test_what_is_no_scenario_is_refused(data: Any) -> None:
    refusal(data)


def test_both_customer_parts_may_be_left_out_together_but_not_one_of_them(scenario: dict[str, Any]) -> None:
    office = load({"chatwoot": {"accounts": []}, "zattar": {"tenants": []}}, NOW_S)
    assert (office["meta"]["numbers"], office["bitrix24"]["portals"]) == ([], [])
    assert office["meta"]["app_secret"] != load({}, NOW_S)["meta"]["app_secret"] != ""
    del scenario["bitrix24"]
    assert refusal(scenario)[1] == "bitrix24"


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"NaN", b"[" * 100_000], ids=repr)
def test_what_is_not_json_is_refused(body: bytes) -> None:
    with pytest.raises(Refused, match="not JSON"):
        parse_json(body)


def schemas(node: Any) -> list[dict[str, Any]]:
    """Every schema in the published file."""
    found = [node] if isinstance(node, dict) else []
    for key, value in node.items():
        if key in ("properties", "$defs"):
            found += [one for inner in value.values() for one in schemas(inner)]
        elif key == "items":
            found += schemas(value)
    return found


def test_the_published_schema_is_valid_and_uses_known_keywords_only() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert {keyword for one in schemas(SCHEMA) for keyword in one} <= KEYWORDS


@pytest.mark.parametrize(
    ("name", "definition"),
    [
        *(("Timing", "timing"), ("Meta", "meta"), ("Number", "number"), ("Media", "media"), ("Bitrix24", "bitrix24")),
        *(("Portal", "portal"), ("Contact", "contact"), ("Line", "line"), ("Chat", "chat"), ("Sent", "sent")),
        ("File", "file"),
    ],
)
def test_the_types_name_the_keys_of_the_schema(name: str, definition: str) -> None:
    """A key is NotRequired in the type exactly when the schema neither requires it nor gives it a value."""
    declared, schema = getattr(module, name), SCHEMA["$defs"][definition]
    assert set(typing.get_type_hints(declared)) == set(schema["properties"])
    always = {key for key, one in schema["properties"].items() if key in schema.get("required", ()) or "default" in one}
    assert declared.__required_keys__ - {"expires_at"} == always


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2000) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@given(data=st.data())
def test_loader_and_json_schema_agree_on_whatever_is_changed(data: st.DataObject) -> None:
    """Replace, add or remove anything anywhere: our reader refuses exactly what the published schema refuses."""
    tree = load_default(NOW_S)
    place: Any = tree
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            break
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or data.draw(st.booleans()):
            break
        place = place[key]
    if keys:
        match data.draw(st.sampled_from(["replace", "remove", "add"])):
            case "replace":
                place[key] = data.draw(JSON)
            case "remove":
                del place[key]
            case _ if isinstance(place, dict):
                place["odd"] = data.draw(JSON)
            case _:
                place.append(data.draw(JSON))
    try:
        check(tree, SCHEMA)
        taken = True
    except Refused:
        taken = False
    assert taken == Draft202012Validator(SCHEMA).is_valid(tree)
