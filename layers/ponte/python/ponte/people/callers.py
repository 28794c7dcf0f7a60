"""Who wrote to us, in terms of the aliases that a person is found by."""

from dataclasses import dataclass

from ponte.people.phone_numbers import match_set
from ponte.whatsapp.events import Sender, SystemChange

type AliasPair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Caller:
    """Every address seen on an event; "" where absent. phones: all equivalent forms of the phone, for matching only."""

    wa_id: str
    user_id: str
    parent_user_id: str
    phones: tuple[str, ...]
    name: str

    def aliases(self) -> list[AliasPair]:
        """(kind, value), the strongest first: BSUID, parent BSUID, phone. An absent address is no alias."""
        named = [("bsuid", self.user_id), ("parent", self.parent_user_id)]
        return [(kind, value) for kind, value in named if value] + [("phone", phone) for phone in self.phones]


def caller_of(sender: Sender) -> Caller:
    """The caller that a sender is; the profile's name, else the username, is for display only."""
    return Caller(
        wa_id=sender.phone or "",
        user_id=sender.user_id or "",
        parent_user_id=sender.parent_user_id or "",
        phones=tuple(match_set(sender.phone)) if sender.phone else (),
        name=sender.name or sender.username,
    )


def rotation(sender: Sender, change: SystemChange) -> tuple[list[AliasPair], list[AliasPair]]:
    """(old, new) aliases of a person whose number or BSUID changed.

    The old ones find the person, whichever of several rotations arrives first; the new ones are added to them.
    """
    new = [("bsuid", change.user_id or ""), ("parent", change.parent_user_id or "")]
    new += [("phone", phone) for phone in (match_set(change.phone) if change.phone else ())]
    fresh = [pair for pair in new if pair[1]]
    previous = [("bsuid", change.previous_user_id or ""), ("parent", change.previous_parent_user_id or "")]
    old = [pair for pair in previous if pair[1]] + caller_of(sender).aliases()
    return [pair for pair in old if pair not in fresh] + fresh, fresh
