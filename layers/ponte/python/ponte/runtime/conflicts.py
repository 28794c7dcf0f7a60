"""The office's inbox of conflicts: taking one back, so that the value which lost stands on both sides, or closing it.

Only what both systems may change can be taken back, e-mail and phone: a name is Zattar's alone. The value is written to
the person's row, and the look that follows brings it to the contact.
"""

from typing import Literal

from ponte.outcome import Outcome, Succeeded
from ponte.people.shared import SHARED, Change, same
from ponte.relays import chatwoot_to_zattar, zattar_to_chatwoot
from ponte.relays.office_effects import ReadPerson
from ponte.runtime.office_audit import values_of
from ponte.runtime.office_looks import look
from ponte.runtime.office_performer import OfficeMeans, OfficePerformer
from ponte.runtime.redrive import Queue
from ponte.storage.audit import Note
from ponte.storage.dissents import Listed
from ponte.zattar import answers
from ponte.zattar import requests as zattar
from ponte.zattar.values import Person, Tipo

UNDONE, CLOSED = "conflict.undone", "conflict.closed"

type Refusal = Literal["not_found", "closed", "authority", "cannot_hold", "taken", "changed_since", "zattar"]


class NotUndone(Exception):
    """Nothing was changed. code: why; "changed_since": the person shows neither value any more, so look again.
    "zattar": Zattar did not do it, as `outcome` says."""

    def __init__(self, code: Refusal, outcome: Outcome | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.outcome = outcome


class ConflictDesk:
    """queue: Zattar's events."""

    def __init__(self, means: OfficeMeans, queue: Queue) -> None:
        self._means = means
        self._queue = queue

    def undo(self, tenant: str, listed_id: str, by: str, timeout_seconds: float) -> Listed:
        """Let the value that lost stand. Repeating it after a crash goes on. Raises NotUndone, Contended."""
        listed = self._open(tenant, listed_id)
        if listed.name not in SHARED:
            raise NotUndone("authority")
        if listed.kind == "taken":
            raise NotUndone("taken")
        person = self._person(listed, timeout_seconds)
        shown = getattr(zattar_to_chatwoot.shown(person), listed.name)
        if not chatwoot_to_zattar.holds(person, listed.name, listed.lost):
            raise NotUndone("cannot_hold")
        if not same(listed.name, shown, listed.lost):
            if not same(listed.name, shown, listed.kept):
                raise NotUndone("changed_since")
            self._note(listed, UNDONE, by, values_of([Change("zattar", listed.name, shown, listed.lost)]))
            self._write(person, listed, timeout_seconds)
        wish = look(tenant, Tipo(listed.tipo), listed.entity_id, f"undo-{listed.id}", self._now(), by=by)
        self._queue.send([wish], fifo=True)
        self._means.dissents.close(listed, by)
        return listed

    def close(self, tenant: str, listed_id: str, by: str) -> Listed:
        """It may stay as it is. Raises NotUndone, Contended."""
        listed = self._open(tenant, listed_id)
        self._note(listed, CLOSED, by)
        if not self._means.dissents.close(listed, by):
            raise NotUndone("closed")
        return listed

    def _open(self, tenant: str, listed_id: str) -> Listed:
        listed = self._means.dissents.get(tenant, listed_id)
        if listed is None:
            raise NotUndone("not_found")
        if listed.closed_by:
            raise NotUndone("closed")
        return listed

    def _person(self, listed: Listed, timeout_seconds: float) -> Person:
        reading = OfficePerformer(self._means, listed.tenant, listed.tipo, listed.entity_id)
        outcome = reading.read(ReadPerson(Tipo(listed.tipo), listed.entity_id), timeout_seconds)
        if not isinstance(outcome, Succeeded):
            raise NotUndone("zattar", outcome)
        if outcome.result.get("gone"):
            raise NotUndone("not_found")
        person: Person = outcome.result["person"]
        return person

    def _write(self, person: Person, listed: Listed, timeout_seconds: float) -> None:
        columns = chatwoot_to_zattar.columns(person, {listed.name: listed.lost})
        outcome = self._means.calls.zattar(listed.tenant, zattar.update_person(person, columns), timeout_seconds)
        if not isinstance(outcome, Succeeded):
            raise NotUndone("zattar", outcome)
        if answers.updated_person(outcome.result, person.tipo) is None:
            raise NotUndone("changed_since")

    def _note(self, listed: Listed, action: str, by: str, values: str = "") -> None:
        link = self._means.links.of_person(listed.tenant, listed.tipo, listed.entity_id)
        contact = (link.account_id, link.contact_id) if link else None
        detail = {"field": listed.name, "kind": listed.kind}
        note = Note(action, by, detail, (listed.tipo, listed.entity_id), contact, values)
        self._means.audit.add(listed.tenant, note, self._now())

    def _now(self) -> int:
        return self._means.clock.now_ms()
