"""Whatever the order and however often: a person's webhooks end with the same people."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from ponte.people.identity import Scope
from tests.core.people.world import DAY, ONE, Payload, World, changed, receipt, wrote

T = 1_790_000_000
PHONES = [("5531988776655", "553188776655"), ("5511977776666", "551177776666"), ("5521966665555", "552166665555")]
IDS = ["BR.1", "BR.2", "BR.3"]

type Told = tuple[Payload, int]


def modern() -> list[Told]:
    """Three numbers, three BSUIDs, two changes; the phone shows or hides, in either form."""
    told: list[Told] = []
    for k, ((one, other), user_id) in enumerate(zip(PHONES, IDS, strict=True)):
        start = T + 10 * DAY * k
        told += [
            (wrote(user_id=user_id), start + 5),
            (wrote(one, user_id), start + 6),
            (wrote(other, user_id), start + 7),
        ]
        told.append((receipt(one, user_id), start + 8))
        if k:
            told.append((changed((PHONES[k - 1][0], IDS[k - 1]), (one, user_id)), start))
    return told


def hidden() -> list[Told]:
    """BSUIDs alone, told by Meta's rotations."""
    told: list[Told] = [(wrote(user_id=user_id), T + 10 * k) for k, user_id in enumerate(IDS)]
    return told + [(changed(("", a), ("", b)), T + 10 * k + 5) for k, (a, b) in enumerate(itertools.pairwise(IDS))]


def legacy() -> list[Told]:
    """Phones alone, as old payloads have it."""
    told: list[Told] = [(wrote(one if k % 2 else other), T + 10 * k) for k, (one, other) in enumerate(PHONES)]
    return told + [
        (changed((a[0], ""), (b[1], "")), T + 10 * k + 5) for k, (a, b) in enumerate(itertools.pairwise(PHONES))
    ]


LIVES = (modern, hidden, legacy)


@st.composite
def shuffled(draw: st.DrawFn) -> list[Told]:
    """A life in any order, with repetitions anywhere."""
    life = draw(st.sampled_from(LIVES))()
    again = draw(st.lists(st.sampled_from(life), max_size=6))
    return draw(st.permutations([*life, *again]))


def owners(world: World) -> set[str]:
    """The roots of all who own an address of a life."""
    phones = [("phone", phone) for pair in PHONES for phone in pair]
    known = world.aliases.read(Scope("m1"), [*phones, *(("bsuid", user_id) for user_id in IDS)])
    return {known.root(alias.person) for alias in known.aliases.values()}


@given(shuffled())
@settings(max_examples=300)
def test_any_order_and_repetition_ends_with_one_person(told: list[Told]) -> None:
    world = World()
    for payload, at in told:
        world.tell(payload, at)
    assert len(owners(world)) == 1
    assert world.open_cases() == [] or _settled(world)


def _settled(world: World) -> bool:
    """What was listed before the rotation came is one person by now: nobody need look at it."""
    return all(len({world.root(person) for person in people}) == 1 for _, people in world.open_cases())


@given(shuffled())
@settings(max_examples=200)
def test_the_answer_goes_to_the_newest_address_in_any_order(told: list[Told]) -> None:
    world = World()
    people = {person for payload, at in told if (person := world.tell(payload, at)) and "status" not in payload}
    homes = [world.conversations.of_person(ONE, person) for person in people]
    reached = {
        (answer.wa_id[-8:], answer.user_id) for home in homes if home and (answer := world.chat(str(home.person)))
    }
    has_ids = any("from_user_id" in payload.get("message", {}) for payload, _ in told)
    has_phones = any("from" in payload.get("message", {}) for payload, _ in told)
    assert reached == {(PHONES[-1][0][-8:] if has_phones else "", IDS[-1] if has_ids else "")}
