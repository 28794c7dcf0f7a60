"""The fake authorization server: single-use refresh tokens, codes, and app.info for a token."""

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from .conftest import DOMAIN, MEMBER, Sandbox

HOST = "oauth.bitrix.info"
CLIENT = {"client_id": "local.app", "client_secret": "client-secret"}
REFRESH = {"grant_type": "refresh_token", "refresh_token": "refresh-1", **CLIENT}


def token(sandbox: Sandbox, method: str = "POST", host: str = HOST, **params: str) -> Any:
    if method == "GET":
        return sandbox.call(host, "GET", f"/oauth/token/?{urlencode(params)}")
    form = {"content-type": "application/x-www-form-urlencoded"}
    return sandbox.call(host, "POST", "/oauth/token/", urlencode(params).encode(), form)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_refresh_gives_a_new_pair_and_the_live_scenario_shows_it(sandbox: Sandbox, method: str) -> None:
    answer = token(sandbox, method, **REFRESH).json()
    assert (answer["member_id"], answer["domain"], answer["expires_in"]) == (MEMBER, HOST, 3600)
    assert answer["client_endpoint"] == f"https://{DOMAIN}/rest/"
    portal = sandbox.control("GET", "/scenario").json()["bitrix24"]["portals"][0]
    assert (portal["access_token"], portal["refresh_token"]) == (answer["access_token"], answer["refresh_token"])
    assert portal["expires_at"] == answer["expires"]
    assert sandbox.rest("app.info", {}, token=answer["access_token"]).status == 200
    assert sandbox.rest("app.info", {}, token="access-1").status == 200


def test_a_refresh_token_works_once(sandbox: Sandbox) -> None:
    token(sandbox, **REFRESH)
    again = token(sandbox, **REFRESH)
    assert (again.status, again.json()["error"]) == (400, "invalid_grant")
    assert [entry["took_effect"] for entry in sandbox.journal.after(0, "oauth")] == [True, False]


def test_a_wrong_client_or_a_malformed_request_leaves_the_token_alone(sandbox: Sandbox) -> None:
    wrong_id = token(sandbox, **{**REFRESH, "client_id": "other"})
    assert (wrong_id.status, wrong_id.json()["error"]) == (401, "invalid_client")
    wrong_secret = token(sandbox, **{**REFRESH, "client_secret": "other"})
    assert (wrong_secret.status, wrong_secret.json()["error"]) == (200, "WRONG_CLIENT")
    malformed = token(sandbox, **{**REFRESH, "grant_type": "password"})
    assert (malformed.status, malformed.json()["error"]) == (400, "invalid_request")
    assert token(sandbox, host="oauth.bitrix24.tech", **REFRESH).json()["domain"] == "oauth.bitrix24.tech"


def test_after_a_rename_the_refresh_names_the_new_address(sandbox: Sandbox) -> None:
    sandbox.control("POST", "/play/rename", {"member_id": MEMBER, "domain": "novo.bitrix24.com.br"})
    assert token(sandbox, **REFRESH).json()["client_endpoint"] == "https://novo.bitrix24.com.br/rest/"


def test_a_code_is_exchanged_once(sandbox: Sandbox) -> None:
    consent = sandbox.call(DOMAIN, "GET", "/oauth/authorize/?client_id=local.app&state=s1")
    back = parse_qs(urlsplit(consent.headers["location"]).query)
    exchange = {"grant_type": "authorization_code", "code": back["code"][0], **CLIENT}
    assert back["state"] == ["s1"]
    assert token(sandbox, **exchange).json()["member_id"] == MEMBER
    assert token(sandbox, **exchange).json()["error"] == "invalid_grant"


def test_app_info_vouches_for_a_token_and_for_no_other(sandbox: Sandbox) -> None:
    known = sandbox.call(HOST, "GET", "/rest/app.info?auth=access-1").json()["result"]
    assert (known["client_id"], known["install"]["member_id"]) == ("local.app", MEMBER)
    assert known["install"]["client_endpoint"] == f"https://{DOMAIN}/rest/"
    assert sandbox.call(HOST, "GET", "/rest/app.info?auth=forged").json()["error"] == "invalid_token"
    assert sandbox.call(HOST, "GET", "/rest/app.info").json()["error"] == "NO_AUTH_FOUND"
    sandbox.clock.ms += 3_600_000
    assert sandbox.call(HOST, "GET", "/rest/app.info?auth=access-1").json()["error"] == "expired_token"
