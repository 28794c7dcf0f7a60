"""The envelope by which somebody, a schedule or a backfill asks for a look at a person of an office.

It goes where Zattar's own events go, into the group of that person, so that looks never race with each other.
"""

from ponte.queue.envelope import Envelope
from ponte.zattar.values import Tipo

SYNC = "SyncPerson"


def look(
    tenant: str,
    tipo: Tipo,
    entity_id: int,
    key: str,
    now_ms: int,
    *,
    insists: bool = False,
    both_sides: bool = True,
    yields: bool = False,
    by: str = "",
) -> Envelope:
    """key: makes it the same look whoever asks for it how often. insists: make a deleted contact anew, link again who
    was unlinked. both_sides: False where nothing is known of the contact. yields: live traffic goes first. by: the
    person who asked; a schedule names nobody."""
    return Envelope(
        source="zt",
        scope=tenant,
        source_id=f"{SYNC}|{tipo.value}|{entity_id}|{key}",
        kind=SYNC,
        conversation=f"{tenant}|{tipo.value}|{entity_id}",
        order=now_ms,
        received_ms=now_ms,
        payload={
            "tipo": tipo.value,
            "entity_id": entity_id,
            "insists": insists,
            "both_sides": both_sides,
            "yields": yields,
            "by": by,
        },
    )
