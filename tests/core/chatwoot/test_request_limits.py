"""What would be refused there, or bend an address, is not even asked: a ValueError that names the field."""

from collections.abc import Callable
from typing import Any

import pytest

from ponte.chatwoot import client_api, requests, setup
from ponte.chatwoot.calls import Account, ApiCall
from ponte.chatwoot.requests import Rule
from ponte.chatwoot.values import Labels

from .test_requests import ACCOUNT, HOST, TOKEN

LONG = "x" * 256
BAD: list[tuple[str, Callable[[], Any]]] = [
    ("contact_id", lambda: requests.get_contact(0)),
    ("contact_id", lambda: requests.get_contact(-1)),
    ("contact_id", lambda: requests.get_contact(2**63)),
    ("contact_id", lambda: requests.get_contact("5")),  # type: ignore[arg-type]
    ("contact_id", lambda: requests.get_contact(True)),
    ("contact_id", lambda: requests.delete_contact("1/../2")),  # type: ignore[arg-type]
    ("inbox_id", lambda: requests.create_contact({"name": "M"}, inbox_id=0)),
    ("source_id", lambda: requests.create_contact({"name": "M"}, inbox_id=1, source_id=" ")),
    ("source_id", lambda: requests.create_contact_inbox(1, 1, LONG)),
    ("name", lambda: requests.create_contact({"identifier": "i"})),
    ("name", lambda: requests.create_contact({"name": ""})),
    ("name", lambda: requests.update_contact(1, {"name": LONG})),
    ("email", lambda: requests.update_contact(1, {"email": f"{LONG}@x.br"})),
    ("email", lambda: requests.update_contact(1, {"email": "a\nb@x.br"})),
    ("identifier", lambda: requests.update_contact(1, {"identifier": LONG})),
    ("fields", lambda: requests.update_contact(1, {})),
    *(
        ("phone_number", lambda phone=phone: requests.update_contact(1, {"phone_number": phone}))  # type: ignore[misc]
        for phone in (
            "31987654321",
            "+0315",
            "+55 31 98765-4321",
            "lixo+5531987654321",
            "+5531987654321x",
            "+1234567890123456",
            "+\u0665\u0665",
        )
    ),
    ("phone_number", lambda: requests.find_by_phone("")),
    ("identifier", lambda: requests.find_by_identifier("")),
    ("identifiers", lambda: requests.find_by_identifiers([])),
    ("identifiers", lambda: requests.find_by_identifiers([f"zattar_cliente_{n}" for n in range(16)])),
    ("identifier", lambda: requests.find_by_identifiers(["zattar_cliente_1", ""])),
    ("email", lambda: requests.find_by_email(" ")),
    ("page", lambda: requests.list_contacts(0)),
    ("page", lambda: requests.list_contacts(100_001)),
    ("sort", lambda: requests.list_contacts(sort="id; drop")),
    ("words", lambda: requests.search_contacts(" ")),
    ("words", lambda: requests.search_contacts(LONG)),
    ("rules", lambda: requests.filter_contacts([])),
    ("attribute_key", lambda: requests.filter_contacts([Rule("a b", "equal_to")])),
    ("labels", lambda: requests.replace_labels(1, Labels.of(f"l{n}" for n in range(201)))),
    ("labels", lambda: requests.replace_labels(1, Labels.of([LONG]))),
    ("keys", lambda: requests.remove_custom_attributes(1, [])),
    ("keys", lambda: requests.remove_custom_attributes(1, ["a b"])),
    ("mergee_contact_id", lambda: requests.merge_contacts(1, 1)),
    ("base_contact_id", lambda: requests.merge_contacts(0, 1)),
    ("url", lambda: setup.create_webhook("http://ponte.example/w")),
    ("url", lambda: setup.create_webhook("https://")),
    ("url", lambda: setup.create_webhook("https://x/" + "a" * 2048)),
    ("subscriptions", lambda: setup.create_webhook("https://ponte.example/w", [])),
    ("subscriptions", lambda: setup.create_webhook("https://ponte.example/w", ["contact_deleted"])),
    ("webhook_id", lambda: setup.delete_webhook(0)),
    ("inbox_identifier", lambda: client_api.get_contact("..", "s")),
    ("inbox_identifier", lambda: client_api.get_contact("", "s")),
    ("source_id", lambda: client_api.get_contact("i", ".")),
    ("source_id", lambda: client_api.create_contact("i", LONG, {"name": "M"})),
    ("fields", lambda: client_api.update_contact("i", "s", {"email": None})),
    ("fields", lambda: client_api.update_contact("i", "s", {"identifier": "x"})),
    ("fields", lambda: client_api.update_contact("i", "s", {})),
    ("hmac_token", lambda: client_api.prove_identifier("", "x")),
    ("path", lambda: ApiCall("GET", "/contacts/../webhooks").request(ACCOUNT)),
    ("path", lambda: ApiCall("GET", "/contacts?x=1").request(ACCOUNT)),
    ("path", lambda: ApiCall("GET", "@evil.example/").request(ACCOUNT)),
    ("account_id", lambda: Account(HOST, 0, TOKEN)),
    ("token", lambda: Account(HOST, 1, "a\r\nb")),
    ("token", lambda: Account(HOST, 1, "")),
]


@pytest.mark.parametrize(("field", "build"), BAD, ids=[f"{at}-{name}" for at, (name, _) in enumerate(BAD)])
def test_what_chatwoot_would_refuse_is_not_even_asked(field: str, build: Callable[[], Any]) -> None:
    with pytest.raises(ValueError, match=f"^{field}$"):
        build()
