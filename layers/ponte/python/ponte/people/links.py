"""Which contact in Chatwoot shows which person of Zattar, as a value. Kept by storage/links.py."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ponte.people.shared import Name, Shown


@dataclass(frozen=True, slots=True)
class Link:
    """tenant: the office. tipo, entity_id: the person in Zattar. account_id, contact_id: the contact in Chatwoot.

    base: what both sides showed after the last sync, None before the first. pending: what we set out to
    write into the contact since: where it shows that, it was nobody else. person_mark, contact_mark: digests of the
    row and the contact that were seen then; an event that shows the same is noise. inbox_id, source_id: the contact's
    place in an inbox, 0 and "" for none. pubsub_token_ct: encrypted. synced: false while a side is known to lag
    behind, with the code of the error. writes, writes_from_ms: how many writes since when, against loops.
    """

    tenant: str
    tipo: str
    entity_id: int
    account_id: int
    contact_id: int
    base: Shown | None = field(default=None, repr=False)
    pending: Mapping[Name, str] = field(default_factory=dict, repr=False)
    person_mark: str = ""
    contact_mark: str = ""
    inbox_id: int = 0
    source_id: str = ""
    pubsub_token_ct: bytes = field(default=b"", repr=False)
    synced: bool = False
    error: str = ""
    synced_ms: int = 0
    created_ms: int = 0
    updated_ms: int = 0
    writes: int = 0
    writes_from_ms: int = 0
    version: int = 0

    @property
    def person(self) -> tuple[str, str, int]:
        return self.tenant, self.tipo, self.entity_id
