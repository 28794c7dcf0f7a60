"""The triggers on a real PostgreSQL: what they send, what they keep back, and that they never hurt the office."""

import json
from typing import Any

import pytest

from ponte.zattar import events, shared_secret
from ponte.zattar.database_webhooks import install_script, target, uninstall_script
from ponte.zattar.events import AddressChanged, IntegrationChanged, PersonChanged
from ponte.zattar.values import RELEVANT

from .postgres import Database, SqlError

URL = "https://ponte.exemplo.test/webhooks/zattar/escritorio-1"
SECRET = "s'3gr\\edo" + "x" * 32
MADE = {
    "clientes": "insert into clientes (tipo_pessoa, nome, cpf) values ('pf', 'Maria', '111.444.777-35')",
    "partes_contrarias": "insert into partes_contrarias (tipo_pessoa, nome) values ('pj', 'Empresa')",
    "terceiros": "insert into terceiros (tipo_pessoa, nome, tipo_parte, polo) values ('pf', 'Pedro', 'PERITO', 'A')",
    "enderecos": "insert into enderecos (entidade_tipo, entidade_id, municipio) values ('cliente', 41, 'Santos')",
    "integracoes": "insert into integracoes (tipo, nome, configuracao) values ('chatwoot', 'C', '{\"k\": \"chave\"}')",
}
CHANGED = {**dict.fromkeys(MADE, "nome = 'Outro'"), "enderecos": "municipio = 'Campinas'"}


@pytest.fixture
def installed(office: Database) -> Database:
    office.run(install_script())
    office.run(target(URL, SECRET))
    return office


def calls(office: Database) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = office.rows("select * from net.calls order by n")
    return found


def bodies(office: Database) -> list[dict[str, Any]]:
    return [call["body"] for call in calls(office)]


def parsed(body: dict[str, Any]) -> events.Event:
    (event,) = events.parse(json.dumps(body).encode())
    return event


@pytest.mark.parametrize("table", MADE)
def test_each_operation_on_each_table_is_one_call_that_the_parser_reads(installed: Database, table: str) -> None:
    installed.run(f"{MADE[table]}; update {table} set {CHANGED[table]}; delete from {table}")
    made, changed, gone = bodies(installed)
    assert [body["type"] for body in (made, changed, gone)] == ["INSERT", "UPDATE", "DELETE"]
    for body in (made, changed, gone):
        assert set(body) == {"type", "table", "schema", "record", "old_record"}
        assert (body["table"], body["schema"]) == (table, "public")
    assert made["old_record"] is None and gone["record"] is None
    assert changed["old_record"] == made["record"]
    assert gone["old_record"] == changed["record"]
    found = [parsed(body) for body in (made, changed, gone)]
    assert len({events.source_id(event) for event in found}) == 3
    assert len({events.order_key(event) for event in found}) == 1
    match found[1]:
        case PersonChanged(changed=names):
            assert names == ("nome",)
        case AddressChanged(changed=names):
            assert names == ("municipio",)
        case IntegrationChanged(integration_tipo=tipo):
            assert tipo == "chatwoot"
        case _:
            pytest.fail("nothing was read")


def test_a_call_carries_the_secret_and_waits_five_seconds(installed: Database) -> None:
    installed.run(MADE["clientes"])
    (call,) = calls(installed)
    assert (call["url"], call["timeout"], call["params"]) == (URL, 5000, {})
    assert call["headers"] == {"Content-Type": "application/json", "X-Ponte-Secret": SECRET}
    shared_secret.verify(call["headers"], (SECRET,))


def test_installing_twice_changes_nothing(installed: Database) -> None:
    triggers = "select tgrelid::regclass::text as t, tgname from pg_trigger where tgname like 'ponte%' order by 1"
    before = installed.rows(triggers)
    installed.run(install_script())
    assert installed.rows(triggers) == before
    assert [each["t"] for each in before] == sorted(MADE)
    installed.run(MADE["clientes"])
    assert len(calls(installed)) == 1


def test_another_secret_takes_over_at_once(installed: Database) -> None:
    installed.run(target(URL, "outro-" + "y" * 32))
    installed.run(MADE["clientes"])
    assert calls(installed)[0]["headers"]["X-Ponte-Secret"] == "outro-" + "y" * 32


@pytest.mark.parametrize(
    "noise",
    [
        "nome = nome",
        "updated_at = now() + interval '1 day'",
        "ultima_atualizacao_pje = now()",
        'dados_anteriores = \'{"nome": "x"}\'',
    ],
)
def test_an_update_that_changes_nothing_of_ours_makes_no_call(installed: Database, noise: str) -> None:
    installed.run(f"{MADE['clientes']}; update clientes set {noise}")
    assert [body["type"] for body in bodies(installed)] == ["INSERT"]


