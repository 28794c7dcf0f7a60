"""The fake Supabase over HTTP: keys, ranges, preferences, staff, and the webhooks its tables post."""

import http.client
import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from ponte.zattar import events, shared_secret

from .conftest import Sandbox, small_scenario

HOST, KEY, SECRET = "abcdefghijklmnopqrst.supabase.co", "sb_secret_inventada", "segredo-" + "s" * 32
OTHER_HOST, OTHER_KEY = "zyxwvutsrqponmlkjihg.supabase.co", "sb_secret_de_outro"
TOKEN = "token-da-ana"


def office(**changes: Any) -> dict[str, Any]:
    people = [{"tipo_pessoa": "pf", "nome": f"Pessoa {n}"} for n in range(1, 6)]
    tables = {"clientes": people, "enderecos": [{"entidade_tipo": "cliente", "entidade_id": 1, "municipio": "Santos"}]}
    tenant = {
        "tenant": "escritorio-1",
        "supabase_host": HOST,
        "service_key": KEY,
        "webhook_secret": SECRET,
        "users": [{"auth_id": "u-1", "token": TOKEN, "usuario_id": 1, "scopes": ["sync"]}],
        "tables": tables,
    }
    return {**tenant, **changes}


def scenario(*tenants: dict[str, Any]) -> dict[str, Any]:
    return {**small_scenario(), "chatwoot": {"accounts": []}, "zattar": {"tenants": list(tenants)}}


@pytest.fixture
def supabase(sandbox: Sandbox) -> Sandbox:
    sandbox.providers.put(scenario(office(), office(tenant="outro", supabase_host=OTHER_HOST, service_key=OTHER_KEY)))
    return sandbox


def ask(sandbox: Sandbox, method: str, address: str, body: Any = None, *, key: str = KEY, **headers: str) -> Any:
    sent = {"apikey": key, "authorization": f"Bearer {key}"} if key else {}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    return sandbox.call(HOST, method, f"/rest/v1/{address}", body, sent)


def drained(sandbox: Sandbox) -> list[dict[str, Any]]:
    """The bodies that reached the gateway once all was posted."""
    assert sandbox.control("POST", "/drain", {"timeout_s": 20}).json()["quiet"]
    return [json.loads(request.body) for request in sandbox.webhooks]


def test_every_call_needs_the_projects_own_key(supabase: Sandbox) -> None:
    assert ask(supabase, "GET", "clientes?select=id").status == 200
    refused = [ask(supabase, "GET", "clientes?select=id", key=key) for key in ("", "errada", OTHER_KEY)]
    assert [(one.status, one.json()["message"]) for one in refused] == [
        (401, "No API key found in request"),
        (401, "Invalid API key"),
        (401, "Invalid API key"),
    ]
    assert [entry["took_effect"] for entry in supabase.journal.after(0, "supabase")] == [True, False, False, False]


def test_an_unknown_project_and_an_unknown_path(supabase: Sandbox) -> None:
    headers = {"apikey": KEY}
    assert supabase.call("nada.supabase.co", "GET", "/rest/v1/clientes", None, headers).status == 404
    assert supabase.call(HOST, "GET", "/storage/v1/x", None, headers).status == 404


def test_on_its_own_port_the_key_says_whose_tables_are_meant(supabase: Sandbox) -> None:
    ask(supabase, "DELETE", "clientes?id=gt.1")
    for key, count in ((KEY, 1), (OTHER_KEY, 5)):
        found = supabase.send("supabase", "GET", "/rest/v1/clientes?select=id", None, {"apikey": key})
        assert len(found.json()) == count


def test_two_offices_have_nothing_in_common(supabase: Sandbox) -> None:
    ask(supabase, "PATCH", "clientes?id=eq.1", {"nome": "Mudou"})
    other = supabase.call(OTHER_HOST, "GET", "/rest/v1/clientes?id=eq.1&select=nome", None, {"apikey": OTHER_KEY})
    assert other.json() == [{"nome": "Pessoa 1"}]


@pytest.mark.parametrize(
    ("headers", "status", "content_range", "ids"),
    [
        ({}, 200, "0-4/*", [1, 2, 3, 4, 5]),
        ({"range": "0-1"}, 200, "0-1/*", [1, 2]),
        ({"range": "3-9"}, 200, "3-4/*", [4, 5]),
        ({"range": "7-9"}, 200, "*/*", []),
        ({"range": "1-"}, 200, "1-4/*", [2, 3, 4, 5]),
        ({"range": "0-1", "prefer": "count=exact"}, 206, "0-1/5", [1, 2]),
        ({"prefer": "count=exact"}, 200, "0-4/5", [1, 2, 3, 4, 5]),
    ],
)
def test_ranges(supabase: Sandbox, headers: dict[str, str], status: int, content_range: str, ids: list[int]) -> None:
    answer = ask(supabase, "GET", "clientes?select=id&order=id.asc", **headers)
    assert (answer.status, answer.headers["content-range"]) == (status, content_range)
    assert [row["id"] for row in answer.json()] == ids


