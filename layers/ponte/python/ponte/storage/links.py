"""Which contact of Chatwoot shows which person of Zattar, and what both showed when they were last equal.

Two rules hold at any moment, by transactions: a person has one contact, a contact shows one person. A link's own item
changes only under its version, so that two workers with one person never undo each other's base.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from ponte.people.links import Link
from ponte.people.shared import FIELDS, Shown
from ponte.storage import keys
from ponte.storage.table import (
    ConditionFailed,
    Delete,
    Item,
    Put,
    Table,
    TransactionRefused,
    Write,
    absent,
    eq,
)

type Taken = Literal["person", "contact"]

CHUNK = 100  # keys of one read


class Conflict(Exception):
    """A link cannot be made. taken: the person has another contact, or the contact shows another person."""

    def __init__(self, taken: Taken) -> None:
        super().__init__(taken)
        self.taken = taken


@dataclass(frozen=True, slots=True)
class LinkPage:
    """place: where the next page begins. Links that moved to the other list meanwhile are left out."""

    links: tuple[Link, ...]
    place: str
    is_end: bool


class Links:
    """table: Core."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def of_person(self, tenant: str, tipo: str, entity_id: int) -> Link | None:
        item = self._table.get(*keys.link(tenant, tipo, entity_id))
        return link_of(item) if item else None

    def of_contact(self, tenant: str, account_id: int, contact_id: int) -> Link | None:
        """Read through the pointer; None also where the link moved on in between."""
        pointer = self._table.get(*keys.linked_contact(tenant, account_id, contact_id))
        if pointer is None:
            return None
        found = self.of_person(tenant, str(pointer["tipo"]), int(pointer["entity_id"]))
        return found if found and (found.account_id, found.contact_id) == (account_id, contact_id) else None

    def of_people(self, tenant: str, people: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Link]:
        """Many at once, by (tipo, entity_id); those without a link are left out."""
        rows = self._many([keys.link(tenant, tipo, entity_id) for tipo, entity_id in people])
        return {(link.tipo, link.entity_id): link for link in map(link_of, rows)}

    def make(self, link: Link, now_ms: int) -> Link:
        """A new link. The same one again is what stands already. Raises Conflict."""
        new = replace(link, version=1, created_ms=now_ms, updated_ms=now_ms)
        try:
            self._table.transact([Put(item_of(new), when=absent("pk")), Put(_pointer(new), when=absent("pk"))])
        except TransactionRefused:
            known = self.of_person(*link.person)
            if known is None:
                raise Conflict("contact") from None
            if (known.account_id, known.contact_id) != (link.account_id, link.contact_id):
                raise Conflict("person") from None
            return known
        return new

    def save(self, link: Link, now_ms: int) -> Link | None:
        """Keep what was learnt, under the version that was read; None where somebody else was quicker: read again."""
        new = replace(link, version=link.version + 1, updated_ms=now_ms)
        try:
            self._table.write(Put(item_of(new), when=eq("version", link.version)))
        except ConditionFailed:
            return None
        return new

    def move(self, link: Link, contact_id: int, now_ms: int) -> Link | None:
        """The person's contact was merged into another one, which has none of ours: the link goes along. Its base is
        what it was, so that whatever the merge brought counts as Chatwoot's change. None: read again. Raises Conflict.
        """
        new = replace(link, contact_id=contact_id, version=link.version + 1, updated_ms=now_ms)
        writes: list[Write] = [
            Put(item_of(new), when=eq("version", link.version)),
            Put(_pointer(new), when=absent("pk")),
            Delete(*keys.linked_contact(link.tenant, link.account_id, link.contact_id)),
        ]
        return new if self._moved(writes, new) else None

    def end(self, link: Link) -> bool:
        """No link any more: by a person's word, or because a side is gone. False: somebody else changed it."""
        writes: list[Write] = [
            Delete(*keys.link(*link.person), when=eq("version", link.version)),
            Delete(*keys.linked_contact(link.tenant, link.account_id, link.contact_id)),
        ]
        return self._moved(writes, None)

    def unlink(self, link: Link, by: str, now_ms: int) -> bool:
        """End a link by a person's word, and remember that: no event links the two again, only somebody who insists
        does, or a link by hand. False: somebody else changed it."""
        pk, sk = keys.unlinked(*link.person)
        writes: list[Write] = [
            Delete(*keys.link(*link.person), when=eq("version", link.version)),
            Delete(*keys.linked_contact(link.tenant, link.account_id, link.contact_id)),
            Put({"pk": pk, "sk": sk, "by": by, "at_ms": now_ms}),
        ]
        return self._moved(writes, None)

    def is_unlinked(self, tenant: str, tipo: str, entity_id: int) -> bool:
        """Whether a person without a link is without one by somebody's word."""
        return self._table.get(*keys.unlinked(tenant, tipo, entity_id)) is not None

    def unsynced(self, tenant: str, limit: int = 1000) -> list[Link]:
        """Links of which a side lags behind, the longest first; eventually consistent."""
        return list(self.page(tenant, limit=limit, synced=False).links)

    def page(self, tenant: str, after: str = "", limit: int = CHUNK, *, synced: bool) -> "LinkPage":
        """A page of an office's links, those in step by person, the others by how long they lag behind; eventually
        consistent. after: `LinkPage.place` of the page before."""
        rows = self._table.query_index(_linked(tenant) if synced else _lagging(tenant), limit, after)
        items = self._many([(str(row["pk"]), str(row["sk"])) for row in rows])
        links = sorted((link for link in map(link_of, items) if link.synced == synced), key=place)
        return LinkPage(tuple(links), str(rows[-1]["gsi1sk"]) if rows else after, len(rows) < limit)

    def count(self, tenant: str) -> int:
        """How many links an office has in step, by reading all their keys; eventually consistent."""
        after, found = "", 0
        while rows := self._table.query_index(_linked(tenant), 1000, after):
            found, after = found + len(rows), str(rows[-1]["gsi1sk"])
        return found

    def _many(self, wanted: Sequence[tuple[str, str]]) -> list[Item]:
        wanted = list(dict.fromkeys(wanted))
        chunks = (wanted[start : start + CHUNK] for start in range(0, len(wanted), CHUNK))
        return [item for chunk in chunks for item in self._table.get_many(chunk)]

    def _moved(self, writes: list[Write], new: Link | None) -> bool:
        try:
            self._table.transact(writes)
        except TransactionRefused as refused:
            if new is not None and 1 in refused.failed:
                raise Conflict("contact") from None
            return False
        return True


