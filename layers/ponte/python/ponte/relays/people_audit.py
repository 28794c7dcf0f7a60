"""Every attempt to bring a person and their contact into step leaves its row in the audit trail: the relay with that.

The row comes right before the attempt is settled (the link saved, noted as lagging or ended, the event parked). A crash
after it gives a second row, one before it leaves the changes to the next look, which tells them by the base.

No row for a look that changed nothing and that nobody asked for: an echo of our own write, a row touched in columns
that Chatwoot does not show, a reconciliation that finds all well. The outcome line counts it.
"""

from ponte.relays import people_sync
from ponte.relays.decisions import Decision, Park, Step, Steps
from ponte.relays.office_effects import EndLink, MarkLagging, NoteAttempt, SaveLink
from ponte.relays.people_sync import Subject


def decide(subject: Subject, steps: Steps) -> Decision:
    """As `people_sync.decide`, with one step "audit" before the last one that counts."""
    return audited(people_sync.decide(subject, steps), subject, steps)


def audited(decision: Decision, subject: Subject, steps: Steps) -> Decision:
    """The decision, or the row that has to come before it."""
    attempt = None if "audit" in steps else _attempt(decision, subject, _contact_id(subject, steps))
    return Step("audit", attempt) if attempt else decision


def _attempt(decision: Decision, subject: Subject, contact_id: int) -> NoteAttempt | None:
    match decision:
        case Step(effect=SaveLink(changes=changes, writes=writes)) if changes or writes:
            return NoteAttempt("done", changes=changes, contact_id=contact_id)
        case Step(effect=SaveLink()) if subject.asked or subject.insists:
            return NoteAttempt("unchanged", contact_id=contact_id)
        case Step(effect=MarkLagging(code)):
            return NoteAttempt("failed", code, contact_id=contact_id)
        case Step(effect=EndLink()):
            return NoteAttempt("ended", contact_id=contact_id)
        case Park(reason):
            return NoteAttempt("failed", reason, contact_id=contact_id)
    return None


def _contact_id(subject: Subject, steps: Steps) -> int:
    """Of the contact that was read last, or that was made or is linked."""
    for name in ("made", "linked", "contact"):
        if contact := steps.get(name, {}).get("contact"):
            return int(contact.id)
    for name in ("create_without", "create"):
        if found := steps.get(name, {}).get("id"):
            return int(found)
    return subject.link.contact_id if subject.link else 0
