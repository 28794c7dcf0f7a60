"""Where an operator's answer goes, and where the customer's next message appears."""

import pytest

from ponte.mappings import Conversation, MemberId, PersonId, PhoneNumberId
from ponte.people.callers import caller
from tests.core.people.handmade import M12, M13
from tests.core.people.world import DAY, ONE, Payload, World, changed, number, receipt, wrote

T = 1_790_000_000
NEW = "5531977776666"
type Answer = tuple[str, str]


def told(*payloads: tuple[Payload, int]) -> tuple[World, str]:
    """(world, the person of the first message)."""
    world = World()
    first = world.tell(*payloads[0])
    for each in payloads[1:]:
        world.tell(*each)
    return world, first


def answer(world: World, person: str) -> Answer:
    chat = world.chat(person)
    return chat.wa_id, chat.user_id


@pytest.mark.parametrize(
    ("payloads", "expected"),
    [
        ([(wrote(M12), T)], (M12, "")),
        ([(wrote(M12), T), (wrote(M13), T + 1)], (M13, "")),
        ([(wrote(M13), T + 1), (wrote(M12), T)], (M13, "")),
        ([(wrote(user_id="BR.1"), T)], ("", "BR.1")),
        ([(wrote(M13, "BR.1"), T), (wrote(user_id="BR.1"), T + 1)], (M13, "BR.1")),
        ([(wrote(M13, "BR.1"), T), (changed((M13, "BR.1"), (NEW, "BR.2")), T + 9)], (NEW, "BR.2")),
        ([(wrote(M13), T), (changed((M12, ""), ("553177776666", "")), T + 9)], ("553177776666", "")),
        # the phone changed with the BSUID, and nobody said to what
        ([(wrote(M13, "BR.1"), T), (changed(("", "BR.1"), ("", "BR.2")), T + 9)], ("", "BR.2")),
        # and then it shows: it is the same one after all
        (
            [
                (wrote(M13, "BR.1"), T),
                (changed(("", "BR.1"), ("", "BR.2")), T + 9),
                (wrote(M13, "BR.2"), T + 10),
                (wrote(user_id="BR.2"), T + 11),
            ],
            (M13, "BR.2"),
        ),
        # an older message, late, says nothing about today
        (
            [
                (wrote(M13, "BR.1"), T),
                (changed(("", "BR.1"), ("", "BR.2")), T + 9),
                (wrote(M13, "BR.2"), T + 10),
                (wrote(M13, "BR.1"), T + 1),
            ],
            (M13, "BR.2"),
        ),
        # twice, told in the wrong order; the older one again
        (
            [
                (wrote(user_id="BR.1"), T),
                (changed(("", "BR.2"), ("", "BR.3")), T + 20),
                (changed(("", "BR.1"), ("", "BR.2")), T + 10),
                (changed(("", "BR.1"), ("", "BR.2")), T + 10),
            ],
            ("", "BR.3"),
        ),
        # there and back
        (
            [
                (wrote(M13, "BR.1"), T),
                (changed((NEW, "BR.2"), (M13, "BR.3")), T + 20),
                (changed((M13, "BR.1"), (NEW, "BR.2")), T + 10),
            ],
            (M13, "BR.3"),
        ),
        # the line is a stranger's by now: the person has the BSUID only
        ([(wrote(M13, "BR.1"), T), (wrote(M12, "BR.9"), T + 200 * DAY)], ("", "BR.1")),
        ([(wrote(M13, "BR.1"), T), (receipt(M12, "BR.9"), T + 200 * DAY)], ("", "BR.1")),
        # and nothing at all where the phone was all we had
        (
            [
                (wrote(M13), T),
                (changed((M13, ""), (NEW, "")), T + 1),
                (wrote("5511966665555"), T + 2),
                (changed(("5511966665555", ""), (NEW, "")), T + 90 * DAY),
            ],
            ("", ""),
        ),
    ],
)
def test_an_answer_goes_where_the_person_is_now(payloads: list[tuple[Payload, int]], expected: Answer) -> None:
    world, first = told(*payloads)
    assert answer(world, first) == expected


