"""Who is who: cases made by hand, each with the truth, told as webhooks in their order."""

import pytest

from ponte.mappings import Number
from ponte.people.callers import caller
from tests.core.people.handmade import CASES, M12, M13, PLACES, Told
from tests.core.people.handmade import T as AT
from tests.core.people.world import ONE, Payload, World, card, changed, receipt, wrote


def seen(world: World, told: list[tuple[Payload, int, str, Number]]) -> list[tuple[str, str, str]]:
    """(truth, tenant, person at the end) of every message."""
    people = [(truth, world.tell(payload, at, where), where, payload) for payload, at, truth, where in told]
    return [
        (truth, str(where.member_id), world.root(person, str(where.member_id)))
        for truth, person, where, payload in people
        if "message" in payload and payload["message"].get("type") != "system"
    ]


def check(found: list[tuple[str, str, str]]) -> None:
    for truth, tenant, person in found:
        for other, elsewhere, another in found:
            assert ((tenant, person) == (elsewhere, another)) == (truth == other), (truth, other, found)


@pytest.mark.parametrize("told", CASES.values(), ids=CASES)
def test_every_message_finds_its_person_and_nobody_elses(told: list[Told]) -> None:
    check(seen(World(), [(payload, at, truth, ONE) for payload, at, truth in told]))


@pytest.mark.parametrize("told", PLACES.values(), ids=PLACES)
def test_portfolios_and_portals_keep_their_people_apart(told: list[tuple[Payload, int, str, Number]]) -> None:
    check(seen(World(), told))


def test_a_message_without_any_address_is_nobodys() -> None:
    world = World()
    assert world.tell({"message": {"from": None, "from_user_id": "x"}}, AT) == ""
    with pytest.raises(ValueError, match="nobody"):
        world.conversations.resolve(ONE, caller(None, "", None, "Maria"), AT)


TWO = [(wrote(M13), AT), (wrote(user_id="BR.1"), AT + 1)]


def test_addresses_of_two_people_merge_nobody_and_the_bsuid_decides() -> None:
    world = World()
    by_phone, by_bsuid = (world.tell(*each) for each in TWO)
    assert world.tell(wrote(M12, "BR.1"), AT + 2) == by_bsuid
    assert world.open_cases() == [("alias", {by_phone, by_bsuid})]
    assert world.tell(wrote(M13), AT + 3) == by_phone
    assert world.tell(wrote(user_id="BR.1"), AT + 4) == by_bsuid


def test_the_parent_decides_before_the_phone() -> None:
    world = World()
    by_phone, by_parent = world.tell(wrote(M13), AT), world.tell(wrote(parent="BR.ENT.1"), AT)
    assert world.tell(wrote(M13, parent="BR.ENT.1"), AT + 1) == by_parent
    assert world.tell(wrote(M13), AT + 2) == by_phone


def test_a_clash_is_one_case_however_often_it_comes() -> None:
    world = World()
    for each in TWO:
        world.tell(*each)
    for n in range(3):
        world.tell(wrote(M12, "BR.1"), AT + 2 + n)
    (case,) = world.cases.open_cases("m1")
    assert (case.count, case.kind) == (3, "alias")


def test_the_same_event_counts_once() -> None:
    world = World()
    for each in TWO:
        world.tell(*each)
    for _ in range(3):
        world.ids = iter(["same"])
        world.tell(wrote(M12, "BR.1"), AT + 2)
    (case,) = world.cases.open_cases("m1")
    assert case.count == 1


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ([(wrote(M13, "BR.1"), AT), (wrote(M13, "BR.9"), AT + 1)], "phone_moved"),
        ([(wrote(M13, "BR.1"), AT), (receipt(M13, "BR.9"), AT + 1)], "phone_moved"),
        ([(wrote(M13, "BR.2"), AT), (card(M12, "BR.1"), AT + 1)], "card"),
        (
            [
                (wrote("5531977776666", "BR.7"), AT),
                (wrote(M13, "BR.1"), AT),
                (changed((M13, "BR.1"), ("5531977776666", "BR.2")), AT + 9),
            ],
            "phone_moved",
        ),
    ],
)
def test_what_somebody_should_look_at_is_listed(told: list[tuple[Payload, int]], kind: str) -> None:
    world = World()
    for payload, at in told:
        world.tell(payload, at)
    ((listed, people),) = world.open_cases()
    assert (listed, len(people)) == (kind, 2)


@pytest.mark.parametrize("name", [n for n in CASES if "rotation" in n or "change, then" in n or "B to C" in n])
def test_an_ordinary_change_is_nobodys_business(name: str) -> None:
    world = World()
    for payload, at, truth in CASES[name]:
        if truth == "a":
            world.tell(payload, at)
    assert world.open_cases() == []
