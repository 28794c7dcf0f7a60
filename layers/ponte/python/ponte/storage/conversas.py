"""The conversations of offices: one item each, changed only under its version, and its entries in lists.

An item can stand in one list of the index only, so each further list has a small entry beside it: of the person whose
conversation it is, of the agent who has it by its state, of those that lag behind. They are written with the item in
one transaction, and only when their place changes. All lists but the last go by the latest activity, newest first.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ponte.conversas.values import Conversa, Situacao, Unread
from ponte.errors import Contended
from ponte.storage import keys
from ponte.storage.table import ConditionFailed, Delete, Item, Put, Table, TransactionRefused, Write, absent, eq

LATEST_MS = 9_999_999_999_999  # in 2286: what times are counted back from, so that the newest come first
PAGE = 100
TRIES = 5
_ENTRIES = ("PERSON", "USER", "UNSYNCED")


@dataclass(frozen=True, slots=True)
class Page:
    """cursor: to go on after these, "" at the end. Eventually consistent."""

    conversas: tuple[Conversa, ...]
    cursor: str


class Conversas:
    """table: Core."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def read(self, tenant: str, account_id: int, number: int) -> Conversa | None:
        item = self._table.get(*keys.talk(tenant, account_id, number))
        return conversa_of(item) if item else None

    def change(
        self, tenant: str, account_id: int, number: int, grow: Callable[[Conversa | None], Conversa], now_ms: int
    ) -> tuple[Conversa | None, Conversa]:
        """Keep what `grow` makes of it: (before, after). It is asked anew when somebody else was quicker, so it has no
        effect of its own. What does not change is not written. Raises Contended after TRIES."""
        for _ in range(TRIES):
            known = self.read(tenant, account_id, number)
            wanted = grow(known)
            if known is not None and replace(wanted, version=known.version, saved_ms=known.saved_ms) == known:
                return known, known
            version = known.version if known else 0
            after = replace(
                wanted, version=version + 1, saved_ms=now_ms, created_ms=known.created_ms if known else now_ms
            )
            if self._put(known, after):
                return known, after
        raise Contended("conversa")

    def of_office(self, tenant: str, limit: int = PAGE, after: str = "") -> Page:
        return self._page(keys.talks(tenant), limit, after, lambda _: True)

    def of_person(self, tenant: str, tipo: str, entity_id: int, limit: int = PAGE, after: str = "") -> Page:
        """Of a client (tipo "cliente"), or of anybody else in Zattar."""
        place = keys.talks(tenant, "PERSON", tipo, str(entity_id))
        return self._page(place, limit, after, lambda one: (one.tipo, one.entity_id) == (tipo, entity_id))

    def of_user(
        self, tenant: str, usuario_id: int, situacao: Situacao = "open", limit: int = PAGE, after: str = ""
    ) -> Page:
        """What an agent has in one state: "my open conversations"."""
        place = keys.talks(tenant, "USER", str(usuario_id), situacao)
        return self._page(place, limit, after, lambda one: (one.usuario_id, one.situacao) == (usuario_id, situacao))

    def unsynced(self, tenant: str, limit: int = PAGE, after: str = "") -> Page:
        """Those of which no whole state is known, or which a write of ours could not reach; the longest so first."""
        return self._page(keys.talks(tenant, "UNSYNCED"), limit, after, lambda one: not one.synced)

    def erase(self, one: Conversa) -> None:
        """What was said in it goes before: storage/mensagens.py."""
        key = (one.tenant, one.account_id, one.number)
        self._table.transact([Delete(*keys.talk(*key)), *(Delete(*keys.talk_entry(*key, name)) for name in _ENTRIES)])

    def _page(self, place: str, limit: int, after: str, still: Callable[[Conversa], bool]) -> Page:
        """An entry may be older than its item, so the item says whether it still belongs there."""
        rows = self._table.query_index(place, min(limit, PAGE), after)
        wanted = list(dict.fromkeys((str(row["pk"]), "TALK") for row in rows))
        items = {str(item["pk"]): item for item in (self._table.get_many(wanted) if wanted else [])}
        found = (conversa_of(items[pk]) for pk, _ in wanted if pk in items)
        cursor = str(rows[-1]["gsi1sk"]) if len(rows) == min(limit, PAGE) else ""
        return Page(tuple(one for one in found if still(one)), cursor)

    def _put(self, known: Conversa | None, after: Conversa) -> bool:
        guard = eq("version", known.version) if known else absent("pk")
        writes: list[Write] = [Put(item_of(after), when=guard)]
        before, now = _places(known) if known else {}, _places(after)
        for name in _ENTRIES:
            if before.get(name) != now.get(name):
                place = now.get(name)
                key = keys.talk_entry(after.tenant, after.account_id, after.number, name)
                writes.append(Put(_entry(key, place)) if place else Delete(*key))
        try:
            if len(writes) == 1:
                self._table.write(writes[0])
            else:
                self._table.transact(writes)
        except (ConditionFailed, TransactionRefused):
            return False
        return True


def _places(one: Conversa) -> dict[str, tuple[str, str]]:
    """(list, place in it) of each entry that the conversation has."""
    at = _newest_first(one)
    found = {}
    if one.tipo:
        found["PERSON"] = keys.talks(one.tenant, "PERSON", one.tipo, str(one.entity_id)), at
    if one.usuario_id:
        found["USER"] = keys.talks(one.tenant, "USER", str(one.usuario_id), one.situacao), at
    if not one.synced:
        found["UNSYNCED"] = keys.talks(one.tenant, "UNSYNCED"), f"{one.created_ms:013d}#{one.id}"
    return found


def _newest_first(one: Conversa) -> str:
    return f"{LATEST_MS - one.ultima_atividade_ms:013d}#{one.id}"


def item_of(one: Conversa) -> Item:
    pk, sk = keys.talk(one.tenant, one.account_id, one.number)
    own = {name: getattr(one, name) for name in one.__slots__}
    return {
        **own,
        "pk": pk,
        "sk": sk,
        "etiquetas": list(one.etiquetas),
        "unread": [[each.message_id, each.created_ms] for each in one.unread],
        "gsi1pk": keys.talks(one.tenant),
        "gsi1sk": _newest_first(one),
    }


def items_of(one: Conversa) -> list[Item]:
    """The item and its entries, for whoever writes whole tables."""
    key = (one.tenant, one.account_id, one.number)
    return [item_of(one), *(_entry(keys.talk_entry(*key, name), place) for name, place in _places(one).items())]


def _entry(key: tuple[str, str], place: tuple[str, str]) -> Item:
    return {"pk": key[0], "sk": key[1], "gsi1pk": place[0], "gsi1sk": place[1]}


def conversa_of(item: Mapping[str, Any]) -> Conversa:
    own = {name: item[name] for name in Conversa.__slots__ if name in item}
    unread = tuple(Unread(int(each[0]), int(each[1])) for each in own.pop("unread", []))
    etiquetas = tuple(str(each) for each in own.pop("etiquetas", []))
    return Conversa(**own, unread=unread, etiquetas=etiquetas)
