"""Form and JSON bodies as trees: PHP's rules, stated limits, and no other exception than BadRequest."""

import json
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ponte.bitrix24 import forms
from ponte.errors import BadRequest

from . import samples

FORM = "application/x-www-form-urlencoded"


def decode(body: str) -> object:
    return forms.decode(body.encode(), FORM)


@pytest.mark.parametrize("name", samples.EVENTS)
def test_every_sample_decodes_to_its_tree(name: str) -> None:
    expected = samples.tree(name)
    decoded = forms.decode(samples.body(name), samples.headers(name)["content-type"])
    assert decoded == expected.get("body", expected)
    if "query" in expected:
        assert forms.decode_query(samples.query(name)) == expected["query"]


@pytest.mark.parametrize(
    ("body", "tree"),
    [
        ("", {}),
        ("&&&", {}),
        ("a=1", {"a": "1"}),
        ("a", {"a": ""}),
        ("a=b=c", {"a": "b=c"}),
        ("a=1+2%2B3", {"a": "1 2+3"}),
        ("a%5Bb%5D=1", {"a": {"b": "1"}}),
        ("a[b][c]=1&a[b][d]=2", {"a": {"b": {"c": "1", "d": "2"}}}),
        ("a[]=1&a[]=2", {"a": ["1", "2"]}),
        ("a[0]=x&a[1]=y", {"a": ["x", "y"]}),
        ("a[4]=1&a[2]=2", {"a": ["2", "1"]}),
        ("a[10]=1&a[9]=2&a[]=3", {"a": ["2", "1", "3"]}),
        ("a[0]=x&a[k]=y", {"a": {"0": "x", "k": "y"}}),
        ("a[01]=x", {"a": {"01": "x"}}),
        ("a[9999999999]=x", {"a": {"9999999999": "x"}}),
        ("a[][k]=1&a[][k]=2", {"a": [{"k": "1"}, {"k": "2"}]}),
        ("a=1&a[b]=2", {"a": {"b": "2"}}),
        ("a[b]=2&a=1", {"a": "1"}),
        ("a[b]=1&a[b][c]=2", {"a": {"b": {"c": "2"}}}),
        ("a=1&a=2", {"a": "2"}),
        ("=1", {}),
        ("[a]=1", {"[a]": "1"}),
        ("a[b=1", {"a[b": "1"}),
        ("a[b][c=1", {"a[b][c": "1"}),
        ("a[b]c=1", {"a": {"b": "1"}}),
        ("a]b=1", {"a]b": "1"}),
        ("__proto__[x]=1&a[__proto__]=2", {"__proto__": {"x": "1"}, "a": {"__proto__": "2"}}),
        ("constructor[prototype][x]=1", {"constructor": {"prototype": {"x": "1"}}}),
        ("a=%00x%00", {"a": "x"}),
        ("a%00b=1", {"ab": "1"}),
        ("a=%FF%C3", {"a": "\ufffd\ufffd"}),
        ("a=%ED%A0%80", {"a": "\ufffd\ufffd\ufffd"}),
        ("a=%zz%4", {"a": "%zz%4"}),
        ("auth[application_token][]=x", {"auth": {"application_token": ["x"]}}),
    ],
)
def test_bracketed_names_follow_php(body: str, tree: object) -> None:
    assert decode(body) == tree


@pytest.mark.parametrize("length", [1, 99, 100, 101, 5_000])
def test_a_name_is_read_alike_however_long_and_however_often(length: int) -> None:
    body = f"{'n' * length}[a]=1&{'n' * length}[b]=2"
    for _ in range(2):
        assert decode(body) == {"n" * length: {"a": "1", "b": "2"}}


def test_raw_invalid_bytes_are_replaced() -> None:
    assert forms.decode(b"a=\xff\x00\xe7", FORM) == {"a": "\ufffd\ufffd"}


@pytest.mark.parametrize("content_type", [None, "application/json", FORM, "text/plain", "application/json; charset=x"])
def test_json_is_recognised_whatever_the_content_type_says(content_type: str | None) -> None:
    body = b'\xef\xbb\xbf {"event": "X", "n": 1, "deep": {"list": [1, "a\\u0000b", null, true]}, "l": "\\ud800x"}'
    tree = {"event": "X", "n": 1, "deep": {"list": [1, "ab", None, True]}, "l": "\ufffdx"}
    assert forms.decode(body, content_type) == tree


