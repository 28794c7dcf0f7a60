"""What is known of one alias: whose it is, since when, and what it became. Values only.

BSUIDs and parent BSUIDs belong to one person for ever. Phone lines change hands: carriers give abandoned numbers to
strangers. So a phone's record tells times apart: who held it before, when its holder left it, and which BSUID it was
seen with. Every field only ever moves one way (earliest, latest), so events may come in any order and repeatedly.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ponte.people.phone_numbers import digits, line, older_line

type Key = tuple[str, str]

# How far the clocks behind a rotation and behind an ordinary message may lie apart. Carriers keep an abandoned number
# idle for weeks, so whoever is first seen on a line within this time of somebody's move to it is that somebody.
SLACK_MS = 24 * 3600 * 1000
FORMER_MAX = 8  # holders of one line that are remembered


@dataclass(frozen=True, slots=True)
class Alias:
    """One address of a person. Times are ms by the provider's clock.

    value: as first received. first_ms: earliest sign that `person` holds it. left_ms: latest sign that they gave it up,
    for `next` ("" where not told); back_ms: latest sign of a return. moved_in: held because of a number change, so its
    earlier user was somebody else. bound: portfolio (or account) -> (BSUID, since when) the line was
    seen with. former: earlier
    holders of a line with the time until which it was theirs, ascending. version: of the stored record, 0 = not stored.
    """

    kind: str
    value: str
    person: str
    first_ms: int
    left_ms: int = 0
    back_ms: int = 0
    next: str = ""
    moved_in: bool = False
    bound: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    former: tuple[tuple[str, int], ...] = ()
    version: int = 0

    @property
    def key(self) -> Key:
        return key(self.kind, self.value)

    @property
    def is_left(self) -> bool:
        return self.left_ms > 0 and self.left_ms >= self.back_ms

    def holder(self, at_ms: int) -> str:
        """Whose it was at that time; "" for nobody we know."""
        if at_ms < self.first_ms:
            for person, until_ms in self.former:
                if at_ms <= until_ms:
                    return person
            if self.moved_in and at_ms < self.first_ms - SLACK_MS:
                return ""
        return "" if self.is_left and at_ms > self.left_ms else self.person

    def left(self, at_ms: int, successor: str) -> "Alias":
        """Given up at that time for `successor` ("" = not told)."""
        if (at_ms, successor) <= (self.left_ms, self.next):
            return self
        return replace(self, left_ms=at_ms, next=successor)

    def back(self, at_ms: int) -> "Alias":
        """In use by its holder at that time."""
        return replace(self, back_ms=at_ms) if at_ms > self.back_ms else self

    def since(self, at_ms: int) -> "Alias":
        """Already its holder's at that earlier time."""
        return replace(self, first_ms=at_ms) if at_ms < self.first_ms and not self.moved_in else self

    def bind(self, binding: str, user_id: str, at_ms: int) -> "Alias":
        """Seen together with a BSUID; an older sighting changes nothing."""
        known, since_ms = self.bound.get(binding, ("", -1))
        if not user_id or known == user_id or at_ms <= since_ms:
            return self
        return replace(self, bound={**self.bound, binding: (user_id, at_ms)})

    def taken_over(self, person: str, at_ms: int, *, moved_in: bool = False) -> "Alias":
        """The line is somebody else's from that time on; its holder so far stays known for what comes late."""
        until_ms = self.left_ms if self.is_left else at_ms - 1
        former = sorted((*self.former, (self.person, until_ms)), key=lambda each: each[1])
        return replace(
            self,
            person=person,
            first_ms=at_ms,
            left_ms=0,
            back_ms=0,
            next="",
            moved_in=moved_in,
            bound={},
            former=tuple(former[-FORMER_MAX:]),
        )

    def held_before(self, person: str) -> "Alias":
        """Somebody held the line before whoever moved in; learnt late."""
        former = sorted((*self.former, (person, self.first_ms - 1)), key=lambda each: each[1])
        return replace(self, former=tuple(former[-FORMER_MAX:]))


def key(kind: str, value: str) -> Key:
    """Under what an alias is kept: equal for all forms of one telephone line, verbatim for everything else."""
    return kind, (line(value) or digits(value)) if kind == "phone" else value


@dataclass(frozen=True, slots=True)
class Known:
    """The records that an event's addresses have, and into whom each of their people was merged; see People.roots."""

    aliases: Mapping[Key, Alias]
    roots: Mapping[str, str]

    def get(self, kind: str, value: str) -> Alias | None:
        return self.aliases.get(key(kind, value)) if value else None

    def older(self, phone: str) -> Alias | None:
        """An Argentine mobile as older lists have it, without the 9: only where it came from a list (first_ms 0). Seen
        on WhatsApp under that form it is a landline, and somebody else's."""
        record = self.aliases.get(("phone", older_line(phone)))
        return record if record and not record.first_ms else None

    def root(self, person: str) -> str:
        return self.roots.get(person, person)

    def is_alone(self, person: str) -> bool:
        """Neither merged into anybody nor anybody into them."""
        return person not in self.roots


def wanted(*addresses: tuple[str, str]) -> list[Key]:
    """The keys to read for an event that names these (kind, value) addresses; "" names nothing."""
    keys: list[Key] = []
    for kind, value in addresses:
        if value:
            keys.append(key(kind, value))
            if kind == "phone" and (older := older_line(value)):
                keys.append(("phone", older))
    return [each for each in dict.fromkeys(keys) if each[1]]
