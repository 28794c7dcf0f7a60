"""The rows of an answer as values. `errors.classify` has said that the call succeeded; rows are untrusted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ponte.zattar import rows as read
from ponte.zattar.values import Integration, Person, Position, Tipo


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """people: in the order of the answer. unreadable: rows without a usable id, to be counted. position: of the last
    person, to go on from; None where there was none, which alone is the end of a walk."""

    people: tuple[Person, ...]
    unreadable: int
    position: Position | None

    @property
    def is_end(self) -> bool:
        return self.position is None


def people(result: Mapping[str, Any], tipo: Tipo) -> PeoplePage:
    """result: Succeeded.result of `requests.person`, `people` or `people_page`."""
    found = rows(result)
    known = tuple(person for row in found if (person := read.person(tipo, row)) is not None)
    last = known[-1] if known else None
    return PeoplePage(known, len(found) - len(known), Position(last.updated_at, last.id) if last else None)


def person(result: Mapping[str, Any], tipo: Tipo) -> Person | None:
    """The one person, None when there is no such row."""
    return next(iter(people(result, tipo).people), None)


def updated_person(result: Mapping[str, Any], tipo: Tipo) -> Person | None:
    """The row after `requests.update_person`. None: changed or deleted meanwhile, so nothing was written: read it
    again and decide again."""
    return person(result, tipo)


def integrations(result: Mapping[str, Any]) -> tuple[Integration, ...]:
    """Rows that cannot be read are left out."""
    return tuple(each for row in rows(result) if (each := read.integration(row)) is not None)


def rows(result: Mapping[str, Any]) -> list[Any]:
    found = result.get("rows")
    return found if isinstance(found, list) else []


def total(result: Mapping[str, Any]) -> int | None:
    """All rows that match, as an exact count said; None where none was asked for."""
    found = result.get("total")
    return found if isinstance(found, int) else None
