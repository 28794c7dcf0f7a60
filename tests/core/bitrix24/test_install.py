"""Pages a portal opens inside itself."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ponte.bitrix24 import forms
from ponte.bitrix24.install import InstallRequest, parse_install

from . import samples


def page(name: str) -> InstallRequest:
    return parse_install(forms.decode_query(samples.query(name)), forms.decode(samples.body(name), None))


def test_the_install_page_brings_tokens_and_the_portals_domain() -> None:
    request = page("install_page")
    assert request.auth_id == "66026aac0071b0008440001b897f5ef4"
    assert request.refresh_id == "663ed5780071b0008440001b8c9e63c8"
    assert request.application_token == "d5a1f6c0e9b84723a6c1e0f9b8d7c6a5"
    assert (request.expires_in, request.placement, request.lang) == (3600, "DEFAULT", "br")
    assert request.member_id == "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
    assert request.domain == "contoso.bitrix24.com.br"
    assert request.server_endpoint == "https://oauth.bitrix.info/rest/"
    assert request.options == {}
    assert request.is_complete


def test_older_portals_leave_out_what_is_optional() -> None:
    request = page("install_page_legacy_fields")
    assert (request.application_token, request.server_endpoint, request.scope) == (None, None, "")
    assert request.is_complete


def test_the_settings_page_names_its_line_and_connector() -> None:
    request = page("placement_setting_connector")
    assert request.placement == "SETTING_CONNECTOR"
    assert request.options == {"line": 107, "active_status": 1, "connector": "wa_cloud_bridge"}


@pytest.mark.parametrize(
    ("raw", "options"),
    [
        ('{"LINE":"107","ACTIVE_STATUS":"0"}', {"line": 107, "active_status": 0}),
        ("{&quot;LINE&quot;:107}", {"line": 107}),
        ({"line": "5", "ACTIVE_STATUS": True}, {"line": 5, "active_status": 1}),
        ('{"LINE":-1,"CONNECTOR":"a|b"}', {}),
        ('{"LINE":[1]}', {}),
        ('{"LINE":', {}),
        ("[]", {}),
        ("[" * 3000, {}),
        ("x" * 5000, {}),
        (5, {}),
        (None, {}),
    ],
)
def test_placement_options_are_read_as_far_as_they_make_sense(raw: Any, options: dict[str, Any]) -> None:
    assert parse_install({}, {"PLACEMENT_OPTIONS": raw}).options == options


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ({}, {}),
        ({"DOMAIN": "evil.example"}, {"AUTH_ID": "a", "member_id": "m"}),
        ({"DOMAIN": ["x.bitrix24.com"]}, {"AUTH_ID": "a", "member_id": "m"}),
        ({"DOMAIN": "x.bitrix24.com"}, {"AUTH_ID": ["a"], "member_id": "m"}),
        ({"DOMAIN": "x.bitrix24.com"}, {"AUTH_ID": "a", "member_id": "m/../x"}),
        ({"DOMAIN": "x.bitrix24.com"}, {"AUTH_ID": "a" * 5000, "member_id": "m"}),
    ],
)
def test_a_page_request_without_proof_to_check_is_incomplete(query: dict[str, Any], tree: dict[str, Any]) -> None:
    assert not parse_install(query, tree).is_complete


def test_no_token_shows_in_a_traceback() -> None:
    shown = repr(page("install_page"))
    assert "66026aac" not in shown
    assert "663ed578" not in shown
    assert "d5a1f6c0" not in shown


values = st.recursive(
    st.none() | st.integers() | st.text(), lambda node: st.lists(node) | st.dictionaries(st.text(), node)
)
keys = st.sampled_from(["DOMAIN", "LANG", "AUTH_ID", "AUTH_EXPIRES", "member_id", "PLACEMENT", "PLACEMENT_OPTIONS"])


@given(st.dictionaries(keys, values), st.dictionaries(keys, values))
def test_no_page_request_makes_parse_install_raise(query: dict[str, Any], tree: dict[str, Any]) -> None:
    parse_install(query, tree)
