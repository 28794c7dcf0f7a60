"""What Zattar's tables are made of: zattar_schema.json, and the same read into what the fake database asks of it."""

import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

CATALOGUE: dict[str, Any] = json.loads((Path(__file__).parent / "zattar_schema.json").read_text(encoding="utf-8"))
"""{"enums": {name: [values]}, "tables": {name: {"columns": [{"name", "type", "nullable", "default"?, "identity"?}],
"constraints": [{"name", "kind", "def"}], "unique_indexes": [definition]}}}"""


@dataclass(frozen=True)
class Unique:
    """partial: rows where any of the columns is NULL are not in it, and on_conflict cannot name it."""

    name: str
    columns: tuple[str, ...]
    partial: bool = False


@dataclass(frozen=True)
class ForeignKey:
    name: str
    column: str
    table: str
    cascade: bool


@dataclass(frozen=True)
class Check:
    name: str
    column: str
    allowed: tuple[str, ...]


class Table:
    """One table's columns (name -> type) and what its rows must keep to."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._data = CATALOGUE["tables"][name]
        self.columns: dict[str, str] = {column["name"]: column["type"] for column in self._data["columns"]}
        self.required = tuple(column["name"] for column in self._data["columns"] if not column["nullable"])
        self.identity = next((column["name"] for column in self._data["columns"] if column.get("identity")), "")
        self.defaults: dict[str, str] = {
            column["name"]: column["default"] for column in self._data["columns"] if "default" in column
        }

    @cached_property
    def uniques(self) -> tuple[Unique, ...]:
        """The primary key first. An index that repeats a constraint without its rows of NULL adds nothing."""
        found = [
            Unique(one["name"], _names(one["def"]))
            for kind in ("primary key", "unique")
            for one in self._data["constraints"]
            if one["kind"] == kind
        ]
        for definition in self._data["unique_indexes"]:
            index = Unique(definition.split()[3], _names(definition), partial=" WHERE " in definition)
            if index.columns not in [one.columns for one in found]:
                found.append(index)
        return tuple(found)

    @cached_property
    def foreign_keys(self) -> tuple[ForeignKey, ...]:
        """Those to tables of the catalogue; keys to auth.users and cargos are not judged."""
        found = []
        for one in self._data["constraints"]:
            key = re.fullmatch(r"FOREIGN KEY \((\w+)\) REFERENCES (\w+)\(id\).*", one["def"])
            if key and key[2] in CATALOGUE["tables"]:
                found.append(ForeignKey(one["name"], key[1], key[2], cascade="ON DELETE CASCADE" in one["def"]))
        return tuple(found)

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        found = []
        for one in self._data["constraints"]:
            if one["kind"] == "check":
                column = re.match(r"CHECK \(\((\w+) = ANY", one["def"])
                if not column:
                    raise ValueError(one["def"])
                found.append(Check(one["name"], column[1], tuple(re.findall(r"'([^']*)'::text", one["def"]))))
        return tuple(found)


def _names(definition: str) -> tuple[str, ...]:
    found = re.search(r"\(([\w, ]+)\)", definition)
    if not found:
        raise ValueError(definition)
    return tuple(name.strip() for name in found[1].split(","))


TABLES: dict[str, Table] = {name: Table(name) for name in CATALOGUE["tables"]}
