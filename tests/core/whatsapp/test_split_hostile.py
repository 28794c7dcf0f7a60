"""Bodies made to hurt: never anything but MalformedEvent, and never a loss of the good elements beside them."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ponte.errors import MalformedEvent
from ponte.whatsapp import accounts, calls, describe, messages, preferences, statuses
from ponte.whatsapp.split import split
from tests.broken import places, replaced, with_extras, without

SAMPLES = Path(__file__).parents[2] / "samples" / "whatsapp"
BODIES = [path.read_bytes() for path in sorted(SAMPLES.glob("*/body"))]
TREES = [json.loads(body) for body in BODIES]
GOOD = (SAMPLES / "text" / "body").read_bytes()

OTHER_READERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "call": calls.read,
    "preference": preferences.read,
    "account": accounts.read,
}

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.just(10**25),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["\ud800", "\x00", "", "US.1", "US.ENT.1", "16505551234", "٣٤٥", "9" * 400, "unsupported", "text"]),
)
junk = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=6,
)


def read_everything(body: bytes) -> None:
    """What ingress and worker do with a body; only MalformedEvent may come out."""
    try:
        found = split(body).items
    except MalformedEvent:
        return
    for item in found:
        assert json.loads(json.dumps(item.payload)) == item.payload
        item.source_id.encode()
        try:
            if item.kind in ("message", "group", "echo"):
                message = messages.read(item.payload)
                for lang in ("pt-BR", "en"):
                    describe.line(message, lang).encode()
            elif item.kind == "status":
                statuses.read(item.payload)
            elif item.kind in OTHER_READERS:
                OTHER_READERS[item.kind](item.payload)
        except MalformedEvent as error:
            error.path.encode()


@settings(max_examples=300)
@given(st.sampled_from(TREES), st.data())
def test_samples_with_any_part_replaced_raise_nothing_else(tree: Any, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.sampled_from(places(tree)))
        tree = replaced(tree, place, data.draw(junk))
    read_everything(json.dumps(tree).encode())


@settings(max_examples=300)
@given(st.sampled_from(TREES), st.data())
def test_samples_with_any_keys_missing_raise_nothing_else(tree: Any, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 6))):
        inner = [place for place in places(tree) if place]
        if inner:
            tree = without(tree, data.draw(st.sampled_from(inner)))
    read_everything(json.dumps(tree).encode())


@settings(max_examples=150)
@given(st.sampled_from(TREES), junk)
def test_new_keys_at_every_level_change_nothing_that_is_read(tree: Any, extra: Any) -> None:
    plain, extended = (split(json.dumps(each).encode()).items for each in (tree, with_extras(tree, extra)))
    assert [item.kind for item in extended] == [item.kind for item in plain]
    for one, other in zip(plain, extended, strict=True):
        if one.kind in ("message", "echo") and one.payload.get("message", {}).get("type") != "interactive":
            read, again = messages.read(one.payload), messages.read(other.payload)
            assert replace(again, wamid=read.wamid) == read  # an id that is made of the content may differ
        elif one.kind == "status":
            assert statuses.read(one.payload) == statuses.read(other.payload)


@settings(max_examples=200)
@given(st.sampled_from(BODIES), st.integers(min_value=0), st.binary(max_size=6), st.integers(0, 6))
def test_samples_with_any_bytes_changed_raise_nothing_else(body: bytes, at: int, new: bytes, cut: int) -> None:
    at %= len(body)
    read_everything(body[:at] + new + body[at + cut :])


@settings(max_examples=100)
@given(junk)
def test_payloads_of_any_shape_raise_nothing_else(value: Any) -> None:
    for read in (messages.read, statuses.read):
        for payload in (value, {"message": value}, {"status": value}, {"echo": value, "contact": value}):
            if isinstance(payload, dict):
                try:
                    read(payload)
                except MalformedEvent:
                    continue


@pytest.mark.parametrize(
    "bomb",
    [b"[" * 10_000, b"[" * 10_000 + b"]" * 10_000, b'{"a":' * 100_000, b'{"entry":' + b"[" * 300_000],
    ids=["open", "closed", "objects", "long"],
)
def test_a_depth_bomb_is_malformed(bomb: bytes) -> None:
    with pytest.raises(MalformedEvent):
        split(bomb)


@pytest.mark.parametrize("where", ["text", "context", "new_key"])
@pytest.mark.parametrize("depth", [40, 900])
def test_a_deep_element_costs_only_itself(where: str, depth: int) -> None:
    deep: Any = "x"
    for _ in range(depth):
        deep = [deep]
    body = json.loads(GOOD)
    value = body["entry"][0]["changes"][0]["value"]
    good = value["messages"][0]
    value["messages"] = [{**good, "id": "wamid.deep", where: deep}, good]
    result = split(json.dumps(body).encode())
    assert result.counts == {"malformed": 1, "message": 1}


@pytest.mark.parametrize(
    "raw",
    [b"NaN", b"Infinity", b"-Infinity", b"1e999", b"9" * 5_000, b'"\\ud800"', b'"\\u0000"', b'"\x00"', b'"\xff\xfe"'],
    ids=["nan", "infinity", "minus_infinity", "overflow", "huge_integer", "surrogate", "nul", "raw_nul", "not_utf8"],
)
def test_odd_values_cost_at_most_their_own_element(raw: bytes) -> None:
    start = b'"messages":['
    odd = start + b'{"id":"wamid.odd","from":"16505551234","type":"text","timestamp":%s,"text":{"body":%s}},' % (
        raw,
        raw,
    )
    body = GOOD.replace(start, odd)
    result = split(body)
    assert result.counts == {"message": 2}
    read_everything(body)


def test_a_byte_order_mark_is_no_obstacle() -> None:
    assert split(b"\xef\xbb\xbf" + GOOD).counts == {"message": 1}


def test_three_megabytes_of_messages_are_all_found() -> None:
    body = json.loads(GOOD)
    value = body["entry"][0]["changes"][0]["value"]
    good = value["messages"][0]
    value["messages"] = [{**good, "id": f"wamid.{n}", "text": {"body": "x" * 100}} for n in range(9_000)]
    raw = json.dumps(body).encode()
    assert len(raw) > 2_000_000
    assert split(raw).counts == {"message": 9_000}
