"""A deterministic corpus of people and their webhooks, with the truth of who is who.

Every kind of life is told for many people whose numbers differ; all live in one portal at once, so that a false merge
between two lives shows as well as one within a life. A life is [(payload, seconds, truth)]; its numbers come from
`Numbers`, which never gives one line twice.
"""

import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.core.people.world import DAY, Payload, card, changed, receipt, wrote

SEED = 20_261_125
EACH = 440  # lives of every kind
AREAS = ("11", "12", "19", "21", "24", "27", "31", "35", "41", "47", "51", "53", "55", "61", "71", "79", "81", "91")
T = 1_780_000_000

type Told = tuple[Payload, int, str]
type Life = list[Told]


@dataclass
class Numbers:
    """Fresh phones and BSUIDs. taken: lines given out, so that only wanted likenesses occur."""

    random: random.Random
    taken: set[str] = field(default_factory=set)

    def local(self, first: str) -> str:
        while True:
            digits = self.random.choice(first) + f"{self.random.randrange(10**7):07d}"
            if not {digits, digits[:7]} & self.taken:
                self.taken |= {digits, digits[:7]}
                return digits

    def area(self) -> str:
        return self.random.choice(AREAS)

    def mobile(self) -> tuple[str, str]:
        """A Brazilian mobile in its two forms, in either order."""
        area, local = self.area(), self.local("6789")
        forms = [f"55{area}9{local}", f"55{area}{local}"]
        self.random.shuffle(forms)
        return forms[0], forms[1]

    def bsuid(self, country: str = "BR") -> str:
        return f"{country}.{self.random.randrange(10**16, 10**18)}"

    def at(self) -> int:
        return T + self.random.randrange(300 * DAY)


def ninth_digit(n: Numbers) -> Life:
    (one, other), at = n.mobile(), n.at()
    return [(wrote(n.random.choice((one, other))), at + k, "a") for k in range(4)]


def ninth_digit_with_bsuid(n: Numbers) -> Life:
    (one, other), at, user_id = n.mobile(), n.at(), n.bsuid()
    told = [wrote(one, user_id), wrote(other), wrote(user_id=user_id), wrote(other, user_id)]
    if n.random.random() < 0.5:
        told[0], told[3] = told[3], told[0]
    return [(each, at + k, "a") for k, each in enumerate(told)]


def landline_and_mobile_alike(n: Numbers) -> Life:
    area, local, at = n.area(), n.local("2345"), n.at()
    landline, mobile = f"55{area}{local}", f"55{area}9{local}"
    return [(wrote(landline), at, "shop"), (wrote(mobile), at + 1, "b"), (wrote(landline), at + 2, "shop")]


def same_end_other_area(n: Numbers) -> Life:
    local, at = n.local("6789"), n.at()
    one, two = n.random.sample(AREAS, 2)
    return [
        (wrote(f"55{one}9{local}"), at, "a"),
        (wrote(f"55{two}{local}"), at + 1, "b"),
        (wrote(f"55{one}{local}"), at + 2, "a"),
        (wrote(f"55{two}9{local}"), at + 3, "b"),
    ]


def mexican(n: Numbers) -> Life:
    local, at = f"55{n.local('2345678')}", n.at()
    lookalike = f"55{local[:2]}9{local[2:]}"
    return [
        (wrote(f"52{local}"), at, "a"),
        (wrote(lookalike), at + 1, "brazilian"),
        (wrote(f"521{local}"), at + 2, "a"),
    ]


def argentine(n: Numbers) -> Life:
    local, at = f"11{n.local('234567')}", n.at()
    told = [(wrote(f"549{local}"), at, "mobile"), (wrote(f"54{local}"), at + 1, "landline")]
    n.random.shuffle(told)
    return [*told, (wrote(f"549{local}"), at + 2, "mobile")]


def prefixes_inside(n: Numbers) -> Life:
    one, at = n.mobile()[0], n.at()
    return [
        (wrote(one), at, "a"),
        (wrote("1" + one[: 10 + len(one) % 2]), at, "us"),
        (wrote(f"351{one[2:11]}"), at, "pt"),
    ]


