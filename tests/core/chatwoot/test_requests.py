"""What goes out to an account: address, header, body; the token in a header only, no id that bends the address."""

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ponte.chatwoot import client_api, requests, setup
from ponte.chatwoot.calls import Account, ApiCall
from ponte.chatwoot.requests import Rule
from ponte.chatwoot.values import Labels
from ponte.errors import HostRefused

HOST, TOKEN = "chat.zattar.example", "aBcDeF123456"
ACCOUNT = Account(HOST, 7, TOKEN)
ROOT = "/api/v1/accounts/7"

CALLS: list[tuple[ApiCall, str, str, Any]] = [
    (
        requests.create_contact(
            {"name": "MARIA", "identifier": "zattar_cliente_1", "email": " M@x.br ", "phone_number": "+5531987654321"},
            inbox_id=12,
            source_id="zattar:cliente:1",
        ),
        "POST",
        f"{ROOT}/contacts",
        {
            "name": "MARIA",
            "identifier": "zattar_cliente_1",
            "email": "M@x.br",
            "phone_number": "+5531987654321",
            "inbox_id": 12,
            "source_id": "zattar:cliente:1",
        },
    ),
    (requests.update_contact(5, {"name": "M"}), "PUT", f"{ROOT}/contacts/5", {"name": "M"}),
    (
        requests.update_contact(5, {"email": None, "phone_number": "", "identifier": " "}),
        "PUT",
        f"{ROOT}/contacts/5",
        {"email": None, "phone_number": None, "identifier": None},
    ),
    (
        requests.update_contact(5, {"custom_attributes": {"a": None, "b": 1, "c": True}}),
        "PUT",
        f"{ROOT}/contacts/5",
        {"custom_attributes": {"a": None, "b": 1, "c": True}},
    ),
    (requests.get_contact(5), "GET", f"{ROOT}/contacts/5", None),
    (requests.get_contact(5, with_inboxes=False), "GET", f"{ROOT}/contacts/5?include_contact_inboxes=false", None),
    (requests.delete_contact(5), "DELETE", f"{ROOT}/contacts/5", None),
    (requests.list_contacts(), "GET", f"{ROOT}/contacts?page=1", None),
    (
        requests.list_contacts(3, sort="-last_activity_at", labels=["zattar", "a&b"]),
        "GET",
        f"{ROOT}/contacts?page=3&sort=-last_activity_at&labels%5B%5D=zattar&labels%5B%5D=a%26b",
        None,
    ),
    (requests.search_contacts(" +5531 ", 2), "GET", f"{ROOT}/contacts/search?q=%2B5531&page=2", None),
    (
        requests.filter_contacts([Rule("name", "contains", ("x",), "OR"), Rule("blocked", "equal_to", (True,))], 2),
        "POST",
        f"{ROOT}/contacts/filter?page=2",
        {
            "payload": [
                {"attribute_key": "name", "filter_operator": "contains", "values": ["x"], "query_operator": "OR"},
                {"attribute_key": "blocked", "filter_operator": "equal_to", "values": [True], "query_operator": None},
            ]
        },
    ),
    (
        requests.find_by_identifier("zattar_cliente_1"),
        "POST",
        f"{ROOT}/contacts/filter?page=1",
        {
            "payload": [
                {
                    "attribute_key": "identifier",
                    "filter_operator": "equal_to",
                    "values": ["zattar_cliente_1"],
                    "query_operator": None,
                }
            ]
        },
    ),
    (
        requests.find_by_identifiers(["zattar_cliente_1", "zattar_cliente_2"]),
        "POST",
        f"{ROOT}/contacts/filter?page=1",
        {
            "payload": [
                {
                    "attribute_key": "identifier",
                    "filter_operator": "equal_to",
                    "values": [f"zattar_cliente_{n}"],
                    "query_operator": joined,
                }
                for n, joined in ((1, "OR"), (2, None))
            ]
        },
    ),
    (requests.contact_labels(5), "GET", f"{ROOT}/contacts/5/labels", None),
    (
        requests.replace_labels(5, Labels.of(["b", "a"])),
        "POST",
        f"{ROOT}/contacts/5/labels",
        {"labels": ["a", "b"]},
    ),
    (
        requests.remove_custom_attributes(5, ["b", "a", "b"]),
        "POST",
        f"{ROOT}/contacts/5/destroy_custom_attributes",
        {"custom_attributes": ["a", "b"]},
    ),
    (requests.contactable_inboxes(5), "GET", f"{ROOT}/contacts/5/contactable_inboxes", None),
    (
        requests.create_contact_inbox(5, 12, "zattar:cliente:1"),
        "POST",
        f"{ROOT}/contacts/5/contact_inboxes",
        {"inbox_id": 12, "source_id": "zattar:cliente:1"},
    ),
    (
        requests.find_contact_inbox(12, "zattar:cliente:1"),
        "POST",
        f"{ROOT}/contact_inboxes/filter",
        {"inbox_id": 12, "source_id": "zattar:cliente:1"},
    ),
    (
        requests.merge_contacts(5, 6),
        "POST",
        f"{ROOT}/actions/contact_merge",
        {"base_contact_id": 5, "mergee_contact_id": 6},
    ),
    (requests.contact_conversations(5), "GET", f"{ROOT}/contacts/5/conversations", None),
    (setup.profile(), "GET", "/api/v1/profile", None),
    (setup.inboxes(), "GET", f"{ROOT}/inboxes", None),
    (setup.agents(), "GET", f"{ROOT}/agents", None),
    (setup.webhooks(), "GET", f"{ROOT}/webhooks", None),
    (
        setup.create_webhook("https://ponte.example/webhooks/chatwoot/escritorio", ["contact_created"], "Ponte"),
        "POST",
        f"{ROOT}/webhooks",
        {
            "url": "https://ponte.example/webhooks/chatwoot/escritorio",
            "subscriptions": ["contact_created"],
            "name": "Ponte",
        },
    ),
    (
        setup.update_webhook(3, "https://ponte.example/w", setup.PEOPLE_SUBSCRIPTIONS),
        "PATCH",
        f"{ROOT}/webhooks/3",
        {"url": "https://ponte.example/w", "subscriptions": ["contact_created", "contact_updated"]},
    ),
    (setup.delete_webhook(3), "DELETE", f"{ROOT}/webhooks/3", None),
]
PUBLIC: list[tuple[ApiCall, str, str, Any]] = [
    (
        client_api.create_contact("aBc1", "zattar:1", {"name": "M", "blocked": True}, identifier_hash="00ff"),
        "POST",
        "/public/api/v1/inboxes/aBc1/contacts",
        {"name": "M", "source_id": "zattar:1", "identifier_hash": "00ff"},
    ),
    (client_api.get_contact("aBc1", "a/b?c"), "GET", "/public/api/v1/inboxes/aBc1/contacts/a%2Fb%3Fc", None),
    (
        client_api.update_contact("aBc1", "zattar:1", {"name": "N"}),
        "PATCH",
        "/public/api/v1/inboxes/aBc1/contacts/zattar%3A1",
        {"name": "N"},
    ),
]