def test_a_form_that_calls_itself_json_is_read_as_the_form_it_is() -> None:
    assert forms.decode(b"event=X&data[a]=1", "application/json") == {"event": "X", "data": {"a": "1"}}


def test_a_surrogate_pair_in_json_stays_one_character() -> None:
    assert forms.decode(b'{"a": "\\ud83d\\ude00"}', None) == {"a": "\U0001f600"}


def test_infinite_numbers_do_not_enter_the_tree() -> None:
    assert forms.decode(b'{"a": 1e999, "b": -1e999}', None) == {"a": None, "b": None}


@pytest.mark.parametrize(
    ("body", "content_type", "code", "status"),
    [
        (b"x" * (forms.MAX_BODY_BYTES + 1), FORM, "body_too_large", 413),
        (b"{" + b" " * forms.MAX_BODY_BYTES, None, "body_too_large", 413),
        (b"--b\r\n", "multipart/form-data; boundary=b", "unsupported_media_type", 415),
        (b"a" + b"[]" * 10_000 + b"=1", FORM, "too_deep", 400),
        (b"a" + b"[b]" * forms.MAX_DEPTH + b"=1", FORM, "too_deep", 400),
        (b"&".join(b"a[%d]=1" % i for i in range(20_000)), FORM, "too_many_fields", 400),
        (b"&" * 3_000_000, FORM, "too_many_fields", 400),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, None, "too_deep", 400),
        (b"[" * 3_000_000, "application/json", "too_deep", 400),
        (b'{"a":' * 15 + b"1" + b"}" * 15, None, "too_deep", 400),
        (json.dumps({"a": list(range(20_000))}).encode(), None, "too_many_fields", 400),
        (b"[1]", "application/json", "not_an_object", 400),
        (b"[1]", None, "not_an_object", 400),
        (b'{"a": NaN}', "application/json", "bad_json", 400),
        (b'{"a": ', "application/json", "bad_json", 400),
        (b"nonsense", "application/json", "bad_json", 400),
    ],
)
def test_what_breaks_a_limit_is_refused_with_its_status(
    body: bytes, content_type: str | None, code: str, status: int
) -> None:
    with pytest.raises(BadRequest) as refused:
        forms.decode(body, content_type)
    assert (refused.value.code, refused.value.status) == (code, status)


def test_bodies_at_the_limits_are_taken() -> None:
    assert len(forms.decode(b"a=" + b"x" * (forms.MAX_BODY_BYTES - 2), FORM)["a"]) == forms.MAX_BODY_BYTES - 2
    many = b"&".join(b"a[%d]=1" % i for i in range(forms.MAX_FIELDS))
    assert len(forms.decode(many, FORM)["a"]) == forms.MAX_FIELDS
    deep = forms.decode(b"a" + b"[b]" * (forms.MAX_DEPTH - 1) + b"=1", FORM)
    for _ in range(forms.MAX_DEPTH - 1):
        deep = deep.get("a") or deep["b"]
    assert deep == {"b": "1"}


def test_ten_thousand_unclosed_brackets_are_one_flat_name() -> None:
    name = "a" + "[" * 10_000
    assert decode(f"{name}=1") == {name: "1"}


@given(st.binary(max_size=300) | st.text("ab[]=&%0+{}\"':,1", max_size=120).map(str.encode))
def test_no_body_raises_anything_but_bad_request(body: bytes) -> None:
    for content_type in (FORM, "application/json", None):
        try:
            tree = forms.decode(body, content_type)
        except BadRequest:
            continue
        json.dumps(tree, ensure_ascii=False).encode()


@given(st.dictionaries(st.text("abc", min_size=1), st.text(), max_size=5))
def test_flat_fields_come_through_as_they_were_typed(fields: dict[str, str]) -> None:
    clean = {key: value.replace("\0", "") for key, value in fields.items()}
    assert forms.decode(urlencode(clean, errors="replace").encode(), FORM) == clean