def item_of(link: Link) -> Item:
    pk, sk = keys.link(*link.person)
    item: Item = {
        "pk": pk,
        "sk": sk,
        "tenant": link.tenant,
        "tipo": link.tipo,
        "entity_id": link.entity_id,
        "account_id": link.account_id,
        "contact_id": link.contact_id,
        "person_mark": link.person_mark,
        "contact_mark": link.contact_mark,
        "inbox_id": link.inbox_id,
        "source_id": link.source_id,
        "synced": link.synced,
        "error": link.error,
        "synced_ms": link.synced_ms,
        "created_ms": link.created_ms,
        "updated_ms": link.updated_ms,
        "writes": link.writes,
        "writes_from_ms": link.writes_from_ms,
        "version": link.version,
    }
    if link.base is not None:
        item["base"] = link.base.as_item()
    if link.pending:
        item["pending"] = dict(link.pending)
    if link.pubsub_token_ct:
        item["pubsub_token_ct"] = link.pubsub_token_ct
    item |= {"gsi1pk": _linked(link.tenant) if link.synced else _lagging(link.tenant), "gsi1sk": place(link)}
    return item


def place(link: Link) -> str:
    """Where a link stands in its list: those in step by person, the others by how long they lag behind."""
    person = f"{link.tipo}#{link.entity_id:019d}"
    return person if link.synced else f"{link.synced_ms:013d}#{person}"


def _linked(tenant: str) -> str:
    return f"LINKS#{tenant}"


def _lagging(tenant: str) -> str:
    return f"UNSYNCED#{tenant}"


def link_of(item: Mapping[str, Any]) -> Link:
    return Link(
        tenant=str(item["tenant"]),
        tipo=str(item["tipo"]),
        entity_id=int(item["entity_id"]),
        account_id=int(item["account_id"]),
        contact_id=int(item["contact_id"]),
        base=Shown.of(item["base"]) if "base" in item else None,
        pending={name: str(item["pending"][name]) for name in FIELDS if name in item.get("pending", {})},
        person_mark=str(item["person_mark"]),
        contact_mark=str(item["contact_mark"]),
        inbox_id=int(item["inbox_id"]),
        source_id=str(item["source_id"]),
        pubsub_token_ct=bytes(item.get("pubsub_token_ct", b"")),
        synced=bool(item["synced"]),
        error=str(item["error"]),
        synced_ms=int(item["synced_ms"]),
        created_ms=int(item["created_ms"]),
        updated_ms=int(item["updated_ms"]),
        writes=int(item["writes"]),
        writes_from_ms=int(item["writes_from_ms"]),
        version=int(item["version"]),
    )


def _pointer(link: Link) -> Item:
    pk, sk = keys.linked_contact(link.tenant, link.account_id, link.contact_id)
    return {"pk": pk, "sk": sk, "tipo": link.tipo, "entity_id": link.entity_id}
