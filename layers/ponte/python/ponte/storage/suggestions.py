"""Contacts of Chatwoot that may be people of Zattar, until somebody says whether they are. No personal data in it.

A pair that was refused stays refused, however often it is found again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ponte.storage import keys
from ponte.storage.table import ConditionFailed, Put, Table, Update, absent, all_of, eq, exists

KEPT_SECONDS = 365 * 24 * 3600
OPEN = ""

type Verdict = Literal["accepted", "refused", "erased"]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """reasons: the best first, as in relays.people_matches. closed: "" while it is open, else Verdict."""

    tenant: str
    account_id: int
    contact_id: int
    tipo: str
    entity_id: int
    reasons: tuple[str, ...]
    first_ms: int
    closed: str = OPEN

    @property
    def id(self) -> str:
        return f"{self.contact_id}-{self.tipo}-{self.entity_id}"


class Suggestions:
    """table: Core."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def note(self, suggestion: Suggestion, now_ms: int) -> bool:
        """List a pair; one that is known gets its new reasons if it is open. False: refused or accepted before."""
        pk, sk = _key(suggestion)
        item = {
            "pk": pk,
            "sk": sk,
            "tenant": suggestion.tenant,
            "account_id": suggestion.account_id,
            "contact_id": suggestion.contact_id,
            "tipo": suggestion.tipo,
            "entity_id": suggestion.entity_id,
            "reasons": list(suggestion.reasons),
            "first_ms": now_ms,
            "closed": OPEN,
            "expires_at": now_ms // 1000 + KEPT_SECONDS,
            "gsi1pk": f"SUGGESTIONS#{suggestion.tenant}",
            "gsi1sk": f"{now_ms:013d}#{suggestion.id}",
        }
        try:
            self._table.write(Put(item, when=absent("pk")))
        except ConditionFailed as known:
            if known.old is None or known.old["closed"] != OPEN:
                return False
            fields = {"reasons": list(suggestion.reasons), "expires_at": item["expires_at"]}
            try:
                self._table.write(Update(pk, sk, set=fields, when=all_of(exists("pk"), eq("closed", OPEN))))
            except ConditionFailed:
                return False
        return True

    def get(self, tenant: str, account_id: int, suggestion_id: str) -> Suggestion | None:
        """By `Suggestion.id`, which people see; None also for what is no id."""
        contact, _, person = suggestion_id.partition("-")
        tipo, _, entity = person.rpartition("-")
        if not (_is_id(contact) and _is_id(entity)):
            return None
        asked = Suggestion(tenant, account_id, int(contact), tipo, int(entity), (), 0)
        item = self._table.get(*_key(asked))
        return _suggestion(item) if item else None

    def page(self, tenant: str, after: str = "", limit: int = 100) -> tuple[list[Suggestion], str]:
        """The open ones, oldest first, and where the next page begins, "" at the end; eventually consistent."""
        rows = self._table.query_index(f"SUGGESTIONS#{tenant}", limit, after)
        items = (self._table.get(str(row["pk"]), str(row["sk"])) for row in rows)
        found = [_suggestion(item) for item in items if item and item["closed"] == OPEN]
        return found, str(rows[-1]["gsi1sk"]) if len(rows) == limit else ""

    def close(self, suggestion: Suggestion, verdict: Verdict, by: str) -> bool:
        """False where somebody was quicker."""
        update = Update(
            *_key(suggestion),
            set={"closed": verdict, "closed_by": by},
            remove=["gsi1pk", "gsi1sk"],
            when=all_of(exists("pk"), eq("closed", OPEN)),
        )
        try:
            self._table.write(update)
        except ConditionFailed:
            return False
        return True


def _is_id(written: str) -> bool:
    return written.isascii() and written.isdigit() and 0 < len(written) <= 19 and written[0] != "0"


def _key(suggestion: Suggestion) -> tuple[str, str]:
    return keys.suggestion(
        suggestion.tenant, suggestion.account_id, suggestion.contact_id, suggestion.tipo, suggestion.entity_id
    )


def _suggestion(item: Mapping[str, Any]) -> Suggestion:
    return Suggestion(
        tenant=str(item["tenant"]),
        account_id=int(item["account_id"]),
        contact_id=int(item["contact_id"]),
        tipo=str(item["tipo"]),
        entity_id=int(item["entity_id"]),
        reasons=tuple(str(each) for each in item["reasons"]),
        first_ms=int(item["first_ms"]),
        closed=str(item["closed"]),
    )