def test_old_snapshots_and_credentials_do_not_travel(installed: Database) -> None:
    installed.run("insert into clientes (tipo_pessoa, nome, dados_anteriores) values ('pf', 'M', '{\"nome\": \"X\"}')")
    installed.run(MADE["integracoes"])
    person, integration = bodies(installed)
    assert "dados_anteriores" not in person["record"] and "observacoes" in person["record"]
    assert "chave" not in json.dumps(integration)
    assert {"configuracao", "metadata"}.isdisjoint(integration["record"])


def test_another_credential_makes_a_call_without_it(installed: Database) -> None:
    installed.run(MADE["integracoes"])
    installed.run('update integracoes set configuracao = \'{"api_key": "outra"}\'')
    changed = bodies(installed)[-1]
    assert changed["type"] == "UPDATE" and "outra" not in json.dumps(changed)
    assert isinstance(parsed(changed), IntegrationChanged)


def test_the_version_is_the_same_whatever_time_zone_wrote_the_row(installed: Database) -> None:
    installed.run(f"set timezone = 'America/Sao_Paulo'; {MADE['clientes']}")
    (row,) = installed.rows("select id, updated_at from clientes")
    (body,) = bodies(installed)
    assert body["record"]["updated_at"] == row["updated_at"]
    assert body["record"]["updated_at"].endswith("+00:00")


def test_everything_of_one_statement_is_told(installed: Database) -> None:
    installed.run("insert into clientes (tipo_pessoa, nome) select 'pf', 'P' || n from generate_series(1, 500) n")
    found = [parsed(body) for body in bodies(installed)]
    assert len({events.order_key(event) for event in found}) == 500
    assert all(isinstance(event, PersonChanged) and event.changed == tuple(RELEVANT) for event in found)


def test_what_is_rolled_back_was_never_told(installed: Database) -> None:
    installed.run(f"begin; {MADE['clientes']}; rollback")
    assert calls(installed) == []


def test_the_mapping_tables_call_nobody(installed: Database) -> None:
    """Or the bridge's own writes would come back to it."""
    installed.run(
        "insert into partes_chatwoot (tipo_entidade, entidade_id, chatwoot_contact_id, chatwoot_account_id)"
        " values ('cliente', 1, 2, 3); update partes_chatwoot set sincronizado = false; delete from partes_chatwoot"
    )
    assert calls(installed) == []


def test_without_a_target_nothing_is_sent_and_the_office_works(office: Database) -> None:
    office.run(install_script())
    office.run(MADE["clientes"])
    assert calls(office) == []
    assert len(office.rows("select id from clientes")) == 1


def test_a_failing_pg_net_never_stops_the_office(installed: Database) -> None:
    installed.run("drop function net.http_post")
    notices = installed.run(f"{MADE['clientes']}; update clientes set nome = 'Outro'; delete from terceiros")
    assert installed.rows("select nome from clientes") == [{"nome": "Outro"}]
    assert notices.count("a database webhook was not sent") == 2
    assert SECRET not in notices and "Maria" not in notices


def test_staff_write_as_before_and_never_see_the_secret(installed: Database) -> None:
    installed.run(f"set role authenticated; {MADE['clientes']}")
    assert len(calls(installed)) == 1
    for role in ("authenticated", "anon", "service_role"):
        with pytest.raises(SqlError) as refused:
            installed.run(f"set role {role}; select secret from ponte.database_webhook")
        assert refused.value.sqlstate == "42501"


def test_uninstalling_takes_all_of_it_away_and_no_row(installed: Database) -> None:
    installed.run(MADE["clientes"])
    installed.run(uninstall_script())
    installed.run(uninstall_script())
    assert installed.rows("select 1 from pg_trigger where tgname like 'ponte%'") == []
    assert installed.rows("select 1 from pg_namespace where nspname = 'ponte'") == []
    installed.run("update clientes set nome = 'Outro'")
    assert len(calls(installed)) == 1
    assert installed.rows("select nome from clientes") == [{"nome": "Outro"}]


def test_where_pg_net_cannot_be_had_nothing_is_left_behind(bare_office: Database) -> None:
    with pytest.raises(SqlError):
        bare_office.run(install_script())
    assert bare_office.rows("select 1 from pg_namespace where nspname = 'ponte'") == []
    assert bare_office.rows("select 1 from pg_trigger where tgname like 'ponte%'") == []


@pytest.mark.parametrize(
    "url", ["", "ponte.exemplo.test", "http://ponte.exemplo.test/x", "https://a/'); drop", "ftp://a/b"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="url"):
        target(url, SECRET)


@pytest.mark.parametrize(
    "secret", ["", "curto", "com espaço " + "x" * 32, "x" * 31, "x" * 513, "é" * 40, "x" * 32 + "\n"]
)
def test_a_secret_that_protects_nothing_is_refused(secret: str) -> None:
    with pytest.raises(ValueError, match="secret"):
        target(URL, secret)


def test_the_table_refuses_it_as_well(office: Database) -> None:
    office.run(install_script())
    with pytest.raises(SqlError) as refused:
        office.run("insert into ponte.database_webhook (url, secret) values ('https://a/b', 'curto')")
    assert refused.value.sqlstate == "23514"
