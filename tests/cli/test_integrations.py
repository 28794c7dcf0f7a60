"""`ponte integrations`: an office's table integracoes, listed without secrets, changed in Zattar, tried for real."""

import json
from typing import Any

import pytest

from ponte.http import HttpRequest, HttpResponse, Sender
from ponte.runtime.tenant_hosts import TenantHosts
from tests.cli import test_offices
from tests.cli.conftest import Run
from tests.cli.test_offices import ROW, Web, web

__all__ = ["web"]
office = test_offices.office
ID = ROW["id"]
MASKED = "••••"


@pytest.fixture
def patched(office: Run, web: Web, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What was written to the row, in order; Zattar then shows it so."""
    written: list[dict[str, Any]] = []
    web.rows = [dict(ROW)]

    def sender(_self: TenantHosts, host: str) -> Sender:
        def send(request: HttpRequest) -> HttpResponse:
            if request.method == "PATCH":
                written.append(json.loads(request.body))
                web.rows = [{**web.rows[0], **written[-1]}]
            return web.sender(host)(request)

        return send

    monkeypatch.setattr(TenantHosts, "sender", sender)
    office("offices", "reload", "silva")
    return written


def test_the_list_hides_secrets(office: Run, patched: list[dict[str, Any]]) -> None:
    status, answer = office("integrations", "list", "silva")
    (row,) = answer["integracoes"]
    assert (status, row["id"], row["em_uso"], row["configuracao"]["account_id"]) == (0, ID, True, 7)
    assert row["configuracao"]["api_key"].startswith(MASKED)
    assert "token-1234567890" not in json.dumps(answer)


def test_a_change_is_written_to_zattar_and_the_rest_stays(
    office: Run, patched: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHATWOOT_API_KEY", "another-key-0987654321")
    status, row = office(
        "integrations", "put", "silva", ID, "--name", "Novo", "--set", "default_inbox_id=4", "--api-key", "-y"
    )
    assert (status, row["nome"], row["configuracao"]["default_inbox_id"]) == (0, "Novo", 4)
    assert "another-key-0987654321" not in json.dumps(row)
    (written,) = patched
    assert written["configuracao"] == {
        **ROW["configuracao"],
        "default_inbox_id": 4,
        "api_key": "another-key-0987654321",
    }


@pytest.mark.parametrize("setting", ["api_key=token-on-the-line", "account_id", "=7"])
def test_secrets_on_the_line_and_what_is_no_setting_are_wrong_usage(
    office: Run, patched: list[dict[str, Any]], setting: str
) -> None:
    assert office("integrations", "put", "silva", ID, "--set", setting, "-y")[0] == 2
    assert patched == []


def test_a_key_that_is_not_there_is_wrong_usage(
    office: Run, patched: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CHATWOOT_API_KEY", raising=False)
    assert office("integrations", "put", "silva", ID, "--api-key", "-y")[0] == 2
    assert patched == []


@pytest.mark.parametrize(
    ("change", "field"),
    [(("--set", "account_id="), "configuracao.account_id"), (("--name", ""), "nome")],
)
def test_what_cannot_be_used_is_named_and_not_written(
    office: Run, patched: list[dict[str, Any]], change: tuple[str, ...], field: str
) -> None:
    status, answer = office("integrations", "put", "silva", ID, *change, "-y")
    assert (status, answer) == (1, {"error": "VALIDATION_ERROR", "field": field})
    assert patched == []


def test_a_row_that_is_not_there_is_told(office: Run, patched: list[dict[str, Any]], web: Web) -> None:
    web.rows = []
    for command in (("put", "silva", ID, "--name", "x", "-y"), ("test", "silva", ID)):
        assert office("integrations", *command) == (1, {"error": "NOT_FOUND", "field": "id"})


def test_a_key_is_tried(office: Run, patched: list[dict[str, Any]], web: Web) -> None:
    assert office("integrations", "test", "silva", ID)[1] == {"ok": True, "papel": "administrator", "erro": None}
    web.role = ""
    status, answer = office("integrations", "test", "silva", ID)
    assert (status, answer["ok"]) == (1, False)


def test_an_unknown_office_is_told(office: Run, patched: list[dict[str, Any]]) -> None:
    assert office("integrations", "list", "nobody")[0] == 2
