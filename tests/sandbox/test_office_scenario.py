"""The part `zattar` of a scenario: its types name the keys of the published schema."""

import typing

import pytest

from sandbox import office_scenario
from sandbox.scenario import SCHEMA


@pytest.mark.parametrize(
    ("name", "definition"),
    [("Zattar", "zattar"), ("Tenant", "tenant"), ("User", "user"), ("Mapping", "parte_chatwoot")],
)
def test_the_types_name_the_keys_of_the_schema(name: str, definition: str) -> None:
    declared, schema = getattr(office_scenario, name), SCHEMA["$defs"][definition]
    assert set(typing.get_type_hints(declared)) == set(schema["properties"])
    always = {key for key, one in schema["properties"].items() if key in schema.get("required", ()) or "default" in one}
    assert declared.__required_keys__ == always