def test_past_the_end_with_a_count_is_416(supabase: Sandbox) -> None:
    answer = ask(supabase, "GET", "clientes?select=id", range="7-9", prefer="count=exact")
    assert (answer.status, answer.json()["code"], answer.headers["content-range"]) == (416, "PGRST103", "*/5")


def test_a_count_without_rows(supabase: Sandbox) -> None:
    answer = ask(supabase, "HEAD", "clientes?select=id&id=gt.2", prefer="count=exact")
    assert (answer.headers["content-range"], answer.body) == ("0-2/3", b"")


def test_no_answer_has_more_than_a_thousand_rows(sandbox: Sandbox) -> None:
    many = [{"tipo_pessoa": "pf", "nome": f"P{n}"} for n in range(1_005)]
    sandbox.providers.put(scenario(office(tables={"clientes": many})))
    assert len(ask(sandbox, "GET", "clientes?select=id&limit=5000").json()) == 1_000
    assert len(ask(sandbox, "GET", "clientes?select=id", range="0-4999").json()) == 1_000
    assert ask(sandbox, "HEAD", "clientes?select=id", prefer="count=exact").headers["content-range"] == "0-999/1005"


def test_a_single_object_is_one_row_or_406(supabase: Sandbox) -> None:
    accept = "application/vnd.pgrst.object+json"
    assert ask(supabase, "GET", "clientes?select=id&id=eq.2", accept=accept).json() == {"id": 2}
    for address in ("clientes?select=id", "clientes?select=id&id=eq.99"):
        answer = ask(supabase, "GET", address, accept=accept)
        assert (answer.status, answer.json()["code"]) == (406, "PGRST116")


def test_writes_answer_with_rows_only_when_asked(supabase: Sandbox) -> None:
    row = {"tipo_pessoa": "pf", "nome": "Nova"}
    plain = ask(supabase, "POST", "clientes", row)
    assert (plain.status, plain.body) == (201, b"")
    told = ask(supabase, "POST", "clientes?select=id,nome", row, prefer="return=representation")
    assert (told.status, told.json()) == (201, [{"id": 7, "nome": "Nova"}])
    assert ask(supabase, "PATCH", "clientes?id=eq.7", {"nome": "X"}).status == 204
    nothing = ask(supabase, "PATCH", "clientes?id=eq.99", {"nome": "X"}, prefer="return=representation")
    assert (nothing.status, nothing.json()) == (200, [])
    assert ask(supabase, "DELETE", "clientes?id=eq.7").status == 204
    assert ask(supabase, "GET", "clientes?id=eq.7&select=id").json() == []


def test_ignoring_duplicates_leaves_what_is_there_out_of_the_answer(supabase: Sandbox) -> None:
    row = {"tipo_entidade": "cliente", "entidade_id": 1, "chatwoot_contact_id": 5, "chatwoot_account_id": 1}
    address = "partes_chatwoot?on_conflict=tipo_entidade,entidade_id&select=entidade_id"
    prefer = "resolution=ignore-duplicates,return=representation"
    assert ask(supabase, "POST", address, row, prefer=prefer).json() == [{"entidade_id": 1}]
    assert ask(supabase, "POST", address, {**row, "chatwoot_contact_id": 6}, prefer=prefer).json() == []