def test_numbers(n: Numbers) -> Life:
    at, local = n.at(), n.local("0123456789")[:7]
    test_number, example = f"1555{local}", f"1650{local}"
    return [(wrote(test_number), at, "a"), (wrote(example), at, "b"), (wrote(test_number), at + 1, "a")]


def username_person(n: Numbers) -> Life:
    at, user_id, namesake = n.at(), n.bsuid(), n.bsuid()
    told = [(wrote(user_id=user_id, username=f"maria{k}"), at + k, "a") for k in range(3)]
    return [*told, (wrote(user_id=namesake, username="maria0"), at + 4, "namesake")]


def phone_hides_and_shows(n: Numbers) -> Life:
    (one, other), at, user_id = n.mobile(), n.at(), n.bsuid()
    told = [wrote(one, user_id), wrote(user_id=user_id), wrote(other, user_id), wrote(user_id=user_id)]
    n.random.shuffle(told)
    return [(each, at + k, "a") for k, each in enumerate(told)]


def parents(n: Numbers) -> Life:
    at, parent, one, two = n.at(), f"BR.ENT.{n.random.randrange(10**17)}", n.bsuid(), n.bsuid()
    return [
        (wrote(user_id=one, parent=parent), at, "a"),
        (wrote(parent=parent), at + 1, "a"),
        (wrote(user_id=two), at + 2, "b"),
    ]


def bsuid_in_from(n: Numbers) -> Life:
    at, user_id = n.at(), n.bsuid()
    return [(wrote(user_id), at, "a"), (wrote(user_id=user_id), at + 1, "a"), (wrote(user_id[3:][:12]), at + 2, "b")]


def number_change(n: Numbers) -> Life:
    """Told in any order, some of it repeated."""
    (one, _), (two, two_other), at = n.mobile(), n.mobile(), n.at()
    first, second = n.bsuid(), n.bsuid()
    change = (changed((one, first), (two, second)), at + 10, "a")
    told = [
        (wrote(one, first), at, "a"),
        (wrote(user_id=first), at + 5, "a"),
        change,
        (wrote(two, second), at + 12, "a"),
        (wrote(two_other, second), at + 13, "a"),
    ]
    n.random.shuffle(told)
    return [*told, n.random.choice(told), change]


def old_number_change(n: Numbers) -> Life:
    (one, one_other), (two, two_other), at = n.mobile(), n.mobile(), n.at()
    told = [
        (wrote(one), at, "a"),
        (changed((one_other, ""), (two, "")), at + 10, "a"),
        (wrote(two_other), at + 12, "a"),
    ]
    n.random.shuffle(told)
    return [*told, (wrote(two), at + 20, "a")]


def chain_of_ids(n: Numbers) -> Life:
    at, ids = n.at(), [n.bsuid() for _ in range(5)]
    told = [(wrote(user_id=each), at + 10 * k, "a") for k, each in enumerate(ids)]
    told += [
        (changed(("", before), ("", after)), at + 10 * k + 5, "a")
        for k, (before, after) in enumerate(itertools.pairwise(ids))
    ]
    n.random.shuffle(told)
    return told


def chain_of_numbers(n: Numbers) -> Life:
    at, phones, ids = n.at(), [n.mobile() for _ in range(3)], [n.bsuid() for _ in range(3)]
    told = [(wrote(n.random.choice(p), u), at + 10 * k, "a") for k, (p, u) in enumerate(zip(phones, ids, strict=True))]
    told += [(changed((phones[k][0], ids[k]), (phones[k + 1][1], ids[k + 1])), at + 10 * k + 5, "a") for k in range(2)]
    n.random.shuffle(told)
    return told


def recycled_after_change(n: Numbers) -> Life:
    (one, other), (two, _), at = n.mobile(), n.mobile(), n.at()
    ids = [n.bsuid() for _ in range(3)]
    with_id = n.random.random() < 0.7
    told = [
        (wrote(one, ids[0]), at, "a"),
        (changed((other, ids[0]), (two, ids[1])), at + DAY, "a"),
        (wrote(other, ids[2] if with_id else ""), at + 200 * DAY, "stranger"),
        (wrote(two, ids[1]), at + 201 * DAY, "a"),
    ]
    if with_id:
        n.random.shuffle(told)
    return told


