"""The messages of offices' conversations: each stored once, by Chatwoot's own id, however often and by whom it is told.

They have no end of life of their own: an office keeps its correspondence, and erases it by person or as a whole. A text
may be longer than an item can be; what is over PIECE_CHARS lies in pieces behind the item and is written before it, so
that whoever sees the item sees the whole text.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ponte.conversas.values import Anexo, Mensagem
from ponte.digest import digest
from ponte.errors import Contended
from ponte.storage import keys
from ponte.storage.table import ConditionFailed, Delete, Item, Put, Table, absent, eq

PIECE_CHARS = 60_000  # 240 KB at most, of an item's 400
PAGE = 100
TRIES = 5


@dataclass(frozen=True, slots=True)
class Page:
    """In the conversation's order. cursor: the id to go on after, 0 at the end."""

    mensagens: tuple[Mensagem, ...]
    cursor: int


class Mensagens:
    """table: Message."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def read(self, tenant: str, account_id: int, number: int, message_id: int) -> Mensagem | None:
        item = self._table.get(*keys.talk_message(tenant, account_id, number, message_id))
        return self._whole(item) if item else None

    def keep(
        self, told: Mensagem, merge: Callable[[Mensagem], Mensagem], now_ms: int
    ) -> tuple[Mensagem | None, Mensagem]:
        """Store what was told, or what `merge` makes of it and the message that is known: (before, after).

        merge is asked anew when somebody else was quicker. Raises Contended after TRIES.
        """
        for _ in range(TRIES):
            known = self.read(told.tenant, told.account_id, told.number, told.message_id)
            wanted = merge(known) if known else told
            if known is not None and replace(wanted, version=known.version, saved_ms=known.saved_ms) == known:
                return known, known
            after = replace(wanted, version=known.version + 1 if known else 1, saved_ms=now_ms)
            if self._put(known, after):
                return known, after
        raise Contended("mensagem")

    def page(self, tenant: str, account_id: int, number: int, after: int = 0, limit: int = PAGE) -> Page:
        """Those after the given id."""
        pk, start = keys.talk_message(tenant, account_id, number, after)
        most = min(limit, PAGE)
        # Behind `start` there may be pieces of that very message, so the place is after all of them.
        rows = self._table.query(pk, "MSG#", most, after=f"{start}#~" if after else "")
        mains = [row for row in rows if "message_id" in row]
        pieces = {str(row["sk"]): row for row in rows if "piece" in row}
        found = (self._whole(row, pieces) for row in mains)
        cursor = int(mains[-1]["message_id"]) if mains and len(rows) == most else 0
        return Page(tuple(one for one in found if one is not None), cursor)

    def erase(self, tenant: str, account_id: int, number: int) -> int:
        """All of a conversation, and how many messages that were."""
        pk, _ = keys.talk_message(tenant, account_id, number, 0)
        erased = 0
        while rows := self._table.query(pk, "MSG#", PAGE):
            for row in rows:
                self._table.write(Delete(pk, str(row["sk"])))
            erased += sum("message_id" in row for row in rows)
        return erased

    def _put(self, known: Mensagem | None, after: Mensagem) -> bool:
        item = _item(after)
        pk, sk = str(item["pk"]), str(item["sk"])
        for name, piece in _pieces(sk, after.conteudo).items():
            self._table.write(Put({"pk": pk, "sk": name, "piece": piece}))
        try:
            self._table.write(Put(item, when=eq("version", known.version) if known else absent("pk")))
        except ConditionFailed as failed:
            self._drop(pk, _pieces(sk, after.conteudo), (failed.old or {}).get("pieces", []))
            return False
        if known is not None:
            self._drop(pk, _pieces(sk, known.conteudo), item["pieces"])
        return True

    def _drop(self, pk: str, names: Iterable[str], but: Sequence[str]) -> None:
        for name in names:
            if name not in but:
                self._table.write(Delete(pk, name))

    def _whole(self, item: Item, at_hand: Mapping[str, Item] | None = None) -> Mensagem | None:
        """The message with all of its text; pieces that are not at hand are read. None: it is gone meanwhile."""
        pk, sk = str(item["pk"]), str(item["sk"])
        for _ in range(TRIES):
            found = [(at_hand or {}).get(name) or self._table.get(pk, name) for name in item["pieces"]]
            if all(found):
                text = "".join(str(piece["piece"]) for piece in found if piece)
                return mensagem_of({**item, "conteudo": str(item["conteudo"]) + text})
            again = self._table.get(pk, sk)  # it was changed in between, and its pieces are others
            if again is None:
                return None
            item = again
        raise Contended("mensagem")


def _pieces(sk: str, text: str) -> dict[str, str]:
    """What of a text stands behind its item, by sort key: named by the text, so that equal names are equal texts."""
    if len(text) <= PIECE_CHARS:
        return {}
    mark = digest(text)
    starts = range(PIECE_CHARS, len(text), PIECE_CHARS)
    return {f"{sk}#{mark}#{n}": text[at : at + PIECE_CHARS] for n, at in enumerate(starts)}


def _item(one: Mensagem) -> Item:
    pk, sk = keys.talk_message(one.tenant, one.account_id, one.number, one.message_id)
    own = {name: getattr(one, name) for name in one.__slots__}
    own["conteudo"] = one.conteudo[:PIECE_CHARS]
    own["anexos"] = [{name: getattr(each, name) for name in each.__slots__} for each in one.anexos]
    return {**own, "pk": pk, "sk": sk, "pieces": list(_pieces(sk, one.conteudo))}


def items_of(one: Mensagem) -> list[Item]:
    """The item and its pieces, for whoever writes whole tables."""
    item = _item(one)
    pieces = _pieces(str(item["sk"]), one.conteudo)
    return [item, *({"pk": item["pk"], "sk": name, "piece": piece} for name, piece in pieces.items())]


def mensagem_of(item: Mapping[str, Any]) -> Mensagem:
    own = {name: item[name] for name in Mensagem.__slots__ if name in item}
    return Mensagem(**{**own, "anexos": tuple(Anexo(**each) for each in own.get("anexos", []))})