@pytest.mark.parametrize(
    ("method", "address", "body", "headers", "status", "code"),
    [
        ("GET", "audit_logs?select=id", None, {}, 404, "PGRST205"),
        ("GET", "clientes?select=email", None, {}, 400, "42703"),
        ("GET", "clientes?select=id&telefone=eq.1", None, {}, 400, "42703"),
        ("GET", "clientes?select=id,notas(id)", None, {}, 400, "PGRST200"),
        ("GET", "clientes?select=id&nome=contains.x", None, {}, 400, "PGRST100"),
        ("GET", "clientes?select=id&or=(nome.eq.a", None, {}, 400, "PGRST100"),
        ("GET", "clientes?select=id&order=id.up", None, {}, 400, "PGRST100"),
        ("GET", "clientes?select=id&limit=x", None, {}, 400, "PGRST100"),
        ("POST", "clientes", {"nome": "x", "email": "y"}, {}, 400, "PGRST204"),
        ("POST", "clientes", b"{", {}, 400, "PGRST102"),
        ("POST", "clientes", [{"nome": "x"}, {"cpf": "y"}], {}, 400, "PGRST102"),
        ("POST", "clientes", {"nome": "x"}, {}, 400, "23502"),
        ("POST", "clientes", {"tipo_pessoa": "pf", "nome": "a\0"}, {}, 400, "22P05"),
        ("PATCH", "clientes", {"nome": "x"}, {}, 400, "21000"),
        ("DELETE", "clientes", None, {}, 400, "21000"),
        ("PATCH", "clientes?id=gt.0", {"nome": "x"}, {"prefer": "handling=strict,max-affected=1"}, 400, "PGRST124"),
        ("PATCH", "clientes?id=eq.1", {"nome": "x"}, {"prefer": "handling=strict,whatever=1"}, 400, "PGRST122"),
        ("PUT", "clientes?id=eq.1", {"nome": "x"}, {}, 405, "PGRST117"),
        ("GET", "clientes?select=id", None, {"authorization": "Bearer de-ninguem"}, 401, "PGRST301"),
    ],
)
def test_refusals(
    supabase: Sandbox, method: str, address: str, body: Any, headers: dict[str, str], status: int, code: str
) -> None:
    answer = ask(supabase, method, address, body, **headers)
    assert (answer.status, answer.json()["code"]) == (status, code)
    assert set(answer.json()) == {"code", "message", "details", "hint"}
    assert drained(supabase) == []


def test_staff_read_and_their_writes_match_nothing(supabase: Sandbox) -> None:
    staff = {"authorization": f"Bearer {TOKEN}"}
    assert len(ask(supabase, "GET", "clientes?select=id", **staff).json()) == 5
    assert ask(supabase, "PATCH", "clientes?id=eq.1", {"nome": "X"}, **staff).status == 204
    assert ask(supabase, "GET", "clientes?id=eq.1&select=nome").json() == [{"nome": "Pessoa 1"}]
    refused = ask(supabase, "POST", "clientes", {"tipo_pessoa": "pf", "nome": "X"}, **staff)
    assert (refused.status, refused.json()["code"]) == (403, "42501")


def test_whose_a_token_is(supabase: Sandbox) -> None:
    def user(token: str) -> Any:
        return supabase.call(HOST, "GET", "/auth/v1/user", None, {"apikey": KEY, "authorization": f"Bearer {token}"})

    assert user(TOKEN).json()["id"] == "u-1"
    assert user(TOKEN).json()["app_metadata"]["scopes"] == ["sync"]
    assert (user("outro").status, user("").status) == (401, 401)


def test_a_write_is_posted_to_the_offices_own_webhook(supabase: Sandbox) -> None:
    ask(supabase, "PATCH", "clientes?id=eq.1", {"nome": "Mudou"})
    (body,) = drained(supabase)
    (request,) = supabase.webhooks
    assert (request.path, body["table"], body["type"]) == ("/webhooks/zattar/escritorio-1", "clientes", "UPDATE")
    shared_secret.verify(request.headers, (SECRET,))
    (event,) = events.parse(request.body)
    assert isinstance(event, events.PersonChanged) and event.changed == ("nome",)


def test_the_live_scenario_shows_what_was_written(supabase: Sandbox) -> None:
    ask(supabase, "PATCH", "clientes?id=eq.1", {"nome": "Mudou"})
    row = supabase.control("GET", "/scenario").json()["zattar"]["tenants"][0]["tables"]["clientes"][0]
    assert (row["id"], row["nome"], row["ativo"]) == (1, "Mudou", True)


def test_a_shown_scenario_can_be_put_again(supabase: Sandbox) -> None:
    shown = supabase.control("GET", "/scenario").json()
    assert supabase.control("PUT", "/scenario", shown).status == 200
    assert len(ask(supabase, "GET", "clientes?select=id").json()) == 5


def names(bodies: list[dict[str, Any]]) -> list[str]:
    return [body["record"]["nome"] for body in bodies]


def fault(sandbox: Sandbox, **one: Any) -> int:
    return sandbox.control("POST", "/faults", {"provider": "supabase", **one}).status


def rename_all(sandbox: Sandbox) -> None:
    for n, name in enumerate(("A", "B", "C"), 1):
        ask(sandbox, "PATCH", f"clientes?id=eq.{n}", {"nome": name})


def test_a_webhook_can_get_lost(supabase: Sandbox) -> None:
    fault(supabase, kind="webhook_lost", match={"path": "clientes", "body_contains": '"B"'})
    rename_all(supabase)
    assert names(drained(supabase)) == ["A", "C"]
    assert ask(supabase, "GET", "clientes?id=eq.2&select=nome").json() == [{"nome": "B"}]


