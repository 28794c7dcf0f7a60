"""People who were found to be one: pointers from one to the other, which can be taken away again.

Nothing is moved when two people become one: aliases, conversations and chats stay whose they were, and an item of the
absorbed person points to the surviving one. So taking the pointer away restores exactly what was, with everything that
was learnt since on the side it was learnt of. Pointers form trees; a root is a person who points nowhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ponte.digest import digest
from ponte.storage import keys
from ponte.storage.table import (
    Item,
    Put,
    Table,
    TransactionRefused,
    Update,
    Write,
    absent,
    all_of,
    eq,
    exists,
)

GROUP_MAX = 30  # people behind one root; a merge that would make more is refused
CONTENDED = 8  # tries of a transaction that others keep overtaking


class NotMergeable(Exception):
    """The merge or its undoing cannot be done; nothing was written. code: a stable word for whoever asked.

    "same": already one person. "too_many": the group would grow beyond GROUP_MAX. "not_found", "undone":
    no such merge, or it was taken back before. "contended": others kept changing the same people: ask again.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Merge:
    """One merge as it was done. by: who asked for it, "rotation" for Meta's own word. case: of the inbox, that it
    closed, "" for none. undone_ms: 0 while it stands."""

    id: str
    tenant: str
    survivor: str
    absorbed: str
    by: str
    at_ms: int
    undone_ms: int = 0
    undone_by: str = ""
    case: str = ""


class People:
    """table: Core."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def roots(self, tenant: str, people: Iterable[str]) -> dict[str, str]:
        """Into whom each of them was merged, into themselves where others were; those who are alone are left out."""
        roots: dict[str, str] = {}
        heads = {person: person for person in people if person}
        for _ in range(GROUP_MAX + 1):
            rows = self._rows(tenant, set(heads.values()))
            into = {person: str(row["into"]) for person, row in rows.items() if "into" in row}
            roots |= {person: head for person, head in heads.items() if rows.get(head, {}).get("members")}
            heads = {person: into[head] for person, head in heads.items() if head in into}
            if not heads:
                return roots
            roots |= heads
        raise RuntimeError("people point in a circle")  # cannot be: a pointer is only made from root to root

    def group(self, tenant: str, person: str) -> list[str]:
        """Everybody who is one with `person`, the root first, then in the order in which they were merged."""
        if not self._rows(tenant, {person}):
            return [person]
        root = self.roots(tenant, [person]).get(person, person)
        members: dict[str, list[str]] = {}
        level = [root]
        while level:
            rows = self._rows(tenant, set(level))
            members |= {head: [str(each) for each in rows.get(head, {}).get("members", [])] for head in level}
            level = [each for head in level for each in members[head]]
        return _in_order(root, members)

    def merge(self, tenant: str, survivor: str, absorbed: str, by: str, now_ms: int, case: str = "") -> Merge:
        """Make two people one. Raises NotMergeable."""
        for _ in range(CONTENDED):
            made, writes = self.merge_writes(tenant, survivor, absorbed, by, now_ms, case)
            try:
                self._table.transact(writes)
            except TransactionRefused:
                continue
            return made
        raise NotMergeable("contended")

    def merge_writes(
        self, tenant: str, survivor: str, absorbed: str, by: str, now_ms: int, case: str = ""
    ) -> tuple[Merge, list[Write]]:
        """The merge of two people's roots, for a transaction of the caller's. Raises NotMergeable.

        A merge makes only pointers between roots, and only on the condition that both still are: no circle can come.
        """
        roots = self.roots(tenant, [survivor, absorbed])
        stays, goes = roots.get(survivor, survivor), roots.get(absorbed, absorbed)
        if stays == goes:
            raise NotMergeable("same")
        group = self.group(tenant, stays) + self.group(tenant, goes)
        if len(group) > GROUP_MAX:
            raise NotMergeable("too_many")
        made = Merge("m" + digest(tenant, stays, goes, str(now_ms)), tenant, stays, goes, by, now_ms, case=case)
        named = {"tenant": tenant}
        return made, [
            Update(
                *keys.person(tenant, goes),
                set={**named, "person": goes, "into": stays, "merge": made.id},
                add={"ver": 1},
                when=absent("into"),
            ),
            Update(
                *keys.person(tenant, stays),
                set={**named, "person": stays},
                append={"members": [goes]},
                add={"ver": 1},
                when=absent("into"),
            ),
            Put(_merge_item(made), when=absent("pk")),
        ]

    def undo(self, merge: Merge, by: str, now_ms: int) -> Merge:
        """Take a merge back: both are again who they were, also where one of them was merged further since.

        Raises NotMergeable.
        """
        for _ in range(CONTENDED):
            held = self.get(merge.tenant, merge.id)
            if held is None:
                raise NotMergeable("not_found")
            if held.undone_ms:
                raise NotMergeable("undone")
            head = self._table.get(*keys.person(held.tenant, held.survivor)) or {}
            left = [str(each) for each in head.get("members", []) if each != held.absorbed]
            writes: list[Write] = [
                Update(
                    *keys.person(held.tenant, held.absorbed),
                    remove=["into", "merge"],
                    add={"ver": 1},
                    when=eq("merge", held.id),
                ),
                Update(
                    *keys.person(held.tenant, held.survivor),
                    set={"members": left},
                    add={"ver": 1},
                    when=eq("ver", int(head.get("ver", 0))),
                ),
                Update(
                    *keys.merge(held.tenant, held.id),
                    set={"undone_ms": now_ms, "undone_by": by},
                    when=all_of(exists("pk"), absent("undone_ms")),
                ),
            ]
            try:
                self._table.transact(writes)
            except TransactionRefused:
                continue
            return self.get(held.tenant, held.id) or held
        raise NotMergeable("contended")

    def get(self, tenant: str, merge_id: str) -> Merge | None:
        item = self._table.get(*keys.merge(tenant, merge_id))
        return _merge_of(item) if item else None

    def merges(self, tenant: str, limit: int = 1000) -> list[Merge]:
        """Done and undone, oldest first; eventually consistent."""
        return [_merge_of(row) for row in self._table.query_index(f"MERGES#{tenant}", limit)]

    def _rows(self, tenant: str, people: set[str]) -> dict[str, Item]:
        rows = self._table.get_many([keys.person(tenant, each) for each in sorted(people)]) if people else []
        return {str(row["person"]): row for row in rows}


def _in_order(head: str, members: dict[str, list[str]]) -> list[str]:
    return [head, *(each for member in members[head] for each in _in_order(member, members))]


def _merge_item(merge: Merge) -> Item:
    pk, sk = keys.merge(merge.tenant, merge.id)
    return {
        "pk": pk,
        "sk": sk,
        "id": merge.id,
        "tenant": merge.tenant,
        "survivor": merge.survivor,
        "absorbed": merge.absorbed,
        "by": merge.by,
        "at_ms": merge.at_ms,
        "case": merge.case,
        "gsi1pk": f"MERGES#{merge.tenant}",
        "gsi1sk": f"{merge.at_ms:015d}#{merge.id}",
    }


def _merge_of(item: Item) -> Merge:
    return Merge(
        id=str(item["id"]),
        tenant=str(item["tenant"]),
        survivor=str(item["survivor"]),
        absorbed=str(item["absorbed"]),
        by=str(item["by"]),
        at_ms=int(item["at_ms"]),
        undone_ms=int(item.get("undone_ms", 0)),
        undone_by=str(item.get("undone_by", "")),
        case=str(item.get("case", "")),
    )
