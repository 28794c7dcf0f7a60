"""Who wrote to us, in terms of the aliases that a person is found by."""

from dataclasses import dataclass

from ponte.people.phone_numbers import digits, match_set
from ponte.whatsapp.events import Contacts, InboundMessage, Sender, SystemChange

type AliasPair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Caller:
    """Every address seen on an event; "" where absent, and "" never matches anybody.

    phones: all equivalent forms of wa_id, for looking up only. name: for display, never a key.
    """

    wa_id: str
    user_id: str
    parent_user_id: str
    phones: tuple[str, ...]
    name: str

    def aliases(self) -> list[AliasPair]:
        """(kind, value) as received, the strongest first: BSUID, parent BSUID, phone. An absent address is no alias."""
        named = [("bsuid", self.user_id), ("parent", self.parent_user_id), ("phone", digits(self.wa_id))]
        return [(kind, value) for kind, value in named if value]


def caller(wa_id: str | None, user_id: str | None, parent_user_id: str | None, name: str = "") -> Caller:
    """A caller by the addresses a payload gave; None and "" are the same: absent."""
    return Caller(wa_id or "", user_id or "", parent_user_id or "", match_set(wa_id) if wa_id else (), name)


def caller_of(sender: Sender) -> Caller:
    """The caller that a sender is; the profile's name, else the username, is for display only."""
    return caller(sender.phone, sender.user_id, sender.parent_user_id, sender.name or sender.username)


@dataclass(frozen=True, slots=True)
class Rotation:
    """A person's addresses before and after a change of number or BSUID; what was not told is "".

    Either side may be empty, and an address that stands on both sides did not change.
    """

    old: Caller
    new: Caller


def rotation(sender: Sender, change: SystemChange) -> Rotation:
    """What a `system` message says of its sender's addresses. Events of any age come in any order."""
    new = caller(change.phone, change.user_id, change.parent_user_id)
    old = caller(
        sender.phone or change.previous_phone,
        change.previous_user_id or _other(sender.user_id, new.user_id),
        change.previous_parent_user_id or _other(sender.parent_user_id, new.parent_user_id),
    )
    return Rotation(old, new)


def _other(address: str | None, new: str) -> str | None:
    """The sender's own address where it is not the new one already."""
    return address if address != new else None


def own_phones(message: InboundMessage) -> tuple[str, ...]:
    """Phones that the sender gave as their own, in answer to our question for it; () for cards of anybody else.

    Only what WhatsApp itself vouches for (`wa_id`) or is written internationally; a national number is nobody's.
    """
    if not isinstance(message.body, Contacts):
        return ()
    found: list[str] = []
    for card in message.body.cards:
        if card.own:
            found += card.wa_ids or (digits(each) for each in card.phones if each.lstrip().startswith(("+", "00")))
    return tuple(dict.fromkeys(filter(None, found)))
