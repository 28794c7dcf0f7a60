"""The audit trail: who had what done, and when. Rows are only ever added, each chained to the one before it.

    A#<tenant>#<chain>            <n>              a row; its hash covers everything in it and the hash of row n - 1
    A#<tenant>#<chain>            HEAD             the newest row's n and hash
    AE#<tenant>#<tipo>#<id>       <newest first>   where the rows about one person of an office are
    AX#<tenant>#<account>#<id>    <newest first>   where those about one contact of Chatwoot are

Row, head and pointers are one transaction on the head as it was, so that two workers never follow the same row. A
worker that knows the head pays one call; one that does not is told it by the refusal and pays two.

Personal values lie encrypted beside what is hashed, which holds the hash of their ciphertext: they can be taken away
and the chain still holds (docs/decisions/0016).

A row is written *before* what it tells of: a row for something that then did not happen explains itself by the next
row, while a change without a row would be a gap.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ponte.errors import Contended, Misconfigured
from ponte.storage import keys
from ponte.storage.grants import Cipher, context
from ponte.storage.table import Item, Put, Table, TransactionRefused, Update, Write, absent, eq, exists

KEPT_SECONDS = 5 * 365 * 24 * 3600
CHAINS = 4  # of a tenant, by person: forty workers of a bulk import rarely meet on one head
TRIES = 8
BLOCK = 1000  # rows whose sort keys begin alike: a chain is walked so many at a time
VALUES_BYTES = 4096  # what KMS encrypts in one call
HEAD = "HEAD"
_FIELD = "audit.values"
_UNHASHED = ("pk", "sk", "hash", "sealed")
_LAST_MS = 10**15 - 1
_LAST_N = 10**12 - 1


class Place(NamedTuple):
    """Where a row stands: which of the tenant's chains, and its number there, from 1."""

    chain: int
    n: int


