"""How an attempt reads in the audit trail and in the logs: ids and words in clear, a person's values nowhere."""

import json
from typing import Any

import pytest

from ponte.digest import digest
from ponte.outcome import Blocked, Transient, Unknown
from ponte.people.shared import Change
from ponte.queue.envelope import Envelope
from ponte.relays.office_effects import NoteAttempt
from ponte.runtime.observability import emit_event
from ponte.runtime.office_audit import MAX_VALUE, by_of, note_of, values_of
from ponte.runtime.office_log import failed_of, started_of, told_of
from ponte.storage.audit import VALUES_BYTES
from ponte.storage.claims import Claimed

WHOM = ("office", "cliente", 7)
PHONE = Change("zattar", "phone", "+5531911112222", "+5531933334444")


def envelope(source: str = "cw", **payload: Any) -> Envelope:
    return Envelope(source, "office", "4242|1", "contact_updated", "c", 1, 1, payload)


def claim(one: Envelope, attempts: int = 3) -> Claimed:
    return Claimed(one, "me", 1, attempts, 1, "fresh")


def test_a_row_says_whence_whither_what_came_of_it_and_by_whom() -> None:
    note = note_of(NoteAttempt("done", changes=(PHONE,), contact_id=4242), envelope(), 3, WHOM[1:], 7)
    assert (note.action, note.by, note.person, note.contact) == ("person.sync", "chatwoot", ("cliente", 7), (7, 4242))
    assert note.detail == {
        "origin": "chatwoot",
        "destination": "zattar",
        "status": "done",
        "fields": "zattar.phone",
        "event": "cw|office|4242|1",
        "tries": "3",
    }
    assert json.loads(note.values) == [
        {"side": "zattar", "name": "phone", "before": "+5531911112222", "after": "+5531933334444"}
    ]
    assert "+55" not in repr(note)


def test_a_failed_attempt_names_its_code_and_where_it_was_going() -> None:
    note = note_of(NoteAttempt("failed", "RATE_LIMIT"), envelope("zt"), 1, WHOM[1:], 7)
    assert (note.detail["status"], note.detail["code"], note.detail["destination"]) == (
        "failed",
        "RATE_LIMIT",
        "chatwoot",
    )
    assert (note.contact, note.values) == (None, "")


@pytest.mark.parametrize(
    ("one", "by"),
    [
        (envelope("cw"), "chatwoot"),
        (envelope("cw", by="cli:mallory"), "chatwoot"),
        (envelope("zt"), "zattar"),
        (envelope("zt", by="cli:ana", both_sides=True), "cli:ana"),
        (envelope("zt", both_sides=True), "ponte"),
    ],
)
def test_the_actor_is_who_asked_or_the_side_that_told(one: Envelope, by: str) -> None:
    assert by_of(one) == by


def test_long_values_are_cut_and_too_many_lose_attributes_first() -> None:
    assert json.loads(values_of([Change("zattar", "name", "", "x" * 999)]))[0]["after"] == "x" * MAX_VALUE
    attributes = Change("chatwoot", "attributes", {}, {f"k{n}": "é" * 200 for n in range(20)})
    kept = values_of([attributes, PHONE])
    assert [each["name"] for each in json.loads(kept)] == ["phone"]
    assert len(values_of([PHONE] * 60).encode()) <= VALUES_BYTES
    assert values_of([Change("zattar", "name", "", "\ud800")])


def test_log_lines_have_the_first_designs_names_and_nobodys_values(capsys: pytest.CaptureFixture[str]) -> None:
    one = claim(envelope("zt", by="cli:ana", both_sides=True))
    emit_event("chatwoot_sync_started", started_of(WHOM, one))
    emit_event("chatwoot_sync_failed", failed_of(WHOM, one, Transient("timeout")))
    emit_event("chatwoot_sync_failed", failed_of(WHOM, one, Blocked("role_refused", "maria@exemplo.com.br is out")))
    emit_event(*told_of(WHOM, one, NoteAttempt("done", changes=(PHONE,))))
    emit_event(*told_of(WHOM, one, NoteAttempt("failed", "RATE_LIMIT")))
    text = capsys.readouterr().out
    started, timeout, refused, done, failed = map(json.loads, text.splitlines())
    about = {"tipo_entidade": "cliente", "entidade_id": 7, "correlation_id": digest(one.envelope.id)}
    for line in (started, timeout, refused, done, failed):
        assert about.items() <= line.items()
        assert line["timestamp"].endswith("Z")
    assert (started["level"], started["event"], started["usuario_id"]) == ("INFO", "chatwoot_sync_started", "cli:ana")
    assert (timeout["level"], timeout["error"], timeout["retry_attempts"]) == ("ERROR", "timeout", 3)
    assert refused["chatwoot_response"] == "Blocked: 27 characters"
    assert (done["event"], done["status"], done["fields"]) == ("chatwoot_sync_completed", "done", "zattar.phone")
    assert (failed["event"], failed["error"]) == ("chatwoot_sync_failed", "RATE_LIMIT")
    assert "+55" not in text
    assert "maria" not in text


def test_an_unknown_fate_is_logged_by_its_code_alone() -> None:
    assert failed_of(WHOM, claim(envelope()), Unknown("no_answer"))["chatwoot_response"] == "Unknown"


def test_a_field_that_nobody_allowed_stays_out_of_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    emit_event("chatwoot_sync_started", {"phone": "+5531911112222", "pubsub_token": "t", "error": "x" * 999})
    line = json.loads(capsys.readouterr().out)
    assert set(line) == {"level", "event", "timestamp", "error"}
    assert len(line["error"]) == 200