def test_after_a_change_that_came_late_both_chats_reach_the_person_and_the_first_goes_on() -> None:
    world, first = told((wrote(M13, "BR.1"), T))
    second = world.tell(wrote(NEW, "BR.2"), T + 12)
    assert second != first
    world.tell(changed((M13, "BR.1"), (NEW, "BR.2")), T + 10)
    assert (answer(world, first), answer(world, second)) == ((NEW, "BR.2"), (NEW, "BR.2"))
    assert world.chat(second).chat_id != world.chat(first).chat_id
    assert world.tell(wrote(NEW, "BR.2"), T + 13) == first
    (merge,) = world.people.merges("m1")
    assert (merge.survivor, merge.absorbed, merge.by) == (first, second, "rotation")


def test_a_merge_that_a_rotation_made_is_in_the_audit_trail() -> None:
    world, first = told((wrote(user_id="BR.1"), T), (wrote(user_id="BR.2"), T + 1))
    world.tell(changed(("", "BR.1"), ("", "BR.2")), T + 2)
    (row,) = (item for item in world.audit_table.items() if "action" in item)  # type: ignore[attr-defined]
    assert (row["action"], row["by"], row["detail"]["survivor"]) == ("people.merge", "rotation", first)
    assert "BR." not in str(row)


def test_the_window_counts_from_the_customers_last_message_in_either_chat() -> None:
    world, first = told((wrote(user_id="BR.1"), T), (wrote(user_id="BR.2"), T + 50))
    world.tell(changed(("", "BR.1"), ("", "BR.2")), T + 40)
    assert world.chat(first).last_inbound_ms == (T + 50) * 1000


def test_a_contact_of_the_crm_stays_with_the_person_who_changed_the_number() -> None:
    world, first = told((wrote(M13, "BR.1"), T))
    world.conversations.save(world.chat(first), contact_id="275")
    world.tell(changed((M13, "BR.1"), (NEW, "BR.2")), T + 9)
    found = world.conversations.resolve(ONE, caller(NEW, "BR.2", None), (T + 10) * 1000).conversation
    assert (found.person, found.contact_id, found.wa_id) == (first, "275", NEW)


def test_a_line_that_got_another_number_leads_to_that_number() -> None:
    world, first = told((wrote(M13), T))
    other = number("pn2")
    assert world.tell(wrote(M13), T + 1, other) == first
    assert world.chat(first, other).phone_number_id == "pn2"


@pytest.mark.parametrize(
    ("payload", "found"),
    [
        (wrote(M12), True),
        (wrote(user_id="BR.1"), True),
        (wrote(M12, "BR.9"), False),
        (wrote(user_id="BR.9"), False),
        (wrote(""), False),
    ],
)
def test_finding_somebody_teaches_nothing(payload: Payload, found: bool) -> None:
    world, first = told((wrote(M13, "BR.1"), T))
    before = world.table.items()  # type: ignore[attr-defined]
    message = payload["message"]
    who = caller(message.get("from"), message.get("from_user_id"), None)
    chat = world.conversations.find(ONE, who, (T + 5) * 1000)
    assert (chat.person if chat else None) == (first if found else None)
    by_alias = world.conversations.by_alias(ONE, who.aliases())
    assert (by_alias is not None) == found
    assert world.table.items() == before  # type: ignore[attr-defined]


def test_a_chat_from_an_older_list_is_found_by_the_mobile_it_stands_for() -> None:
    """54 without the 9 may be a landline, unless it is our own list that says so."""
    world = World()
    listed = Conversation(
        PhoneNumberId("pn1"), PersonId("541141234567"), MemberId("m1"), "ponte", 7, "541141234567", chat_id="1"
    )
    world.conversations.put(listed, caller("541141234567", None, None).aliases())
    assert world.tell(wrote("5491141234567"), T) == "541141234567"
