"""What one side of a linked person did not take over: the office's conflict inbox, one entry per person and field.

The same disagreement seen again is the same entry; another value in its place is a new one, counted from anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ponte.people.links import Link
from ponte.people.shared import Dissent, Kind, Name
from ponte.storage import keys
from ponte.storage.table import ConditionFailed, Delete, Put, Table, Update, absent, all_of, any_of, eq, exists, ne

KEPT_SECONDS = 180 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Listed:
    """kept, lost: as in people.shared.Dissent. count: how often it was met. closed_by: "" while it is open."""

    tenant: str
    tipo: str
    entity_id: int
    name: Name
    kind: Kind
    kept: str = field(repr=False)
    lost: str = field(repr=False)
    first_ms: int
    last_ms: int
    count: int
    closed_by: str = ""

    @property
    def id(self) -> str:
        """Names this very disagreement: another value in its place, listed later, is another one."""
        return f"{self.tipo}-{self.entity_id}-{self.name}-{self.first_ms}"


class Dissents:
    """table: Core."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def note(self, link: Link, dissent: Dissent, now_ms: int) -> None:
        """List it, or count it once more, with what stands now. What somebody closed stays closed until another value
        is lost."""
        pk, sk = keys.dissent(*link.person, dissent.name)
        again = Update(
            pk,
            sk,
            set={"last_ms": now_ms, "kind": dissent.kind, "kept": dissent.kept},
            add={"count": 1},
            when=all_of(exists("pk"), eq("lost", dissent.lost)),
        )
        new = Put(
            {
                "pk": pk,
                "sk": sk,
                "tenant": link.tenant,
                "tipo": link.tipo,
                "entity_id": link.entity_id,
                "name": dissent.name,
                "kind": dissent.kind,
                "kept": dissent.kept,
                "lost": dissent.lost,
                "first_ms": now_ms,
                "last_ms": now_ms,
                "count": 1,
                "closed_by": "",
                "expires_at": now_ms // 1000 + KEPT_SECONDS,
                "gsi1pk": f"DISSENTS#{link.tenant}",
                "gsi1sk": f"{now_ms:013d}#{link.tipo}#{link.entity_id}#{dissent.name}",
            },
            when=any_of(absent("pk"), ne("lost", dissent.lost)),
        )
        for write in (again, new, again):
            try:
                self._table.write(write)
            except ConditionFailed:
                continue
            return

    def listed(self, tenant: str, limit: int = 1000) -> list[Listed]:
        """The open ones, oldest first; eventually consistent."""
        rows = self._table.query_index(f"DISSENTS#{tenant}", limit)
        items = (self._table.get(str(row["pk"]), str(row["sk"])) for row in rows)
        return [_listed(item) for item in items if item and not item["closed_by"]]

    def page(self, tenant: str, after: str = "", limit: int = 100) -> tuple[list[Listed], str]:
        """Some of the open ones, oldest first, and where to go on, "" at the end; eventually consistent."""
        rows = self._table.query_index(f"DISSENTS#{tenant}", limit, after)
        items = (self._table.get(str(row["pk"]), str(row["sk"])) for row in rows)
        found = [_listed(item) for item in items if item and not item["closed_by"]]
        return found, str(rows[-1]["gsi1sk"]) if len(rows) == limit else ""

    def get(self, tenant: str, listed_id: str) -> Listed | None:
        """By `Listed.id`, closed ones too; None where there is none, or another value has taken its place."""
        parts = listed_id.split("-")
        if len(parts) != 4 or not (parts[1].isascii() and parts[1].isdigit() and len(parts[1]) <= 19):
            return None
        item = self._table.get(*keys.dissent(tenant, parts[0], int(parts[1]), parts[2]))
        found = _listed(item) if item else None
        return found if found and found.id == listed_id else None

    def of_person(self, tenant: str, tipo: str, entity_id: int) -> list[Listed]:
        """All that are kept of one person, closed ones too."""
        pk, sk = keys.dissent(tenant, tipo, entity_id, "")
        return [_listed(item) for item in self._table.query(pk, sk)]

    def erase(self, listed: Listed) -> None:
        """Values and all."""
        self._table.write(Delete(*keys.dissent(listed.tenant, listed.tipo, listed.entity_id, listed.name)))

    def close(self, listed: Listed, by: str) -> bool:
        """False where somebody closed it before, or another value has taken its place."""
        update = Update(
            *keys.dissent(listed.tenant, listed.tipo, listed.entity_id, listed.name),
            set={"closed_by": by},
            remove=["gsi1pk", "gsi1sk"],
            when=all_of(eq("closed_by", ""), eq("lost", listed.lost)),
        )
        try:
            self._table.write(update)
        except ConditionFailed:
            return False
        return True


def _listed(item: Mapping[str, Any]) -> Listed:
    return Listed(
        tenant=str(item["tenant"]),
        tipo=str(item["tipo"]),
        entity_id=int(item["entity_id"]),
        name=item["name"],
        kind=item["kind"],
        kept=str(item["kept"]),
        lost=str(item["lost"]),
        first_ms=int(item["first_ms"]),
        last_ms=int(item["last_ms"]),
        count=int(item["count"]),
        closed_by=str(item["closed_by"]),
    )
