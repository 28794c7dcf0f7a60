"""A person of Zattar and their contact in Chatwoot, brought into step: decided on what both show now.

Whatever happened (an edit on either side, somebody's click, a reconciliation) only says "look at this person". So lost,
late, doubled and reordered webhooks all end in the same state, and the echo of our own write finds nothing to do.

    read the person -> read, find or make the contact -> link them -> merge (people/shared.py)
        -> keep what is about to be written -> write -> save the base
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from ponte.chatwoot.errors import clashing, rule_of
from ponte.chatwoot.values import Contact, Labels
from ponte.people.links import Link
from ponte.people.shared import SHARED, Change, Dissent, Kind, Merged, Name, Shown, changes, merge, same
from ponte.relays import chatwoot_to_zattar, zattar_to_chatwoot
from ponte.relays.decisions import Decision, Finish, Park, Step, Steps, refused
from ponte.relays.office_effects import (
    CreateContact,
    EndLink,
    IntendWrites,
    LinkContact,
    LookUpContacts,
    MarkLagging,
    ReadContact,
    ReadPerson,
    SaveLink,
    SeatContact,
    WriteContact,
    WriteLabels,
    WritePerson,
)
from ponte.zattar.values import Person, Tipo

WRITES_PER_HOUR = 20  # of one person, both sides together: more is a loop, not people
DELETED = "CONTACT_NOT_FOUND"
CREATIONS = ("create", "create_without")
OVERWRITES: frozenset[Kind] = frozenset({"put_back", "both_changed"})
_DECIDED = (Step, Finish, Park)
_NAMES: dict[str, Name] = {"email": "email", "phone_number": "phone"}


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom to look at. insists: somebody asked for it, so a contact that was deleted in Chatwoot is made anew.

    asked: somebody asked for the look by the person's name, and finds a row of it in the audit trail whatever it gives.
    only_zattar: nothing was heard of the contact, which is left in peace if the person shows as they did the last time.
    seats: whether linked contacts get a place in an API inbox by the public client API.
    link: as it was when the event was claimed. creating: a creation of ours may have been done, and nobody knows yet.
    writes_left: of this hour's WRITES_PER_HOUR.
    """

    tipo: Tipo
    entity_id: int
    link: Link | None = None
    insists: bool = False
    asked: bool = False
    only_zattar: bool = False
    creating: bool = False
    seats: bool = False
    writes_left: int = WRITES_PER_HOUR

    @property
    def identifier(self) -> str:
        return zattar_to_chatwoot.identifier(self.tipo, self.entity_id)


@dataclass(frozen=True, slots=True)
class _Found:
    """base: of a contact that we have just made, what it showed when it was first read."""

    contact: Contact
    labels: Labels
    base: Shown | None = None


def decide(subject: Subject, steps: Steps) -> Decision:
    if "person" not in steps:
        return Step("person", ReadPerson(subject.tipo, subject.entity_id))
    code = refused(steps, "person")
    if code is not None:
        return _lagging(subject, f"reason.zattar.{code}", "API_UNAVAILABLE", steps, "person")
    if steps["person"].get("gone"):
        if subject.link is None:
            return Finish("SKIPPED", "person_gone")
        return Finish("SENT", "link_ended") if "end" in steps else Step("end", EndLink())
    person: Person = steps["person"]["person"]
    seen = zattar_to_chatwoot.person_mark(person)
    if subject.only_zattar and subject.link and subject.link.synced and subject.link.person_mark == seen:
        return Finish("SKIPPED", "in_step")
    found = _contact(subject, person, steps)
    return _write(subject, person, found, steps) if isinstance(found, _Found) else found


def _contact(subject: Subject, person: Person, steps: Steps) -> _Found | Decision:
    """The contact that is linked with the person, as it shows now; or what has to be done before."""
    if subject.link is None:
        return _unlinked(subject, person, steps)
    if subject.link.error == DELETED and not subject.insists:
        return Finish("SKIPPED", "contact_deleted")
    found = _read(subject, "contact", subject.link.contact_id, steps)
    return _unlinked(subject, person, steps) if found is None else found


def _read(subject: Subject, name: str, contact_id: int, steps: Steps) -> _Found | Decision | None:
    """None for a contact that is gone."""
    if name not in steps:
        return Step(name, ReadContact(contact_id))
    code = refused(steps, name)
    if code is not None:
        return _lagging(subject, f"reason.chatwoot.{code}", rule_of(code).catalogue, steps, name)
    return None if steps[name].get("gone") else _Found(steps[name]["contact"], steps[name]["labels"])


