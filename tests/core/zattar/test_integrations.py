"""Rows of integracoes: what makes credentials, what is missing, and that no secret is shown."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ponte.zattar import integrations, rows
from ponte.zattar.integrations import ChatwootConfiguration, Incomplete, chatwoot, in_use, masked, unmasked
from ponte.zattar.values import Integration

from . import people_rows
from .test_rows import JSON

GOOD = {"api_url": "https://chat.exemplo.test", "api_key": "chave-inventada", "account_id": 1}
ID = people_rows.integracao()["id"]


def row(**changes: Any) -> Integration:
    found = rows.integration(people_rows.integracao(**changes))
    assert found is not None
    return found


def read(**changes: Any) -> ChatwootConfiguration | Incomplete:
    return chatwoot(row(configuracao={**GOOD, **changes}))


def test_a_complete_row() -> None:
    more = {"default_inbox_id": 5, "website_token": "w", "widget_base_url": "https://w.exemplo.test/", "outra": [1]}
    assert read(**more, whatsapp_inbox_id="7", inbox_identifier="Ab1") == ChatwootConfiguration(
        integration_id=ID,
        api_url="https://chat.exemplo.test",
        api_key="chave-inventada",
        account_id=1,
        default_inbox_id=5,
        inbox_identifier="Ab1",
        website_token="w",
        widget_base_url="https://w.exemplo.test",
        whatsapp_inbox_id=7,
    )


@pytest.mark.parametrize(
    ("given", "inbox_id", "identifier"),
    [
        (5, 5, ""),
        ("5", 5, ""),
        ("abc", None, "abc"),
        (None, None, ""),
        (0, None, ""),
        (True, None, ""),
        ([5], None, ""),
    ],
)
def test_the_default_inbox_is_a_number_or_an_identifier(given: Any, inbox_id: int | None, identifier: str) -> None:
    found = read(default_inbox_id=given)
    assert isinstance(found, ChatwootConfiguration)
    assert (found.default_inbox_id, found.inbox_identifier) == (inbox_id, identifier)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("https://chat.exemplo.test/", "https://chat.exemplo.test"),
        (" https://CHAT.exemplo.test:8443/x// ", "https://chat.exemplo.test:8443/x"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
    ],
)
def test_the_address_is_brought_to_one_form(written: str, expected: str) -> None:
    found = read(api_url=written)
    assert isinstance(found, ChatwootConfiguration) and found.api_url == expected


@pytest.mark.parametrize(
    ("changes", "keys"),
    [
        ({"api_key": None}, ("api_key",)),
        ({"api_key": "curta"}, ("api_key",)),
        ({"account_id": 0}, ("account_id",)),
        ({"account_id": "um"}, ("account_id",)),
        ({"account_id": True}, ("account_id",)),
        ({"api_url": "http://chat.exemplo.test"}, ("api_url",)),
        ({"api_url": "chat.exemplo.test"}, ("api_url",)),
        ({"api_url": "https://u:s@chat.exemplo.test"}, ("api_url",)),
        ({"api_url": "https://chat.exemplo.test?x=1"}, ("api_url",)),
        ({"api_url": "https://chat.exemplo.test:porta"}, ("api_url",)),
        ({"api_url": "https://[::1"}, ("api_url",)),
        ({"api_url": "https:///x"}, ("api_url",)),
        ({"api_url": 1, "api_key": 2, "account_id": 3.5}, ("api_url", "api_key", "account_id")),
    ],
)
def test_an_incomplete_row_names_what_is_missing(changes: dict[str, Any], keys: tuple[str, ...]) -> None:
    assert read(**changes) == Incomplete(ID, keys)


def test_the_first_active_row_of_a_tipo_is_the_one_in_use() -> None:
    off, other, on = row(ativo=False), row(tipo="dify"), row(nome="Segundo")
    assert in_use([off, other, on], "chatwoot") is on
    assert in_use([off, other], "chatwoot") is None
    assert in_use([off, other, on], "dify") is other


def test_what_is_shown_of_a_configuration() -> None:
    shown = masked(
        {
            **GOOD,
            "api_key": "sk-0123456789abcdef",
            "account_token": "curto",
            "webhook": {"clientSecret": "segredo-profundo", "url": "https://u:senha@x.test/a?token=abc"},
            "senhas": ["segredo-um-dois-tres", 7],
            "token_ativo": True,
        }
    )
    assert shown == {
        "api_url": "https://chat.exemplo.test",
        "api_key": "••••cdef",
        "account_id": 1,
        "account_token": "••••",
        "webhook": {"clientSecret": "••••undo", "url": "https://x.test/a"},
        "senhas": "••••",
        "token_ativo": True,
    }


def test_no_secret_in_a_repr() -> None:
    assert "chave" not in repr(read()) + repr(row())


@given(st.dictionaries(st.sampled_from([*GOOD, "default_inbox_id", "x_secret"]) | st.text(max_size=5), JSON))
def test_any_configuration_is_read_and_shown(configuracao: dict[str, Any]) -> None:
    found = chatwoot(row(configuracao=configuracao))
    assert isinstance(found, ChatwootConfiguration | Incomplete)
    json.dumps(integrations.masked(configuracao))


BEFORE = {
    "api_key": "k" * 20,
    "pin": {"token": "t" * 20, "x": 1},
    "list": [{"secret": "s" * 20}, 2],
    "url": "https://u:p@h.example/?k=1",
}


def test_what_was_shown_comes_back_as_what_it_was() -> None:
    assert unmasked(BEFORE, masked(BEFORE)) == BEFORE
    edited = masked(BEFORE)
    edited["pin"]["x"], edited["list"][1], edited["new"] = 2, 3, {"a": [1]}
    after = {**BEFORE, "pin": {"token": "t" * 20, "x": 2}, "list": [{"secret": "s" * 20}, 3], "new": {"a": [1]}}
    assert unmasked(BEFORE, edited) == after


def test_keys_left_out_stay_and_none_takes_away() -> None:
    assert unmasked(BEFORE, {}) == BEFORE
    assert unmasked(BEFORE, {"api_key": None, "absent": None}) == {k: v for k, v in BEFORE.items() if k != "api_key"}


@pytest.mark.parametrize(
    "given",
    [
        {"other_key": "••••kkkk"},
        {"api_key": "••••"},
        {"pin": "••••"},
        {"pin": {"other": {"token": "••••tttt"}}},
        {"list": [1, 2, {"secret": "••••ssss"}]},
        {"list": {"secret": "••••ssss"}},
    ],
)
def test_a_mask_never_becomes_a_value(given: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="mask"):
        unmasked(BEFORE, given)
