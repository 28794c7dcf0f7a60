"""A database webhook's bytes as events: what counts, what is noise, and that nothing breaks the parser."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ponte.errors import MalformedEvent
from ponte.zattar import events
from ponte.zattar.events import AddressChanged, Event, Ignored, IntegrationChanged, PersonChanged
from ponte.zattar.values import RELEVANT

from . import people_rows
from .test_rows import JSON

VERSION = "1795600800123456"


def call(operation: Any, table: Any, record: Any, old: Any = None, **more: Any) -> bytes:
    body = {"type": operation, "table": table, "schema": "public", "record": record, "old_record": old, **more}
    return json.dumps(body).encode()


def parse_one(body: bytes) -> Event:
    (event,) = events.parse(body)
    return event


def update(table: str, row: dict[str, Any], **changes: Any) -> bytes:
    return call("UPDATE", table, {**row, **changes}, row)


@pytest.mark.parametrize(
    ("table", "tipo"), [("clientes", "cliente"), ("partes_contrarias", "parte_contraria"), ("terceiros", "terceiro")]
)
def test_the_three_tables_of_people(table: str, tipo: str) -> None:
    row = people_rows.cliente()
    made = parse_one(call("INSERT", table, row))
    assert made == PersonChanged("INSERT", tipo, 41, VERSION, tuple(RELEVANT))
    changed = parse_one(update(table, row, nome="Maria Silva", updated_at="2026-11-25T10:00:01+00:00"))
    assert changed == PersonChanged("UPDATE", tipo, 41, "1795600801000000", ("nome",))
    gone = parse_one(call("DELETE", table, None, row))
    assert gone == PersonChanged("DELETE", tipo, 41, VERSION, ())
    assert {events.order_key(event) for event in (made, changed, gone)} == {f"{tipo}|41"}
    assert len({events.source_id(event) for event in (made, changed, gone)}) == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"updated_at": "2026-11-25T11:00:00+00:00"},
        {"ultima_atualizacao_pje": "2026-11-25T11:00:00+00:00", "dados_anteriores": {"nome": "x"}},
        {"cpf": "11144477735"},
        {"numero_celular": "(98765) 4321"},
        {"observacoes": "x"},
        {"nome": " Maria da Conceição "},
    ],
)
def test_a_change_that_no_contact_shows_is_noise(changes: dict[str, Any]) -> None:
    event = parse_one(update("clientes", people_rows.cliente(), **changes))
    assert event == Ignored("clientes", "UPDATE", "no_relevant_change")


def test_a_update_without_the_state_before_counts_as_all_changed() -> None:
    event = parse_one(call("UPDATE", "clientes", people_rows.cliente(), None))
    assert isinstance(event, PersonChanged) and event.changed == tuple(RELEVANT)


def test_the_same_call_twice_is_one_event_and_the_next_change_another() -> None:
    row = people_rows.cliente()
    first = parse_one(update("clientes", row, nome="A"))
    again = parse_one(update("clientes", row, nome="A", updated_at="2026-11-25T07:00:00.123456-03:00"))
    later = parse_one(update("clientes", row, nome="A", updated_at="2026-11-25T10:00:00.123457+00:00"))
    assert events.source_id(first) == events.source_id(again) != events.source_id(later)


def test_rows_without_updated_at_are_told_apart_by_what_they_hold() -> None:
    one = parse_one(call("INSERT", "terceiros", people_rows.terceiro(updated_at=None)))
    same = parse_one(call("INSERT", "terceiros", people_rows.terceiro(updated_at=None)))
    other = parse_one(call("INSERT", "terceiros", people_rows.terceiro(updated_at=None, nome="Outro")))
    assert events.source_id(one) == events.source_id(same) != events.source_id(other)


def test_an_address_is_an_event_of_its_person() -> None:
    event = parse_one(update("enderecos", people_rows.endereco(), municipio="Santos"))
    assert event == AddressChanged("UPDATE", "cliente", 41, 7, "1795600800000000", ("municipio",))
    assert events.order_key(event) == "cliente|41"
    noise = parse_one(update("enderecos", people_rows.endereco(), cep="11000-000"))
    assert noise == Ignored("enderecos", "UPDATE", "no_relevant_change")


def test_an_address_that_changes_hands_is_an_event_of_both() -> None:
    found = events.parse(update("enderecos", people_rows.endereco(), entidade_tipo="terceiro", entidade_id=9))
    assert [events.order_key(event) for event in found] == ["terceiro|9", "cliente|41"]
    assert len({events.source_id(event) for event in found}) == 2


def test_an_integration_is_told_without_its_credentials() -> None:
    row = people_rows.integracao()
    event = parse_one(update("integracoes", row, ativo=False))
    assert event == IntegrationChanged("UPDATE", row["id"], "chatwoot", "1795600800000000")
    assert "chave" not in repr(event) + json.dumps(events.to_payload(event))
    assert events.order_key(event) == "integracoes"


@pytest.mark.parametrize("table", ["partes_chatwoot", "conversas_chatwoot", "usuarios", "notas", "x" * 1000])
def test_other_tables_are_counted_and_no_more(table: str) -> None:
    assert parse_one(call("INSERT", table, {"id": 1})) == Ignored("", "INSERT", "other_table")


def test_a_table_of_the_same_name_elsewhere_is_another_table() -> None:
    event = parse_one(call("INSERT", "clientes", people_rows.cliente(), schema="copia"))
    assert event == Ignored("clientes", "INSERT", "other_schema")


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b"", ""),
        (b"\xff\xfe", ""),
        (b"[]", ""),
        (b"null", ""),
        (b"{", ""),
        (b"[" * 100_000, ""),
        (b'{"n": ' + b"9" * 5_000 + b"}", ""),
        (b"{}", "type"),
        (call("TRUNCATE", "clientes", None), "type"),
        (call(["INSERT"], "clientes", None), "type"),
        (call("INSERT", None, {}), "table"),
        (call("INSERT", "clientes", {}, schema=None), "schema"),
        (call("INSERT", "clientes", None), "record"),
        (call("INSERT", "clientes", []), "record"),
        (call("INSERT", "clientes", {"id": "quarenta"}), "record.id"),
        (call("UPDATE", "clientes", people_rows.cliente(), "x"), "old_record"),
        (call("DELETE", "clientes", people_rows.cliente(), None), "old_record"),
        (call("DELETE", "clientes", None, {}), "old_record.id"),
        (call("INSERT", "enderecos", people_rows.endereco(entidade_tipo="juiz")), "record.entidade_id"),
        (call("INSERT", "enderecos", people_rows.endereco(entidade_id=None)), "record.entidade_id"),
        (call("INSERT", "integracoes", people_rows.integracao(id=5)), "record.id"),
    ],
)
def test_what_has_no_shape_is_named_by_its_path(body: bytes, path: str) -> None:
    with pytest.raises(MalformedEvent) as refused:
        events.parse(body)
    assert refused.value.path == path


def whole_calls() -> st.SearchStrategy[dict[str, Any]]:
    columns = sorted(people_rows.terceiro() | people_rows.endereco())
    whole = st.sampled_from([people_rows.cliente(), people_rows.endereco(), people_rows.integracao()])
    broken = st.dictionaries(st.sampled_from(columns), JSON, max_size=5)
    row = st.builds(lambda good, bad: good | bad, whole, broken) | broken
    return st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["INSERT", "UPDATE", "DELETE"]) | JSON,
            "table": st.sampled_from(events.TABLES) | JSON,
            "schema": st.just("public") | JSON,
            "record": row | JSON,
            "old_record": row | JSON,
        },
    )


@given(whole_calls())
def test_nothing_but_its_own_error_whatever_is_missing_or_of_another_type(tree: dict[str, Any]) -> None:
    try:
        found = events.parse(json.dumps(tree).encode())
    except MalformedEvent:
        return
    for event in found:
        assert events.from_payload(json.loads(json.dumps(events.to_payload(event)))) == event
        assert events.source_id(event) and events.order_key(event)


@given(st.binary(max_size=64))
def test_nothing_but_its_own_error_whatever_the_bytes(body: bytes) -> None:
    with pytest.raises(MalformedEvent):
        events.parse(body)


@given(st.sampled_from(sorted(people_rows.cliente())), JSON)
def test_one_broken_column_never_hides_a_change_of_name(column: str, value: Any) -> None:
    if column in ("id", "nome"):
        return
    before = people_rows.cliente(**{column: value})
    event = parse_one(call("UPDATE", "clientes", {**before, "nome": "Outra"}, before))
    assert isinstance(event, PersonChanged) and event.changed == ("nome",)


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"type": "Nothing"},
        {"type": ["PersonChanged"]},
        {"type": "PersonChanged", "operation": "INSERT", "tipo": "juiz", "id": 1, "version": "", "changed": []},
        {"type": "PersonChanged", "operation": "INSERT", "tipo": "cliente", "id": True, "version": "", "changed": []},
        {"type": "PersonChanged", "operation": "INSERT", "tipo": "cliente", "id": 1, "version": "", "changed": [1]},
        {"type": "IntegrationChanged", "operation": "INSERT"},
    ],
)
def test_a_payload_of_another_shape_is_refused(payload: dict[str, Any]) -> None:
    with pytest.raises(MalformedEvent):
        events.from_payload(payload)
