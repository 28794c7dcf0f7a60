"""How an attempt of the office bridge reads in the audit trail: from where, to where, what came of it, by whom.

What anybody may read of a row are stable words and ids; what fields held before and after goes in encrypted.
"""

import json
from collections.abc import Sequence
from typing import Any

from ponte.people.shared import Change
from ponte.queue.envelope import Envelope
from ponte.relays.office_effects import NoteAttempt
from ponte.storage.audit import VALUES_BYTES, Note

ACTION = "person.sync"
READ = "audit.read"
ORIGINS = {"zt": "zattar", "cw": "chatwoot"}
OTHER = {"zattar": "chatwoot", "chatwoot": "zattar"}
BY_ITSELF = "ponte"
MAX_VALUE = 300  # characters of one value


def note_of(
    attempt: NoteAttempt, envelope: Envelope, tries: int, person: tuple[str, int], account_id: int, action: str = ACTION
) -> Note:
    """The row of an attempt. by: who asked by name, else the side that told of a change: Chatwoot's and Zattar's
    webhooks do not say which of their users it was. tries: of this event, this one included."""
    origin = ORIGINS.get(envelope.source, envelope.source)
    written = sorted({change.side for change in attempt.changes if change.side})
    detail = {
        "origin": origin,
        "destination": ",".join(written) or OTHER.get(origin, ""),
        "status": attempt.status,
        "fields": ",".join(f"{change.side}.{change.name}".lstrip(".") for change in attempt.changes),
        "code": attempt.code,
        "event": envelope.id[:300],
        "tries": str(tries),
    }
    return Note(
        action,
        by_of(envelope),
        {name: value for name, value in detail.items() if value},
        person,
        (account_id, attempt.contact_id) if attempt.contact_id else None,
        values_of(attempt.changes),
    )


def by_of(envelope: Envelope) -> str:
    asked = str(envelope.payload.get("by", "")) if envelope.source == "zt" else ""
    if asked:
        return asked[:100]
    told_by_itself = "both_sides" in envelope.payload  # a schedule's or a backfill's wish, nobody's edit
    return BY_ITSELF if told_by_itself else ORIGINS.get(envelope.source, BY_ITSELF)


def values_of(changes: Sequence[Change]) -> str:
    """[{side, name, before, after}, ..] as JSON, "" for no change; long values are cut, and what is too much for one
    call of KMS loses attributes and labels first."""
    for kept in (changes, [each for each in changes if isinstance(each.after, str)], []):
        text = json.dumps([_as_json(change) for change in kept], ensure_ascii=False, separators=(",", ":"))
        if len(text.encode("utf-8", "replace")) <= VALUES_BYTES:
            return text.encode("utf-8", "replace").decode() if kept else ""
    return ""


def _as_json(change: Change) -> dict[str, Any]:
    return {"side": change.side, "name": change.name, "before": _cut(change.before), "after": _cut(change.after)}


def _cut(value: Any) -> Any:
    if isinstance(value, str):
        return value[:MAX_VALUE]
    if isinstance(value, dict):
        return {key: _cut(each) for key, each in value.items()}
    return value