def recycled_silently(n: Numbers) -> Life:
    (one, other), at, mine, theirs = n.mobile(), n.at(), n.bsuid(), n.bsuid()
    told = [
        (wrote(one, mine), at, "a"),
        (wrote(other, theirs), at + 200 * DAY, "stranger"),
        (wrote(user_id=mine), at + 201 * DAY, "a"),
    ]
    n.random.shuffle(told)
    return [*told, (wrote(one), at + 202 * DAY, "stranger")]


def moves_to_a_used_line(n: Numbers) -> Life:
    (mine, _), (used, used_other), at = n.mobile(), n.mobile(), n.at()
    ids = [n.bsuid() for _ in range(3)]
    told = [
        (wrote(used, ids[2]), at - 300 * DAY, "earlier"),
        (wrote(mine, ids[0]), at, "a"),
        (changed((mine, ids[0]), (used_other, ids[1])), at + 10, "a"),
        (wrote(used_other, ids[1]), at + 20, "a"),
        (wrote(user_id=ids[2]), at + 30, "earlier"),
    ]
    n.random.shuffle(told)
    return told


def receipts(n: Numbers) -> Life:
    (one, other), at, user_id = n.mobile(), n.at(), n.bsuid()
    return [(wrote(one), at, "a"), (receipt(other, user_id), at + 1, "a"), (wrote(user_id=user_id), at + 2, "a")]


def asked_for_the_phone(n: Numbers) -> Life:
    (one, other), at, user_id = n.mobile(), n.at(), n.bsuid()
    return [(wrote(user_id=user_id), at, "a"), (card(one, user_id), at + 1, "a"), (wrote(other), at + 2, "a")]


def hands_out_a_card(n: Numbers) -> Life:
    (one, other), at, user_id = n.mobile(), n.at(), n.bsuid()
    origin = n.random.choice(("other", "", "Contact_Request"))
    return [
        (card(one, user_id, origin=origin), at, "a"),
        (wrote(other), at + 1, "friend"),
        (wrote(user_id=user_id), at + 2, "a"),
    ]


def gives_a_phone_that_is_anothers(n: Numbers) -> Life:
    (one, other), at, mine, theirs = n.mobile(), n.at(), n.bsuid(), n.bsuid()
    return [
        (wrote(one, theirs), at, "friend"),
        (card(other, mine), at + 1, "a"),
        (wrote(other), at + 2, "friend"),
        (wrote(user_id=mine), at + 3, "a"),
    ]


def new_account_on_the_same_line(n: Numbers) -> Life:
    """The one life that rules cannot tell from a recycled line, if Meta says nothing: kept apart, and listed."""
    (one, other), at = n.mobile(), n.at()
    return [(wrote(one, n.bsuid()), at, "a"), (wrote(other, n.bsuid()), at + 400 * DAY, "a")]


KINDS: tuple[Callable[[Numbers], Life], ...] = (
    ninth_digit,
    ninth_digit_with_bsuid,
    landline_and_mobile_alike,
    same_end_other_area,
    mexican,
    argentine,
    prefixes_inside,
    test_numbers,
    username_person,
    phone_hides_and_shows,
    parents,
    bsuid_in_from,
    number_change,
    old_number_change,
    chain_of_ids,
    chain_of_numbers,
    recycled_after_change,
    recycled_silently,
    moves_to_a_used_line,
    receipts,
    asked_for_the_phone,
    hands_out_a_card,
    gives_a_phone_that_is_anothers,
)
RARE = 80  # lives that no rule can join, among all the others


def lives() -> Iterator[tuple[str, Life]]:
    """(name, life) of every generated case, always the same."""
    numbers = Numbers(random.Random(SEED))
    kinds = [kind for kind in KINDS for _ in range(EACH)] + [new_account_on_the_same_line] * RARE
    for count, kind in enumerate(kinds):
        yield f"{kind.__name__}-{count}", kind(numbers)
