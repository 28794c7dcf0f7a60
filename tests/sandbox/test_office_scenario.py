"""The part `zattar` of a scenario: its types name the keys of the published schema."""

import typing
from typing import Any

import pytest

from sandbox import office_scenario
from sandbox.fakes.zattar_catalogue import TABLES
from sandbox.scenario import SCHEMA, load
from sandbox.shapes import Refused
from sandbox.world import World

from .offices import office_scenario as whole_scenario


@pytest.mark.parametrize(
    ("name", "definition"),
    [("Zattar", "zattar"), ("Tenant", "tenant"), ("User", "user"), ("Mapping", "parte_chatwoot")],
)
def test_the_types_name_the_keys_of_the_schema(name: str, definition: str) -> None:
    declared, schema = getattr(office_scenario, name), SCHEMA["$defs"][definition]
    assert set(typing.get_type_hints(declared)) == set(schema["properties"])
    always = {key for key, one in schema["properties"].items() if key in schema.get("required", ()) or "default" in one}
    assert declared.__required_keys__ == always


def with_clients(*rows: dict[str, Any]) -> dict[str, Any]:
    tree = whole_scenario()
    tree["zattar"]["tenants"][0]["tables"]["clientes"] = list(rows)
    return tree


def client(**columns: Any) -> dict[str, Any]:
    return {"id": 7, "tipo_pessoa": "pf", "nome": "Maria", **columns}


def loaded(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = load(with_clients(*rows), 1_781_701_269)["zattar"]["tenants"][0]["tables"]["clientes"]
    return found


def test_rows_are_completed_when_the_scenario_is_put() -> None:
    given, made = loaded(client(), {"tipo_pessoa": "pj", "nome": "Silva Ltda"})
    assert list(given) == list(TABLES["clientes"].columns)
    assert (given["ativo"], given["cpf"], given["created_at"][:10], made["id"]) == (True, None, "2026-06-17", 8)
    assert loaded(client()) is not loaded(client())


@pytest.mark.parametrize("is_whole", [False, True], ids=["in part", "every column given"])
@pytest.mark.parametrize(
    ("wrong", "code"), [({"tipo_pessoa": "x"}, "22P02"), ({"nome": None}, "23502"), ({"endereco_id": 99}, "23503")]
)
def test_a_row_that_the_database_would_not_hold_is_refused(wrong: dict[str, Any], code: str, is_whole: bool) -> None:
    row = {**loaded(client())[0], **wrong} if is_whole else client(**wrong)
    with pytest.raises(Refused) as refused:
        loaded(client(id=1), row)
    assert (refused.value.path, refused.value.error[:5]) == ("zattar.tenants[0].tables.clientes[1]", code)


def test_what_was_completed_is_found_changed_and_added_to() -> None:
    world = World(lambda: 1_781_701_270_000)
    with world.changing(load(with_clients(client(), client(id=9)), 1_781_701_269)):
        pass
    database = world.offices[0].database
    (made,), _ = database.insert("clientes", [{"tipo_pessoa": "pf", "nome": "Nova"}])
    assert made["id"] == 10
    assert made["updated_at"] > str(database.by_id("clientes", 9)["updated_at"])  # type: ignore[index]