def _unlinked(subject: Subject, person: Person, steps: Steps) -> _Found | Decision:
    """The contact that is to be linked: ours by its identifier, theirs by what nobody else has, or a new one."""
    ours = _look_up(subject, "identifier", subject.identifier, steps)
    if isinstance(ours, _DECIDED):
        return ours
    owned = [contact for contact in ours if contact.identifier == subject.identifier]
    if owned:
        made = next((steps[step] for step in CREATIONS if "id" in steps.get(step, {})), {})
        made = made or ({"id": owned[0].id} if subject.creating else {})
        return _linked(subject, owned[0].id, made, steps)
    if subject.link is not None:  # gone: merged into another contact, or deleted
        heir = _heir(subject, person, steps)
        if isinstance(heir, _DECIDED):
            return heir
        if heir and refused(steps, "link") != "taken_contact":
            return _linked(subject, heir, {}, steps)
        if not subject.insists:
            return _lagging(subject, "", DELETED, steps, "contact")
    return _made(subject, person, steps)


def _heir(subject: Subject, person: Person, steps: Steps) -> int | Decision:
    """The one contact that has the person's e-mail or phone and is nobody else's, by its id; 0 for none."""
    shown = zattar_to_chatwoot.shown(person)
    for name in ("email", "phone"):
        value = getattr(shown, name)
        if value:
            found = _look_up(subject, name, value, steps)
            if isinstance(found, _DECIDED):
                return found
            if len(found) == 1 and not zattar_to_chatwoot.read_identifier(found[0].identifier or ""):
                return found[0].id
    return 0


def _look_up(subject: Subject, by: Any, value: str, steps: Steps) -> tuple[Contact, ...] | Decision:
    name = f"by_{by}"
    if name not in steps:
        return Step(name, LookUpContacts(by, value))
    code = refused(steps, name)
    if code is not None:
        return _lagging(subject, f"reason.chatwoot.{code}", rule_of(code).catalogue, steps, name)
    return tuple(steps[name]["contacts"])


def _made(subject: Subject, person: Person, steps: Steps) -> _Found | Decision:
    """A new contact. What another contact has is that one's: if it is a stranger with nobody's identifier, it is the
    person (they wrote before anybody entered them); else the new contact goes without."""
    shown = zattar_to_chatwoot.shown(person)
    if "create" not in steps:
        return Step("create", CreateContact(subject.identifier, shown))
    code = refused(steps, "create")
    if code is None:
        return _linked(subject, int(steps["create"]["id"]), steps["create"], steps)
    names = _clash(code)
    if not names:
        return Park(f"reason.chatwoot.{code}", str(steps["create"].get("detail", "")))
    heir = _heir(subject, person, steps)
    if isinstance(heir, _DECIDED):
        return heir
    if heir and refused(steps, "link") != "taken_contact":  # else another person was quicker to be found in it
        return _linked(subject, heir, {}, steps)
    if "create_without" not in steps:
        return Step("create_without", CreateContact(subject.identifier, shown.without(names)))
    code = refused(steps, "create_without")
    if code is not None:
        return Park(f"reason.chatwoot.{code}", str(steps["create_without"].get("detail", "")))
    return _linked(subject, int(steps["create_without"]["id"]), steps["create_without"], steps)


def _linked(subject: Subject, contact_id: int, made: Mapping[str, Any], steps: Steps) -> _Found | Decision:
    """made: the outcome of its creation, {} for a contact that was there. What we made is read before it is linked: the
    row may have changed since, and what the contact shows is no edit of anybody's in Chatwoot then."""
    base: Shown | None = None
    if made:
        fresh = _read(subject, "made", contact_id, steps)
        if not isinstance(fresh, _Found):
            return fresh or Park("reason.chatwoot.not_found")
        base = chatwoot_to_zattar.shown(fresh.contact, fresh.labels)
    step = "link_made" if made else "link"
    if step not in steps:
        place = int(made.get("inbox_id") or 0), str(made.get("source_id") or "")
        return Step(step, LinkContact(contact_id, *place, base, _unlike(steps["person"]["person"], base)))
    code = refused(steps, step)
    if code is not None:
        return Park(f"reason.office.{code}")
    found = _read(subject, "made" if made else "linked", contact_id, steps)
    if isinstance(found, _Found):
        return replace(found, base=base)
    return found or Park("reason.chatwoot.not_found")


