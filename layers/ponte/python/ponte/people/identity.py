"""Whom an event speaks of, decided on what is stored: no I/O, no clock.

Two addresses are one person's when one webhook carries both and nothing speaks against it, or when Meta itself says
that one became the other. What speaks against it: a line that was seen with another BSUID of the same portfolio has a
new owner (docs/decisions/0009). Addresses of different people in one webhook merge nobody: BSUID, parent BSUID, phone
decide in this order where the message goes, and the clash is listed for a person to look at.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ponte.digest import digest
from ponte.people.aliases import SLACK_MS, Alias, Known
from ponte.people.callers import Caller, Rotation
from ponte.people.phone_numbers import digits, line

type ClashKind = Literal["alias", "phone_moved", "card"]


@dataclass(frozen=True, slots=True)
class Scope:
    """tenant: whose people they are. portfolio: within which BSUIDs are looked for, "" for all of the tenant's.

    binding: what surely is one portfolio: there, and only there, another BSUID on a line speaks of another account.
    """

    tenant: str
    portfolio: str = ""
    binding: str = ""


@dataclass(frozen=True, slots=True)
class Clash:
    """Different people (roots, sorted) behind one event, of whom `chosen` got it. Nobody was merged.

    kind: "alias": one webhook carried addresses of both; "phone_moved": a line is seen with a new BSUID; "card": the
    phone that a person gave as their own is somebody else's.
    """

    kind: ClashKind
    people: tuple[str, ...]
    chosen: str


@dataclass(frozen=True, slots=True)
class Meeting:
    """person: "" for nobody. changes: records as they shall be. join: (who stays, who goes into them)."""

    person: str
    fresh: bool = False
    changes: tuple[Alias, ...] = ()
    clashes: tuple[Clash, ...] = ()
    join: tuple[str, str] | None = None


def meet(caller: Caller, scope: Scope, known: Known, at_ms: int, *, opens: bool = True) -> Meeting:
    """Who sent a message with these addresses at that time. opens: whether a stranger becomes a new person."""
    strong = _strong(caller)
    owners = [record.person for kind, value in strong if (record := known.get(kind, value))]
    phone = known.get("phone", caller.wa_id)
    holder = _holder(caller.wa_id, phone, known, at_ms)
    rival = phone is not None and _is_rival(phone, holder, caller.user_id, scope, known)
    claims = [*owners, *([holder] if holder and not rival else [])]
    if not claims and not (opens or rival):
        return Meeting("")
    if not strong and not digits(caller.wa_id):
        return Meeting("")
    person = claims[0] if claims else _name(scope, strong, caller.wa_id, phone, at_ms)
    clashes = [_clash("alias", claims, person, known)] if len({known.root(p) for p in claims}) > 1 else []
    if rival:
        clashes.append(_clash("phone_moved", [person, holder], person, known))
    changes = [*_strong_changes(strong, person, known, at_ms)]
    if caller.wa_id:
        changes.append(_phone_seen(caller, phone, holder, rival, person, scope, known, at_ms))
    return Meeting(person, not claims, _changed(changes, known), tuple(clashes))


def own(person: str, user_id: str, phone: str, scope: Scope, known: Known, at_ms: int) -> Meeting:
    """A phone that somebody gave as their own, on a card: linked where it is nobody's, never taken from anybody."""
    record = known.get("phone", phone)
    if record is None:
        new = Alias("phone", phone, person, at_ms).bind(scope.binding, user_id, at_ms)
        return Meeting(person, changes=(new,))
    holder = record.holder(at_ms)
    if not holder:
        taken = record.taken_over(person, at_ms).bind(scope.binding, user_id, at_ms)
        return Meeting(person, changes=(taken,)) if at_ms > record.left_ms else Meeting(person)
    if known.root(holder) == known.root(person):
        return Meeting(person)
    return Meeting(person, clashes=(_clash("card", [person, holder], person, known),))


def turn(rotation: Rotation, scope: Scope, known: Known, at_ms: int) -> Meeting:
    """What a change of number or BSUID, as Meta tells it, means: both sides are one person.

    Sides that are known as two people become one (the newer side is merged into the older one, and it can be undone),
    but for a line that had another user before: that one only loses the line.
    """
    old, new = rotation.old, rotation.new
    moves = bool(new.wa_id) and line(old.wa_id) != line(new.wa_id)
    was = _claims(old, scope, known, at_ms)
    now = [r.person for kind, value in _strong(new) if (r := known.get(kind, value))]
    landing = known.get("phone", new.wa_id) if moves else None
    settler = landing.holder(at_ms) if landing else ""
    if landing and settler and _is_newcomer(landing, new.user_id, scope, at_ms):
        now.append(settler)  # wrote from the new number before the change was told
    if not (_strong(old) or digits(old.wa_id)) and not now:
        return Meeting("")
    person = (was or now or [""])[0] or _name(scope, _strong(old), old.wa_id, known.get("phone", old.wa_id), at_ms)
    join = (was[0], now[0]) if was and now and known.root(was[0]) != known.root(now[0]) else None
    mine = {known.root(person), *([known.root(join[1])] if join else [])}
    clashes = [_clash("alias", was, person, known)] if len({known.root(p) for p in was}) > 1 else []
    changes = [*_departures(old, new, moves, person, mine, scope, known, at_ms)]
    for kind, value in _strong(new):
        record = known.get(kind, value) or Alias(kind, value, person, at_ms)
        changes.append(record.back(at_ms))
    if moves:
        changes.append(_phone_reached(new, landing, settler, person, mine, scope, known, at_ms))
        if settler and known.root(settler) not in mine:
            clashes.append(_clash("phone_moved", [person, settler], person, known))
    return Meeting(person, not (was or now), _changed(changes, known), tuple(clashes), join)


