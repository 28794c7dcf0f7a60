"""Requests to Graph: what goes out for each intent, and what can never go out."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from ponte.http import HttpRequest
from ponte.whatsapp import requests
from ponte.whatsapp.requests import Recipient

GRAPH_SAMPLES = Path(__file__).parents[2] / "samples" / "whatsapp" / "graph"
NUMBER, VERSION, TOKEN = "106540352242922", "v26.0", "EAAG-invented"
PHONE, BSUID = "16505551234", "US.20558713390021774410"
FIRST = "wamid.HBgLMTY1MDU1NTEyMzQVAgASGBQ2MjhCNDlEOTZEQ0RFOTdBNDMwRAA="


def sample(name: str) -> Any:
    return json.loads((GRAPH_SAMPLES / f"{name}.json").read_text())["request"]


def text(recipient: Recipient, body: str, **more: Any) -> HttpRequest:
    return requests.text(NUMBER, VERSION, TOKEN, recipient, body, **{"callback": "b24:msg:9002", **more})


def content(request: HttpRequest) -> Any:
    return json.loads(request.body)


@pytest.mark.parametrize(
    ("name", "request_"),
    [
        ("send_text_to_phone", text(Recipient(PHONE), "Hello")),
        ("send_text_to_brazil_number_wa_id_differs", text(Recipient("5531988776655"), "Olá")),
        ("send_text_to_bsuid", text(Recipient(None, BSUID), "Hello")),
        ("send_reply", text(Recipient(PHONE), "Yes, in blue", reply_to=FIRST)),
        ("mark_read_with_typing", requests.typing(NUMBER, VERSION, TOKEN, FIRST)),
    ],
)
def test_requests_are_as_recorded(name: str, request_: HttpRequest) -> None:
    expected = sample(name)
    url = urlsplit(request_.url)
    assert (request_.method, url.scheme, url.netloc, url.path) == (
        expected["method"],
        "https",
        "graph.facebook.com",
        expected["path"],
    )
    assert request_.headers["Authorization"] == f"Bearer {TOKEN}"
    found = content(request_)
    if "text" in found:
        expected["json"].setdefault("biz_opaque_callback_data", "b24:msg:9002")
        expected["json"]["text"].setdefault("preview_url", False)
    assert found == expected["json"]


def test_a_read_mark_is_a_typing_indicator_without_the_typing() -> None:
    typing = content(requests.typing(NUMBER, VERSION, TOKEN, FIRST))
    assert content(requests.mark_read(NUMBER, VERSION, TOKEN, FIRST)) == {
        key: value for key, value in typing.items() if key != "typing_indicator"
    }


def test_a_phone_goes_alone_since_meta_would_take_it_anyway() -> None:
    assert Recipient(PHONE, BSUID).fields() == {"recipient_type": "individual", "to": PHONE}


@pytest.mark.parametrize("user_id", [BSUID, "US.ENT.11815799212886844830", "BR.1"])
def test_a_bsuid_goes_in_recipient_only(user_id: str) -> None:
    found = content(text(Recipient(user_id=user_id), "oi"))
    assert found["recipient"] == user_id
    assert "to" not in found


@pytest.mark.parametrize(
    ("to", "user_id"),
    [
        (BSUID, None),
        (BSUID, BSUID),
        ("US.ENT.1", None),
        ("", None),
        ("+5531988776655", None),
        ("5531988776655\n", None),
        ("٥٥٣١٩٨٨٧٧٦٦٥٥", None),
        ("1" * 21, None),
        (None, PHONE),
        (None, "pablomorales"),
        (None, "us.1"),
        (None, f"{BSUID}\n"),
        (None, ""),
        (None, None),
    ],
)
def test_an_address_in_the_wrong_place_is_never_built(to: str | None, user_id: str | None) -> None:
    with pytest.raises(ValueError, match=r"phone|BSUID"):
        Recipient(to, user_id)


def test_the_text_travels_as_it_is() -> None:
    body = 'Olá 👍🏽 "aspas" \\ [b]x[/b]\n'
    request = text(Recipient(PHONE), body, preview_url=True)
    assert content(request)["text"] == {"preview_url": True, "body": body}
    assert request.body.isascii()


@pytest.mark.parametrize("callback", ["", "x" * 513])
def test_a_send_without_a_usable_key_is_never_built(callback: str) -> None:
    with pytest.raises(ValueError, match="callback"):
        text(Recipient(PHONE), "oi", callback=callback)


@pytest.mark.parametrize("version", ["", "26.0", "v26", "v26.0/..", "v26.0\n"])
def test_only_a_version_stands_where_the_version_goes(version: str) -> None:
    with pytest.raises(ValueError, match="graph_version"):
        requests.mark_read(NUMBER, version, TOKEN, FIRST)


def test_an_id_cannot_lead_to_another_path() -> None:
    url = urlsplit(requests.mark_read("../me?x=", VERSION, TOKEN, FIRST).url)
    assert (url.path, url.query) == ("/v26.0/..%2Fme%3Fx%3D/messages", "")
    with pytest.raises(ValueError, match="empty"):
        requests.number_info("", VERSION, TOKEN)


@pytest.mark.parametrize(
    ("request_", "method", "path"),
    [
        (requests.number_info("1", VERSION, TOKEN), "GET", "/v26.0/1"),
        (requests.subscribed_apps("2", VERSION, TOKEN), "GET", "/v26.0/2/subscribed_apps"),
        (requests.subscribe_app("2", VERSION, TOKEN), "POST", "/v26.0/2/subscribed_apps"),
        (requests.templates("2", VERSION, TOKEN), "GET", "/v26.0/2/message_templates"),
    ],
    ids=["number_info", "subscribed_apps", "subscribe_app", "templates"],
)
def test_what_a_doctor_asks(request_: HttpRequest, method: str, path: str) -> None:
    assert (request_.method, urlsplit(request_.url).path) == (method, path)
    assert request_.headers["Authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in request_.url


def test_templates_come_in_pages() -> None:
    assert parse_qs(urlsplit(requests.templates("2", VERSION, TOKEN, "a&b").url).query)["after"] == ["a&b"]
