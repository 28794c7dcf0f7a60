"""/integracoes: secrets never come out, a mask never goes in, a change is taken over at once."""

from typing import Any

import pytest

from tests.core.runtime.office_api import CHATWOOT, OTHER, ROW, TENANT, TOKEN, Bench, auth_id
from tests.core.runtime.test_api_links import audited

PATH = f"/integracoes/{ROW}"
MASKED = "••••" + TOKEN[-4:]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def row(bench: Bench) -> dict[str, Any]:
    (found,) = bench.world.offices[0].config["tables"]["integracoes"]
    return found


def test_the_list_shows_every_row_without_its_secrets(bench: Bench) -> None:
    answer = bench.call("GET", "/integracoes")
    (shown,) = answer.tree["integracoes"]
    assert (shown["id"], shown["ativo"], shown["em_uso"]) == (ROW, True, True)
    assert shown["configuracao"]["api_key"] == MASKED
    assert TOKEN not in answer.text
    assert bench.call("GET", PATH).tree == shown


def test_only_administration_sees_and_changes_them(bench: Bench) -> None:
    for method, path in (("GET", "/integracoes"), ("GET", PATH), ("PUT", PATH), ("POST", f"{PATH}/teste")):
        assert bench.call(method, path, {} if method == "PUT" else None, user="sync").status == 403
        assert bench.call(method, path, {} if method == "PUT" else None, user="").status == 401


def test_another_offices_row_is_not_there(bench: Bench) -> None:
    assert bench.call("GET", "/integracoes", tenant=OTHER).tree == {"integracoes": []}
    for method, path in (("GET", PATH), ("PUT", PATH), ("POST", f"{PATH}/teste")):
        answer = bench.call(method, path, {"nome": "x"} if method == "PUT" else None, tenant=OTHER)
        assert answer.problem == (404, "NOT_FOUND", "id")
    assert row(bench)["nome"] == "Atendimento"


def test_what_was_shown_can_be_sent_back_and_its_secrets_stay(bench: Bench) -> None:
    shown = bench.call("GET", PATH).tree
    before = dict(row(bench))
    assert bench.call("PUT", PATH, shown).status == 200
    assert row(bench) == before
    assert audited(bench) == [], "nothing was changed"
    shown["configuracao"]["default_inbox_id"] = 12
    assert bench.call("PUT", PATH, {**shown, "nome": "Recepção"}).status == 200
    assert row(bench)["configuracao"] == {**before["configuracao"], "default_inbox_id": 12}
    assert (row(bench)["nome"], row(bench)["updated_by_auth_id"]) == ("Recepção", auth_id(TENANT, "admin"))


def test_a_new_key_is_taken_over_at_once_and_noted_without_it(bench: Bench) -> None:
    new = "a-newer-key-of-silva"
    answer = bench.call("PUT", PATH, {"configuracao": {"api_key": new}})
    assert (answer.status, new in answer.text) == (200, False)
    office = bench.means.offices.read(TENANT)
    assert office is not None
    assert office.chatwoot is not None
    assert office.chatwoot.token == new
    assert audited(bench) == ["integration.put", "integration.changed"]
    assert new not in repr(bench.tables.audit._items) + repr(bench.notes)  # type: ignore[attr-defined]


def test_a_row_that_is_switched_off_is_in_use_no_more(bench: Bench) -> None:
    answer = bench.call("PUT", PATH, {"ativo": False})
    assert (answer.tree["ativo"], answer.tree["em_uso"]) == (False, False)
    assert bench.call("PUT", PATH, {"configuracao": {"api_key": None}}).status == 200, "unused, it may lack something"
    assert bench.call("PUT", PATH, {"ativo": True}).problem == (422, "VALIDATION_ERROR", "configuracao.api_key")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"configuracao": {"api_key": None}}, "configuracao.api_key"),
        ({"configuracao": {"api_url": "http://chat.silva.example"}}, "configuracao.api_url"),
        ({"configuracao": {"api_url": "https://169.254.169.254"}}, "configuracao.api_url"),
        ({"configuracao": {"account_id": "seven"}}, "configuracao.account_id"),
        ({"configuracao": {"outro_token": MASKED}}, "configuracao"),
        ({"configuracao": {"x": [{"y": "••••"}]}}, "configuracao"),
        ({"configuracao": []}, "configuracao"),
        ({"configuracao": {str(n): 1 for n in range(51)}}, "configuracao"),
        ({"nome": ""}, "nome"),
        ({"ativo": "talvez"}, "ativo"),
        ({"tipo": "asaas"}, "tipo"),
        ({"ativa": False}, "ativa"),
    ],
)
def test_what_would_make_the_row_unusable_is_refused_by_name(bench: Bench, body: dict[str, Any], field: str) -> None:
    before = dict(row(bench))
    assert bench.call("PUT", PATH, body).problem == (422, "VALIDATION_ERROR", field)
    assert (row(bench), audited(bench)) == (before, [])


def test_a_row_that_somebody_changed_meanwhile_is_not_written_over(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = bench.means.audit.note

    def meanwhile(*given: Any) -> None:
        row(bench)["updated_at"] = "2031-01-01T00:00:00+00:00"
        note(*given)

    monkeypatch.setattr(type(bench.means.audit), "note", lambda _self, *given: meanwhile(*given))
    assert bench.call("PUT", PATH, {"nome": "Recepção"}).problem == (409, "CONFLICT", "updated_at")
    assert row(bench)["nome"] == "Atendimento"


def test_a_test_asks_chatwoot_with_the_rows_own_key(bench: Bench) -> None:
    answer = bench.call("POST", f"{PATH}/teste")
    assert answer.tree == {"ok": True, "papel": "administrator", "erro": None}
    row(bench)["configuracao"]["api_key"] = "a-key-that-nobody-knows"
    answer = bench.call("POST", f"{PATH}/teste")
    assert (answer.status, answer.tree["ok"], answer.tree["erro"]["codigo"]) == (200, False, "UNAUTHORIZED")
    row(bench)["configuracao"] |= {"api_key": TOKEN, "account_id": 8}
    assert bench.call("POST", f"{PATH}/teste").tree["erro"]["codigo"] == "UNAUTHORIZED"
    bench.down.add(CHATWOOT)
    assert bench.call("POST", f"{PATH}/teste").tree["erro"]["codigo"] == "API_UNAVAILABLE"
    row(bench)["configuracao"]["api_url"] = "https://10.0.0.1"
    assert bench.call("POST", f"{PATH}/teste").problem == (422, "VALIDATION_ERROR", "configuracao.api_url")


@pytest.mark.parametrize("row_id", ["1", "x", ROW[:-1], ROW + "0", "..", "%00"])
def test_an_id_that_is_no_uuid_is_refused(bench: Bench, row_id: str) -> None:
    assert bench.call("GET", f"/integracoes/{row_id}").problem == (422, "VALIDATION_ERROR", "id")
