"""The ids under which WhatsApp shows one person, in the order in which they are asked for.

BSUID first, then the parent BSUID, then the phone: a phone can go to somebody else, a BSUID cannot. An alias always has
a value, so that two people without a phone never become one. Aliases are added, never removed; two aliases of one
payload that belong to different people merge nobody (the first in this order decides, the conflict is reported).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ponte.people.phone_numbers import match_set
from ponte.whatsapp.events import Sender, SystemChange

type AliasKind = Literal["bsuid", "parent", "phone"]


@dataclass(frozen=True, slots=True)
class Alias:
    """value: as received. Raises ValueError when empty: an empty alias would be everybody's."""

    kind: AliasKind
    value: str

    def __post_init__(self) -> None:
        if not self.value:
            raise ValueError("an alias needs a value")


@dataclass(frozen=True, slots=True)
class Rotation:
    """One person before and after a change of number or id. Either side may be empty: then it teaches nothing."""

    before: tuple[Alias, ...]
    after: tuple[Alias, ...]


def aliases_of(sender: Sender) -> tuple[Alias, ...]:
    """What a message tells of its sender: at most one alias of each kind, bsuid, parent, phone."""
    return _aliases(sender.user_id, sender.parent_user_id, sender.phone)


def rotation_of(sender: Sender, change: SystemChange) -> Rotation:
    """The old and the new aliases of a `system` message; sender: of that same message.

    What did not change stands on neither side but stays an alias: a changed BSUID leaves the phone as it was.
    """
    before = _aliases(
        change.previous_user_id or sender.user_id,
        change.previous_parent_user_id or sender.parent_user_id,
        sender.phone,
    )
    after = _aliases(change.user_id, change.parent_user_id, change.phone)
    return Rotation(
        tuple(each for each in before if each not in after),
        tuple(each for each in after if each not in before),
    )


def lookups(aliases: Iterable[Alias]) -> tuple[Alias, ...]:
    """The aliases to ask the store for, in order: each as it is, phones followed by their other forms."""
    found: dict[Alias, None] = {}
    for alias in aliases:
        forms = match_set(alias.value) if alias.kind == "phone" else ()
        for value in (alias.value, *forms):
            found.setdefault(Alias(alias.kind, value))
    return tuple(found)


def share_person(left: Iterable[Alias], right: Iterable[Alias]) -> bool:
    """Whether two sets of aliases name the same person; never when either is empty."""
    return not set(lookups(left)).isdisjoint(lookups(right))


def _aliases(user_id: str | None, parent_user_id: str | None, phone: str | None) -> tuple[Alias, ...]:
    pairs: tuple[tuple[AliasKind, str | None], ...] = (("bsuid", user_id), ("parent", parent_user_id), ("phone", phone))
    return tuple(Alias(kind, value) for kind, value in pairs if value)