def _unlike(person: Person, base: Shown | None) -> tuple[Dissent, ...]:
    """What a contact that we have just made shows otherwise than the row: the row's state of a moment ago, or what
    somebody wrote there meanwhile. Zattar's stands, and nothing goes without a word."""
    if base is None:
        return ()
    ours = zattar_to_chatwoot.shown(person)
    pairs = ((name, getattr(ours, name), getattr(base, name)) for name in SHARED)
    return tuple(Dissent(name, "both_changed", a, b) for name, a, b in pairs if b and not same(name, a, b))


def _write(subject: Subject, person: Person, found: _Found, steps: Steps) -> Decision:
    """What differs; Zattar's row first, since a change there in between makes everything else look different."""
    ours, theirs = zattar_to_chatwoot.shown(person), chatwoot_to_zattar.shown(found.contact, found.labels)
    base, pending = (subject.link.base, subject.link.pending) if subject.link else (found.base, {})
    taken = {name for step in ("create", "write_contact") for name in _clash(refused(steps, step) or "")}
    merged = merge(base, ours, theirs, partial(chatwoot_to_zattar.holds, person), taken, pending)
    identifier = "" if found.contact.identifier else subject.identifier
    writes_contact = bool(merged.contact or merged.attributes or identifier)
    writes = sum((bool(merged.person), writes_contact, merged.labels))
    if writes > subject.writes_left:
        return Park("reason.office.loop")
    overwritten = tuple(each for each in merged.dissents if each.kind in OVERWRITES)
    if (merged.contact or overwritten) and "intend" not in steps:
        return Step("intend", IntendWrites(merged.contact, overwritten))
    if merged.person and "write_person" not in steps:
        return Step("write_person", WritePerson(person, chatwoot_to_zattar.columns(person, merged.person)))
    fields = WriteContact(found.contact.id, identifier, merged.contact, ours.attributes if merged.attributes else {})
    labels = WriteLabels(found.contact.id, ours.labels, zattar_to_chatwoot.OUR_LABELS)
    # A field that was refused as taken is left out, and the rest goes by a second write.
    again = "write_contact_without" if taken and refused(steps, "write_contact") else "write_contact"
    if writes_contact and again not in steps:
        return Step(again, fields)
    if merged.labels and "write_labels" not in steps:
        return Step("write_labels", labels)
    for name in ("write_person", "write_contact", "write_contact_without", "write_labels"):
        code = refused(steps, name)
        if code is not None and not (name == "write_contact" and _clash(code)):
            side = "zattar" if name == "write_person" else "chatwoot"
            return _lagging(subject, f"reason.{side}.{code}", "REQUEST_REFUSED", steps, name)
    if _lacks_a_seat(subject, found.contact) and "seat" not in steps:
        return Step("seat", SeatContact(found.contact.id, subject.identifier, ours.name))  # refused: it goes without
    if "save" in steps:
        return Finish("SENT" if writes else "SKIPPED", "" if writes else "in_step")
    made = any(step in steps for step in CREATIONS)
    audited = base if subject.link and subject.link.synced_ms else None  # of what we made, nothing was told yet
    return Step("save", _save(merged, ours, theirs, writes, changes(audited, ours, theirs, merged, made=made)))


def _lacks_a_seat(subject: Subject, contact: Contact) -> bool:
    """A contact that somebody gave an identifier of their own would be made a second time by ours."""
    seated = subject.link is not None and subject.link.pubsub_token_ct
    return subject.seats and not seated and (contact.identifier or subject.identifier) == subject.identifier


def _save(merged: Merged, ours: Shown, theirs: Shown, writes: int, changed: tuple[Change, ...]) -> SaveLink:
    after = theirs.with_(merged.contact)
    after = Shown(after.name, after.email, after.phone, ours.labels, {**theirs.attributes, **ours.attributes})
    mark = zattar_to_chatwoot.mark
    return SaveLink(
        merged.base,
        mark(ours.with_(merged.person), labelled=True),
        mark(after, labelled=False),
        tuple(each for each in merged.dissents if each.kind not in OVERWRITES),
        writes,
        changed,
    )


def _lagging(subject: Subject, reason: str, code: str, steps: Steps, name: str) -> Decision:
    """Noted with the link, so that it shows and is looked at again; then parked, or left as it is without a reason."""
    if subject.link is not None and "lag" not in steps:
        return Step("lag", MarkLagging(code))
    if not reason:
        return Finish("SKIPPED", "contact_deleted")
    return Park(reason, str(steps[name].get("detail", "")))


def _clash(code: str) -> frozenset[Name]:
    """The fields of a refusal that says that another contact has them; empty where it says anything else too."""
    told = clashing(code)
    return frozenset(_NAMES[name] for name in told) if told <= set(_NAMES) else frozenset()
