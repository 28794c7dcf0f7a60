"""One person as two systems show them, and the three-way merge of the two by who has the say over which field.

Each side is compared with the base: what both showed after the last sync. Who changed since is who is listened to;
where both did, the authority decides, and what lost is listed for a person to look at. Equal sides ask for no write at
all, so that an echo of our own write ends there, whichever way a system spells it back.

    field                          only Chatwoot changed        both changed
    name                           put back, listed             Zattar's, listed
    e-mail, phone (cleared too)    written to Zattar            Zattar's, listed
    our labels and attributes      put back                     Zattar's
    others' labels, attributes     theirs, never touched

Pure: no I/O, no clock.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ponte.people.phone_numbers import line

type Name = Literal["name", "email", "phone"]
type Kind = Literal["put_back", "both_changed", "cannot_hold", "taken"]

SHARED: tuple[Name, ...] = ("email", "phone")
FIELDS: tuple[Name, ...] = ("name", *SHARED)


@dataclass(frozen=True, slots=True)
class Shown:
    """What one side shows. email: lower case, phone: E.164; "" for none.

    labels, attributes: ours only; what others put there is no part of it.
    """

    name: str
    email: str = ""
    phone: str = ""
    labels: frozenset[str] = frozenset()
    attributes: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:  # a person must not reach a log by way of a traceback
        return "Shown()"

    def without(self, names: Collection[Name]) -> "Shown":
        return Shown.of(self.as_item() | dict.fromkeys(names, ""))

    def with_(self, values: Mapping[Name, str]) -> "Shown":
        return Shown.of(self.as_item() | dict(values))

    def as_item(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "email": self.email,
            "phone": self.phone,
            "labels": sorted(self.labels),
            "attributes": dict(self.attributes),
        }

    @classmethod
    def of(cls, item: Mapping[str, Any]) -> "Shown":
        """The inverse of `as_item`."""
        return cls(
            name=str(item["name"]),
            email=str(item["email"]),
            phone=str(item["phone"]),
            labels=frozenset(str(each) for each in item["labels"]),
            attributes=dict(item["attributes"]),
        )


@dataclass(frozen=True, slots=True)
class Dissent:
    """A value that was not taken over. kept: what stands now. lost: what does not, or only on its own side.

    "cannot_hold": Zattar has no place for it. "taken": another contact has it, and no two may.
    """

    name: Name
    kind: Kind
    kept: str = field(repr=False)
    lost: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Change:
    """A value that is another one after a sync. side: where it was written; "" where both showed it already. name: a
    field, "labels" or "attributes" (ours alone). before: what that side showed, or the base where nobody wrote."""

    side: Literal["zattar", "chatwoot", ""]
    name: str
    before: Any = field(repr=False)
    after: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class Merged:
    """What to write where. person, contact: new values by field, "" to clear one. labels, attributes: whether ours have
    to be written to the contact. base: what both sides show once that is done."""

    person: Mapping[Name, str]
    contact: Mapping[Name, str]
    labels: bool
    attributes: bool
    dissents: tuple[Dissent, ...]
    base: Shown

    @property
    def is_quiet(self) -> bool:
        return not (self.person or self.contact or self.labels or self.attributes)


def same(name: Name, one: str, other: str) -> bool:
    """Whether two values mean the same: e-mails in any case, phones with or without the ninth digit."""
    match name:
        case "email":
            return one.casefold() == other.casefold()
        case "phone":
            return one == other or (bool(one and other) and line(one) == line(other))
    return one == other


def merge(
    base: Shown | None,
    zattar: Shown,
    chatwoot: Shown,
    holds: Callable[[Name, str], bool],
    taken: Collection[Name] = (),
    pending: Mapping[Name, str] | None = None,
) -> Merged:
    """base: None before the first sync: a value that only one side has then counts as that side's change.

    holds: whether Zattar has a place for a value (it has none for a phone abroad); such a value stays where it is.
    taken: fields that Chatwoot refused, since another contact has the value: both sides keep what they have. pending:
    what we set out to write into the contact since: where it shows that, nobody but us changed it.
    """
    before = base or Shown("")
    person: dict[Name, str] = {}
    contact: dict[Name, str] = {}
    dissents: list[Dissent] = []
    after: dict[Name, str] = {}
    for name in FIELDS:
        ours, theirs, old = getattr(zattar, name), getattr(chatwoot, name), getattr(before, name)
        after[name] = ours
        if same(name, ours, theirs):
            continue
        written = (pending or {}).get(name, old)
        they_changed = not same(name, theirs, old) and not same(name, theirs, written)
        we_changed = not same(name, ours, old)
        if name in SHARED and they_changed and not we_changed:
            if holds(name, theirs):
                person[name] = after[name] = theirs
            else:
                dissents.append(Dissent(name, "cannot_hold", ours, theirs))
            continue
        if name in taken:
            after[name] = theirs
            dissents.append(Dissent(name, "taken", theirs, ours))
            continue
        contact[name] = ours
        if they_changed and theirs:
            dissents.append(Dissent(name, "both_changed" if we_changed else "put_back", ours, theirs))
    if base is None:  # an adopted contact had a name of its own before anybody spoke of a sync
        dissents = [each for each in dissents if each.name != "name"]
    return Merged(
        person=person,
        contact=contact,
        labels=not zattar.labels <= chatwoot.labels or bool(chatwoot.labels - zattar.labels),
        attributes=any(chatwoot.attributes.get(key) != value for key, value in zattar.attributes.items()),
        dissents=tuple(dissents),
        base=Shown(after["name"], after["email"], after["phone"], zattar.labels, zattar.attributes),
    )


def changes(base: Shown | None, zattar: Shown, chatwoot: Shown, merged: Merged, *, made: bool) -> tuple[Change, ...]:
    """What a sync did, for the audit trail. made: the contact was created with what it shows.

    A field that both show alike but that is not the base's was written before, by us or by people, and nobody could
    note it then: it is told here, so that a crash between a write and its row leaves no gap.
    """
    found = [Change("zattar", name, getattr(zattar, name), value) for name, value in merged.person.items()]
    found += [Change("chatwoot", name, getattr(chatwoot, name), value) for name, value in merged.contact.items()]
    told = {change.name for change in found}
    for name in FIELDS:
        before, after = getattr(base, name) if base else "", getattr(merged.base, name)
        if name not in told and not same(name, before, after):
            found.append(Change("chatwoot" if made else "", name, before, after))
    if merged.labels:
        found.append(Change("chatwoot", "labels", sorted(chatwoot.labels), sorted(zattar.labels)))
    if merged.attributes:
        keys = [key for key, value in zattar.attributes.items() if chatwoot.attributes.get(key) != value]
        before, after = ({key: side.attributes.get(key) for key in keys} for side in (chatwoot, zattar))
        found.append(Change("chatwoot", "attributes", before, after))
    return tuple(found)