def test_a_webhook_can_be_overtaken_by_the_next(supabase: Sandbox) -> None:
    fault(supabase, kind="webhook_reordered", delay_ms=60_000, match={"body_contains": '"A"'})
    rename_all(supabase)
    assert names(drained(supabase))[0] == "B"
    assert sorted(names(drained(supabase))) == ["A", "B", "C"]


def test_a_webhook_can_come_late_and_is_waited_for(supabase: Sandbox) -> None:
    fault(supabase, kind="webhook_delayed", delay_ms=2_000, match={"body_contains": '"A"'})
    rename_all(supabase)
    assert names(drained(supabase)) == ["B", "C", "A"]


def test_a_webhook_of_an_old_scenario_is_not_posted(supabase: Sandbox) -> None:
    fault(supabase, kind="webhook_delayed", delay_ms=60_000)
    ask(supabase, "PATCH", "clientes?id=eq.1", {"nome": "A"})
    supabase.providers.put(scenario(office()))
    assert drained(supabase) == []


@pytest.mark.parametrize("provider", ["meta", "bitrix24", "oauth"])
def test_only_those_who_post_by_themselves_have_webhooks_to_lose(supabase: Sandbox, provider: str) -> None:
    answer = supabase.control("POST", "/faults", {"provider": provider, "kind": "webhook_lost"})
    assert (answer.status, answer.json()["path"]) == (400, "kind")


def test_calls_fail_as_they_do_elsewhere(supabase: Sandbox) -> None:
    fault(supabase, kind="status", status=500)
    fault(supabase, kind="status", status=429)
    fault(supabase, kind="html")
    answers = [ask(supabase, "GET", "clientes?select=id") for _ in range(4)]
    assert [one.status for one in answers] == [500, 429, 502, 200]
    assert answers[0].json()["code"] == "57014"
    fault(supabase, kind="timeout_after_effect", delay_ms=0)
    with pytest.raises((http.client.HTTPException, OSError)):
        ask(supabase, "PATCH", "clientes?id=eq.1", {"nome": "Feito"})
    assert ask(supabase, "GET", "clientes?id=eq.1&select=nome").json() == [{"nome": "Feito"}]
    assert supabase.journal.after(0, "supabase")[-2]["took_effect"]


def test_filters_of_the_address_are_decoded_once(supabase: Sandbox) -> None:
    name = 'A&B=C%20+"x",(y)'
    ask(supabase, "PATCH", "clientes?id=eq.1", {"nome": name})
    assert ask(supabase, "GET", f"clientes?select=id&nome=eq.{quote(name, safe='')}").json() == [{"id": 1}]
    assert ask(supabase, "GET", "clientes?" + urlencode({"select": "id", "nome": f"eq.{name}"})).json() == [{"id": 1}]


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"tables": {"clientes": [{"nome": "x"}]}}, "zattar.tenants[0].tables.clientes[0]"),
        (
            {"tables": {"clientes": [{"tipo_pessoa": "pf", "nome": "x", "email": "y"}]}},
            "zattar.tenants[0].tables.clientes[0].email",
        ),
        ({"tables": {"notas": []}}, "zattar.tenants[0].tables.notas"),
        ({"tables": {"integracoes": [{"tipo": "outra", "nome": "x"}]}}, "zattar.tenants[0].tables.integracoes[0]"),
        ({"supabase_host": "evil.example"}, "zattar.tenants[0].supabase_host"),
        ({"settings": {"outro": True}}, "zattar.tenants[0].settings.outro"),
        ({"partes_chatwoot": [{"tipo_entidade": "juiz"}]}, "zattar.tenants[0].partes_chatwoot[0].tipo_entidade"),
    ],
)
def test_a_scenario_that_the_real_tables_would_not_hold_is_refused(
    supabase: Sandbox, changes: dict[str, Any], path: str
) -> None:
    answer = supabase.control("PUT", "/scenario", scenario(office(**changes)))
    assert (answer.status, answer.json()["path"]) == (400, path)
    assert len(ask(supabase, "GET", "clientes?select=id").json()) == 5


def test_two_tenants_cannot_share_a_name_or_a_host(supabase: Sandbox) -> None:
    for twin in ({"tenant": "outro"}, {"supabase_host": OTHER_HOST}):
        answer = supabase.control("PUT", "/scenario", scenario(office(), office(**twin)))
        assert (answer.status, answer.json()["error"]) == (400, "is there twice")