@pytest.mark.parametrize(("call", "method", "target", "body"), CALLS + PUBLIC, ids=[c[2] for c in CALLS + PUBLIC])
def test_each_intent_is_the_call_the_api_knows(call: ApiCall, method: str, target: str, body: Any) -> None:
    request = call.request(ACCOUNT)
    assert (request.method, request.url) == (method, f"https://{HOST}{target}")
    assert (json.loads(request.body) if request.body else None) == body
    assert ("Content-Type" in request.headers) is (body is not None)
    assert request.headers["Accept"] == "application/json"


@pytest.mark.parametrize("call", [call for call, *_ in CALLS])
def test_the_token_is_in_the_header_that_proxies_let_through_and_nowhere_else(call: ApiCall) -> None:
    request = call.request(ACCOUNT)
    assert request.headers["Api-Access-Token"] == TOKEN
    assert TOKEN not in request.url
    assert TOKEN.encode() not in request.body


@pytest.mark.parametrize("call", [call for call, *_ in PUBLIC])
def test_the_public_api_never_sees_the_token(call: ApiCall) -> None:
    assert TOKEN not in str(call.request(ACCOUNT))


def test_only_what_makes_something_anew_each_time_may_not_be_repeated() -> None:
    once = {call.path for call, *_ in CALLS + PUBLIC if not call.repeatable}
    assert once == {"/contacts", "/actions/contact_merge", "/webhooks"}
    assert all(call.method == "POST" for call, *_ in CALLS if not call.repeatable)


@pytest.mark.parametrize(
    "host", ["", "localhost", "10.0.0.1", "chat.local", "CHAT.example", "chat.example:8443", "a/b"]
)
def test_an_account_stands_on_a_public_host(host: str) -> None:
    with pytest.raises(HostRefused):
        Account(host, 1, TOKEN)


def test_neither_token_nor_body_is_printed() -> None:
    call = requests.create_contact({"name": "MARIA", "phone_number": "+5531987654321"})
    assert "MARIA" not in repr(call)
    assert TOKEN not in repr(ACCOUNT)


def test_half_a_character_does_not_spoil_the_body() -> None:
    assert json.loads(requests.update_contact(1, {"name": "a\ud800"}).request(ACCOUNT).body) == {"name": "a?"}


def test_the_proof_of_an_identifier_is_the_documented_hash() -> None:
    assert client_api.prove_identifier("key", "The quick brown fox jumps over the lazy dog") == (
        "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8"
    )


@given(st.text(), st.text())
def test_no_text_leaves_its_place_in_the_address(source_id: str, words: str) -> None:
    for build in (
        lambda: client_api.get_contact("inbox", source_id),
        lambda: requests.search_contacts(words),
        lambda: requests.list_contacts(labels=[words]),
    ):
        try:
            parts = urlsplit(build().request(ACCOUNT).url)
        except (ValueError, UnicodeEncodeError):
            continue
        assert parts.netloc == HOST
        assert parts.path.startswith(("/public/api/v1/inboxes/inbox/contacts/", f"{ROOT}/contacts"))
        assert len(parts.path.split("/")) <= 8
        assert {name for name, _ in parse_qsl(parts.query)} <= {"q", "page", "labels[]"}