def _strong(caller: Caller) -> list[tuple[str, str]]:
    named = [("bsuid", caller.user_id), ("parent", caller.parent_user_id)]
    return [(kind, value) for kind, value in named if value]


def _holder(wa_id: str, phone: Alias | None, known: Known, at_ms: int) -> str:
    found = phone or (known.older(wa_id) if wa_id else None)
    return found.holder(at_ms) if found else ""


def _is_rival(phone: Alias, holder: str, user_id: str, scope: Scope, known: Known) -> bool:
    """Whether the BSUID beside a phone shows that the line is not its holder's any more."""
    bound, _ = phone.bound.get(scope.binding, ("", 0))
    if not holder or not user_id or not bound or bound == user_id:
        return False
    owner = known.get("bsuid", user_id)
    return owner is None or known.root(owner.person) != known.root(holder)


def _claims(caller: Caller, scope: Scope, known: Known, at_ms: int) -> list[str]:
    claims = [record.person for kind, value in _strong(caller) if (record := known.get(kind, value))]
    phone = known.get("phone", caller.wa_id)
    holder = _holder(caller.wa_id, phone, known, at_ms)
    if holder and not (phone and _is_rival(phone, holder, caller.user_id, scope, known)):
        claims.append(holder)
    return claims


def _is_newcomer(landing: Alias, user_id: str, scope: Scope, at_ms: int) -> bool:
    """Whether the line's holder was first seen on it when the person moved there: the same person, then."""
    bound, _ = landing.bound.get(scope.binding, ("", 0))
    if user_id and bound:
        return bound == user_id
    return landing.first_ms >= at_ms - SLACK_MS


def _strong_changes(strong: Sequence[tuple[str, str]], person: str, known: Known, at_ms: int) -> list[Alias]:
    changes = []
    for kind, value in strong:
        record = known.get(kind, value)
        if record is None:
            changes.append(Alias(kind, value, person, at_ms))
        elif record.is_left and at_ms > record.left_ms:
            changes.append(record.back(at_ms))
    return changes


def _phone_seen(
    caller: Caller,
    phone: Alias | None,
    holder: str,
    rival: bool,
    person: str,
    scope: Scope,
    known: Known,
    at_ms: int,
) -> Alias:
    """The phone's record after `person` wrote from it; as it was where nothing is to be learnt."""
    bind = (scope.binding, caller.user_id, at_ms)
    if phone is None:
        return Alias("phone", caller.wa_id, person, at_ms).bind(*bind)
    same = known.root(phone.person) == known.root(person)
    if not holder:
        if not (phone.is_left and at_ms > phone.left_ms):
            return phone.held_before(person)
        return phone.back(at_ms).bind(*bind) if same else phone.taken_over(person, at_ms).bind(*bind)
    if holder != phone.person:
        return phone  # a late message of an earlier holder
    if rival:
        _, since_ms = phone.bound[scope.binding]
        return phone.taken_over(person, at_ms).bind(*bind) if at_ms > since_ms else phone
    return phone.since(at_ms).bind(*bind) if same else phone


def _departures(
    old: Caller, new: Caller, moves: bool, person: str, mine: set[str], scope: Scope, known: Known, at_ms: int
) -> list[Alias]:
    successors = dict(_strong(new))
    changes = []
    for kind, value in _strong(old):
        if value == successors.get(kind):
            continue
        record = known.get(kind, value) or Alias(kind, value, person, at_ms)
        changes.append(record.left(at_ms, successors.get(kind, "")))
    if not digits(old.wa_id):
        return changes
    phone = known.get("phone", old.wa_id) or Alias("phone", old.wa_id, person, at_ms)
    if phone.holder(at_ms) == phone.person and known.root(phone.person) in mine:
        if not phone.version:
            phone = phone.bind(scope.binding, old.user_id, at_ms)
        changes.append(phone.left(at_ms, new.wa_id) if moves else phone)
    return changes


def _phone_reached(
    new: Caller,
    landing: Alias | None,
    settler: str,
    person: str,
    mine: set[str],
    scope: Scope,
    known: Known,
    at_ms: int,
) -> Alias:
    """The record of the line that a person moved to."""
    bind = (scope.binding, new.user_id, at_ms)
    if landing is None:
        return Alias("phone", new.wa_id, person, at_ms, back_ms=at_ms, moved_in=True).bind(*bind)
    if known.root(landing.person) in mine:
        return landing.back(at_ms).bind(*bind)
    if settler and settler != landing.person:
        return landing  # an old change, told late: the line went on to somebody else since
    if not settler and not (landing.is_left and at_ms > landing.left_ms):
        return landing.held_before(person)
    return replace(landing.taken_over(person, at_ms, moved_in=True), back_ms=at_ms).bind(*bind)


def _clash(kind: ClashKind, people: Sequence[str], chosen: str, known: Known) -> Clash:
    return Clash(kind, tuple(sorted({known.root(person) for person in people})), known.root(chosen))


def _name(scope: Scope, strong: Sequence[tuple[str, str]], wa_id: str, phone: Alias | None, at_ms: int) -> str:
    """A new person's id, the same whoever makes it, and never one that the line's earlier holder got."""
    if strong:
        kind, value = strong[0]
        where = scope.portfolio if kind == "bsuid" else ""
        return "p" + digest(scope.tenant, where, kind, value)
    number = line(wa_id) or digits(wa_id)
    again = (str(at_ms),) if phone is not None else ()
    return "p" + digest(scope.tenant, "", "phone", number, *again)


def _changed(changes: Sequence[Alias], known: Known) -> tuple[Alias, ...]:
    """The last word per record, without those that stay as they are."""
    last = {change.key: change for change in changes}
    return tuple(change for key, change in last.items() if change.key[1] and known.aliases.get(key) != change)
