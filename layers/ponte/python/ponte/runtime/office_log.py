"""What the office bridge's logs say of one person's sync: the events' names and fields of the first design, no content.

    chatwoot_sync_started    tipo_entidade, entidade_id, usuario_id: who asked by name, else the side that told
    chatwoot_sync_completed  + status (done, unchanged, ended), fields that changed by name
    chatwoot_sync_failed     + error, chatwoot_response, retry_attempts; once per try that failed, and where it ends

Every line has a timestamp and a correlation_id, which is `event` in the outcome lines. chatwoot_response tells how an
answer was read and how long its words were: the words may quote a person.
"""

from collections.abc import Mapping

from ponte.digest import digest
from ponte.outcome import Blocked, Transient, Unknown
from ponte.queue.envelope import Envelope
from ponte.relays.office_effects import NoteAttempt
from ponte.runtime.office_audit import by_of
from ponte.storage.claims import Claimed

STARTED, COMPLETED, FAILED = "chatwoot_sync_started", "chatwoot_sync_completed", "chatwoot_sync_failed"

type Fields = Mapping[str, str | int]
type Whom = tuple[str, str, int]
"""(tenant, tipo, entity_id)."""


def started_of(whom: Whom, claim: Claimed) -> Fields:
    return _about(whom, claim.envelope) | {"usuario_id": by_of(claim.envelope)}


def told_of(whom: Whom, claim: Claimed, attempt: NoteAttempt) -> tuple[str, Fields]:
    """The event of an attempt that ends, with its fields."""
    about = _about(whom, claim.envelope)
    if attempt.status == "failed":
        return FAILED, about | {"error": attempt.code, "retry_attempts": claim.attempts, "status": "failed"}
    changed = ",".join(f"{change.side}.{change.name}".lstrip(".") for change in attempt.changes)
    return COMPLETED, about | {"status": attempt.status, "fields": changed}


def failed_of(whom: Whom, claim: Claimed, outcome: Transient | Unknown | Blocked) -> Fields:
    detail = outcome.detail if isinstance(outcome, Blocked) else ""
    response = f"{type(outcome).__name__}: {len(detail)} characters" if detail else type(outcome).__name__
    return _about(whom, claim.envelope) | {
        "error": outcome.code,
        "chatwoot_response": response,
        "retry_attempts": claim.attempts,
    }


def _about(whom: Whom, envelope: Envelope) -> dict[str, str | int]:
    _, tipo, entity_id = whom
    return {"tipo_entidade": tipo, "entidade_id": entity_id, "correlation_id": digest(envelope.id)}
