"""Aliases as they are stored: read for an event, written back on the condition that nobody else wrote in between."""

from collections.abc import Iterable, Sequence
from typing import Any

from ponte.people.aliases import Alias, Key, Known, wanted
from ponte.people.identity import Scope
from ponte.storage import keys
from ponte.storage.people import People
from ponte.storage.table import Item, Put, Table, absent, eq


class Aliases:
    """table: Core. Phones and parent BSUIDs are kept by tenant, BSUIDs by portfolio too where somebody told it."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._people = People(table)

    def read(self, scope: Scope, addresses: Sequence[tuple[str, str]]) -> Known:
        """What is known of these (kind, value) addresses; "" names nothing."""
        records = self.records(scope, addresses)
        people = [each for record in records.values() for each in (record.person, *(who for who, _ in record.former))]
        return Known(records, self._people.roots(scope.tenant, people))

    def of_person(self, tenant: str, person: str) -> list[Alias]:
        """All aliases of a person, for people to look at: eventually consistent, at most 1,000."""
        return [alias_of(row) for row in self._table.query_index(keys.person(tenant, person)[0], 1000)]

    def records(self, scope: Scope, addresses: Sequence[tuple[str, str]]) -> dict[Key, Alias]:
        """The same without a look at who was merged."""
        by_key = {keys.alias(_scope(scope, kind), kind, value): (kind, value) for kind, value in wanted(*addresses)}
        if not by_key:
            return {}
        rows = self._table.get_many(list(by_key))
        return {by_key[str(row["pk"]), str(row["sk"])]: alias_of(row) for row in rows}


def alias_writes(scope: Scope, changes: Iterable[Alias]) -> list[Put]:
    """For one transaction: each record as it shall be, on the condition that it still is as it was read."""
    return [
        Put(alias_item(scope, each), when=eq("ver", each.version) if each.version else absent("pk")) for each in changes
    ]


def alias_item(scope: Scope, alias: Alias) -> Item:
    pk, sk = keys.alias(_scope(scope, alias.kind), *alias.key)
    item: Item = {
        "pk": pk,
        "sk": sk,
        "kind": alias.kind,
        "value": alias.value,
        "person": alias.person,
        "first_ms": alias.first_ms,
        "ver": alias.version + 1,
        "gsi1pk": keys.person(scope.tenant, alias.person)[0],
        "gsi1sk": pk,
    }
    more: dict[str, Any] = {
        "left_ms": alias.left_ms,
        "back_ms": alias.back_ms,
        "next": alias.next,
        "moved_in": alias.moved_in,
        "bound": {binding: [user_id, since] for binding, (user_id, since) in alias.bound.items()},
        "former": [[person, until] for person, until in alias.former],
    }
    return item | {name: value for name, value in more.items() if value}


def alias_of(item: Item) -> Alias:
    return Alias(
        kind=str(item["kind"]),
        value=str(item["value"]),
        person=str(item["person"]),
        first_ms=int(item.get("first_ms", 0)),
        left_ms=int(item.get("left_ms", 0)),
        back_ms=int(item.get("back_ms", 0)),
        next=str(item.get("next", "")),
        moved_in=bool(item.get("moved_in", False)),
        bound={str(k): (str(v[0]), int(v[1])) for k, v in item.get("bound", {}).items()},
        former=tuple((str(person), int(until)) for person, until in item.get("former", [])),
        version=int(item.get("ver", 0)),
    )


def _scope(scope: Scope, kind: str) -> str:
    return f"{scope.tenant}#{scope.portfolio}" if kind == "bsuid" and scope.portfolio else scope.tenant