@dataclass(frozen=True, slots=True)
class Note:
    """What is to be noted. action: a dotted word. by: who asked, or what acted of itself. detail: stable words and ids
    of ours only. person: (tipo, entity_id). contact: (account_id, contact_id). values: personal, VALUES_BYTES at most;
    "" for none."""

    action: str
    by: str
    detail: Mapping[str, str] = field(default_factory=dict)
    person: tuple[str, int] | None = None
    contact: tuple[int, int] | None = None
    values: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it was written. has_values: whether it came with personal values; sealed: them, b"" once erased."""

    place: Place
    action: str
    by: str
    at_ms: int
    detail: Mapping[str, str]
    person: tuple[str, int] | None
    contact: tuple[int, int] | None
    has_values: bool
    sealed: bytes = field(repr=False)


class Audit:
    """table: Audit. cipher: for personal values; the customer bridge notes none."""

    def __init__(self, table: Table, cipher: Cipher | None = None) -> None:
        self._table = table
        self._cipher = cipher
        self._heads: dict[tuple[str, int], Item] = {}

    def note(self, tenant: str, action: str, by: str, now_ms: int, detail: Mapping[str, str]) -> None:
        """A row about nobody in particular. Raises Contended."""
        self.add(tenant, Note(action, by, detail), now_ms)

    def add(self, tenant: str, note: Note, now_ms: int, chain: int | None = None) -> Place:
        """Put a row at the end of its chain. Raises Contended where others were quicker each time: come back.

        chain: its person's unless one is named.
        """
        chain = chain_of(note.person) if chain is None else chain
        told = _told(tenant, note, now_ms)
        sealed = self._sealed(tenant, note.values)
        for _ in range(TRIES):
            head = self._heads.get((tenant, chain), {})
            row = _row(told, chain, head, sealed)
            new = {"pk": row["pk"], "sk": HEAD, "n": row["n"], "hash": row["hash"], "expires": row["expires_at"]}
            writes: list[Write] = [
                Put(row, when=absent("pk")),
                Put(new, when=eq("hash", head["hash"]) if head else absent("pk")),
                *_pointers(tenant, row),
            ]
            try:
                self._table.transact(writes)
            except TransactionRefused as refused:
                if 1 in refused.failed:
                    self._heads[tenant, chain] = refused.failed[1] or {}
                continue
            self._heads[tenant, chain] = new
            return Place(chain, int(row["n"]))
        raise Contended("audit_contended")

    def of_person(self, tenant: str, tipo: str, entity_id: int, limit: int = 100) -> list[Row]:
        """The newest first."""
        return self._pointed(keys.audited_person(tenant, tipo, entity_id), limit)

    def of_contact(self, tenant: str, account_id: int, contact_id: int, limit: int = 100) -> list[Row]:
        """The newest first; also of people whom the contact showed once."""
        return self._pointed(keys.audited_contact(tenant, account_id, contact_id), limit)

    def recent(self, tenant: str, limit: int = 100) -> list[Row]:
        """A tenant's newest rows, the newest first."""
        found: list[Row] = []
        for chain in range(CHAINS):
            items: list[Item] = []
            block = int((self.head(tenant, chain) or {"n": 0})["n"]) // BLOCK
            while block >= 0 and len(items) < limit:
                items = self.block(tenant, chain, block) + items
                block -= 1
            found += map(row_of, items[-limit:])
        return sorted(found, key=lambda row: (row.at_ms, row.place.n), reverse=True)[:limit]

    def values(self, tenant: str, row: Row) -> str:
        """The personal values of a row in clear; "" where there are none or they were erased."""
        if not row.sealed or self._cipher is None:
            return ""
        return self._cipher.decrypt(row.sealed, context(tenant, _FIELD))

    def erase(self, tenant: str, row: Row) -> None:
        """Take a row's personal values away. Only after a row that says so: see storage/audit_check.py."""
        pk = keys.audit_chain(tenant, row.place.chain)
        self._table.write(Update(pk, _sk(row.place.n), remove=["sealed"], when=exists("pk")))

    def head(self, tenant: str, chain: int) -> Item | None:
        return self._table.get(keys.audit_chain(tenant, chain), HEAD)

    def block(self, tenant: str, chain: int, number: int) -> list[Item]:
        """The rows number * BLOCK to number * BLOCK + BLOCK - 1 of a chain, as they are stored, in order."""
        return self._table.query(keys.audit_chain(tenant, chain), _sk(number * BLOCK)[:-3], BLOCK)

    def rows(self, tenant: str, chain: int) -> Iterator[Row]:
        """All of a chain, in order."""
        head = self.head(tenant, chain)
        for number in range(int(head["n"]) // BLOCK + 1 if head else 0):
            yield from map(row_of, self.block(tenant, chain, number))

    def _pointed(self, pk: str, limit: int) -> list[Row]:
        places = [(str(each["row_pk"]), str(each["row_sk"])) for each in self._table.query(pk, limit=limit)]
        found: dict[tuple[str, str], Item] = {}
        for at in range(0, len(places), 100):
            page = self._table.get_many(places[at : at + 100])
            found |= {(str(item["pk"]), str(item["sk"])): item for item in page}
        return [row_of(found[place]) for place in places if place in found]

    def _sealed(self, tenant: str, values: str) -> bytes:
        if not values:
            return b""
        if self._cipher is None:
            raise Misconfigured("audit_without_key")
        if len(values.encode()) > VALUES_BYTES:
            raise ValueError("values")
        return self._cipher.encrypt(values, context(tenant, _FIELD))


def chain_of(person: tuple[str, int] | None) -> int:
    return 0 if person is None else sum(f"{person[0]}|{person[1]}".encode()) % CHAINS


def hash_of(item: Mapping[str, Any]) -> str:
    """SHA-256 of all that a row says, its place and its predecessor's hash among it; of its values only their seal."""
    covered = {name: value for name, value in item.items() if name not in _UNHASHED}
    text = json.dumps(covered, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def seal_of(sealed: bytes) -> str:
    """KMS never gives the same ciphertext twice, so this tells nothing of the values once they are gone."""
    return hashlib.sha256(sealed).hexdigest() if sealed else ""


def row_of(item: Mapping[str, Any]) -> Row:
    person, contact = item.get("person"), item.get("contact")
    return Row(
        place=Place(int(item["chain"]), int(item["n"])),
        action=str(item["action"]),
        by=str(item["by"]),
        at_ms=int(item["at_ms"]),
        detail={str(name): str(value) for name, value in item["detail"].items()},
        person=(str(person[0]), int(person[1])) if person else None,
        contact=(int(contact[0]), int(contact[1])) if contact else None,
        has_values=bool(item["seal"]),
        sealed=bytes(item.get("sealed", b"")),
    )


def _told(tenant: str, note: Note, now_ms: int) -> Item:
    return {
        "tenant": tenant,
        "action": note.action,
        "by": note.by,
        "at_ms": now_ms,
        "detail": dict(note.detail),
        "person": list(note.person) if note.person else [],
        "contact": list(note.contact) if note.contact else [],
        "expires_at": now_ms // 1000 + KEPT_SECONDS,
    }


def _row(told: Item, chain: int, head: Item, sealed: bytes) -> Item:
    n = int(head.get("n", 0)) + 1
    row: Item = {
        **told,
        "pk": keys.audit_chain(str(told["tenant"]), chain),
        "sk": _sk(n),
        "chain": chain,
        "n": n,
        "prev": str(head.get("hash", "")),
        "prev_expires": int(head.get("expires", 0)),
        "seal": seal_of(sealed),
    }
    row["hash"] = hash_of(row)
    return row | ({"sealed": sealed} if sealed else {})


def _pointers(tenant: str, row: Item) -> Iterator[Put]:
    newest_first = f"{_LAST_MS - row['at_ms']:015d}#{row['chain']}#{_LAST_N - row['n']:012d}"
    names = []
    if row["person"]:
        names.append(keys.audited_person(tenant, *row["person"]))
    if row["contact"]:
        names.append(keys.audited_contact(tenant, *row["contact"]))
    for pk in names:
        place = {"row_pk": row["pk"], "row_sk": row["sk"]}
        yield Put({"pk": pk, "sk": newest_first, **place, "expires_at": row["expires_at"]})


def _sk(n: int) -> str:
    return f"{n:012d}"
