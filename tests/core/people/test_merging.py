"""Merges by people: what the preview says, what the merge does to chats, and that undoing restores exactly."""

from typing import Any

import pytest

from ponte.mappings import Conversation
from ponte.people.callers import caller
from ponte.runtime.people_cases import NoSuchCase, PeopleDesk
from ponte.storage import activity
from ponte.storage.directory import Directory
from ponte.storage.people import GROUP_MAX, NotMergeable
from ponte.storage.table import Tables
from tests.core.people.handmade import M12, M13
from tests.core.people.world import ONE, World, changed, number, wrote
from tests.core.runtime.clocks import Clock

T = 1_790_000_000
NEW = "5531977776666"


class Office:
    """A portal with two numbers, two people in a clash, and the desk that settles it."""

    def __init__(self) -> None:
        self.world = World()
        self.table: Any = self.world.table
        self.audit: Any = self.world.audit_table
        self.clock = Clock(T * 1000)
        directory = Directory(self.table, self.clock)
        for each in (ONE, number("pn2")):
            directory.save_number(each)
        tables = Tables(self.table, self.table, self.audit, self.table)
        self.desk = PeopleDesk(tables, directory, self.clock)
        self.phone = self.world.tell(wrote(M13), T)
        self.bsuid = self.world.tell(wrote(user_id="BR.1"), T + 1)

    def clash(self) -> str:
        self.world.tell(wrote(M12, "BR.1"), T + 2)
        (case,) = self.desk.conflicts("m1")
        return case.id

    def facts(self) -> list[dict[str, Any]]:
        """What decides where messages go: everything but versions, merges' own records and closed cases."""
        rows = []
        for item in self.table.items():
            if item["sk"] in ("AL", "MAP") or (item["sk"] == "PS" and ("into" in item or item.get("members"))):
                rows.append({name: value for name, value in item.items() if name != "ver"})
        return sorted(rows, key=lambda row: str(row["pk"]))

    def chat(self, person: str) -> Conversation:
        return self.world.chat(person)


@pytest.fixture
def office() -> Office:
    return Office()


def test_a_clash_suggests_a_merge_into_whom_we_know_for_longer(office: Office) -> None:
    case = office.clash()
    (found,) = office.desk.suggestions("m1")
    assert (found.case, found.grade, found.reason) == (case, "strong", "alias")
    assert (found.survivor, found.absorbed) == (office.phone, office.bsuid)


def test_the_preview_names_people_aliases_and_chats_and_changes_nothing(office: Office) -> None:
    office.clash()
    before = office.table.items()
    preview = office.desk.preview("m1", office.phone, office.bsuid)
    assert {alias.value for alias in preview.survivor.aliases} == {M13}
    assert {alias.value for alias in preview.absorbed.aliases} == {"BR.1"}
    assert [each.chat_id for each in preview.going_on] == [f"chat-pn1-{office.phone}"]
    assert [each.chat_id for each in preview.staying] == [f"chat-pn1-{office.bsuid}"]
    assert preview.refusal == ""
    assert (office.table.items(), office.audit.items()) == (before, [])


def test_after_the_merge_both_addresses_lead_to_the_survivors_chat(office: Office) -> None:
    office.desk.merge("m1", office.phone, office.bsuid, "ana", office.clash())
    for payload in (wrote(M12), wrote(user_id="BR.1"), wrote(M13, "BR.1")):
        assert office.world.tell(payload, T + 10) == office.phone
    assert office.desk.conflicts("m1") == []


def test_the_other_chat_still_reaches_the_person(office: Office) -> None:
    office.desk.merge("m1", office.phone, office.bsuid, "ana")
    office.world.tell(wrote(M12, "BR.1"), T + 10)
    other = office.chat(office.bsuid)
    assert (other.chat_id, other.wa_id, other.user_id) == (f"chat-pn1-{office.bsuid}", M12, "BR.1")


def test_the_surviving_chat_answers_the_address_that_was_written_from_last(office: Office) -> None:
    office.desk.merge("m1", office.phone, office.bsuid, "ana")
    office.world.tell(wrote(user_id="BR.1"), T + 10)
    assert (office.chat(office.phone).wa_id, office.chat(office.phone).user_id) == ("", "BR.1")
    office.world.tell(wrote(M13), T + 11)
    assert office.chat(office.phone).wa_id == M13


def test_undoing_restores_exactly_what_was(office: Office) -> None:
    case = office.clash()
    before = office.facts()
    merge = office.desk.merge("m1", office.phone, office.bsuid, "ana", case)
    assert office.facts() != before
    office.desk.undo(merge.id, "bia")
    assert office.facts() == before
    assert [each.id for each in office.desk.conflicts("m1")] == [case]


def test_what_is_learnt_while_merged_stays_with_its_side(office: Office) -> None:
    merge = office.desk.merge("m1", office.phone, office.bsuid, "ana")
    office.world.tell(wrote(NEW, "BR.1"), T + 10)
    office.world.tell(wrote(M12), T + 11)
    office.desk.undo(merge.id, "bia")
    assert office.world.tell(wrote(NEW), T + 12) == office.bsuid
    assert office.world.tell(wrote(M13), T + 13) == office.phone
    assert office.chat(office.phone).wa_id == M13
    assert office.chat(office.bsuid).wa_id == NEW


def test_merges_of_merges_are_undone_in_any_order(office: Office) -> None:
    third = office.world.tell(wrote(NEW), T + 3)
    first = office.desk.merge("m1", office.phone, office.bsuid, "ana")
    second = office.desk.merge("m1", third, office.phone, "ana")
    assert {office.world.root(p) for p in (office.phone, office.bsuid, third)} == {third}
    office.desk.undo(first.id, "ana")
    assert [office.world.root(p) for p in (office.phone, office.bsuid, third)] == [third, office.bsuid, third]
    office.desk.undo(second.id, "ana")
    assert [office.world.root(p) for p in (office.phone, office.bsuid, third)] == [office.phone, office.bsuid, third]


def test_a_person_who_writes_to_another_number_only_there_keeps_the_chat_there(office: Office) -> None:
    other = number("pn2")
    there = office.world.tell(wrote(user_id="BR.1"), T + 3, other)
    assert there == office.bsuid
    office.desk.merge("m1", office.phone, office.bsuid, "ana")
    assert office.world.tell(wrote(M13), T + 4, other) == office.bsuid
    assert office.world.tell(wrote(user_id="BR.1"), T + 5) == office.phone


@pytest.mark.parametrize("keep", ["phone", "bsuid"])
def test_a_rotation_follows_a_merged_person(office: Office, keep: str) -> None:
    pair = (office.phone, office.bsuid) if keep == "phone" else (office.bsuid, office.phone)
    office.desk.merge("m1", *pair, "ana")
    office.world.tell(changed(("", "BR.1"), ("", "BR.2")), T + 20)
    assert office.world.tell(wrote(user_id="BR.2"), T + 21) == pair[0]


def test_the_same_merge_twice_and_its_undoing_twice_are_refused(office: Office) -> None:
    merge = office.desk.merge("m1", office.phone, office.bsuid, "ana")
    with pytest.raises(NotMergeable, match="same"):
        office.desk.merge("m1", office.bsuid, office.phone, "ana")
    office.desk.undo(merge.id, "ana")
    with pytest.raises(NotMergeable, match="undone"):
        office.desk.undo(merge.id, "ana")
    with pytest.raises(NotMergeable, match="not_found"):
        office.desk.undo("nothing", "ana")


def test_a_group_that_would_be_too_big_is_refused(office: Office) -> None:
    people = [office.world.tell(wrote(f"5531966{n:06d}"), T) for n in range(GROUP_MAX)]
    with pytest.raises(NotMergeable, match="too_many"):
        for each in people:
            office.desk.merge("m1", office.phone, each, "ana")


@pytest.mark.parametrize("who", ["pNobody", ""])
def test_nobody_is_merged_with_somebody_who_is_not_there(office: Office, who: str) -> None:
    before = office.table.items()
    with pytest.raises(NoSuchCase):
        office.desk.merge("m1", office.phone, who, "ana")
    assert office.table.items() == before


def test_people_kept_apart_are_not_listed_again(office: Office) -> None:
    case = office.clash()
    office.desk.keep_apart(case, "ana")
    office.world.tell(wrote(M12, "BR.1"), T + 9)
    assert office.desk.conflicts("m1") == []
    assert office.desk.suggestions("m1") == []
    held = office.world.cases.get("m1", case)
    assert held is not None
    assert (held.state, held.count, held.closed_by) == ("apart", 2, "ana")
    with pytest.raises(NoSuchCase):
        office.desk.keep_apart(case, "ana")


def test_a_case_closes_once(office: Office) -> None:
    case = office.clash()
    office.desk.merge("m1", office.phone, office.bsuid, "ana", case)
    with pytest.raises(NoSuchCase):
        office.desk.suggestion(case)
    with pytest.raises(NoSuchCase):
        office.desk.merge("m1", office.phone, office.bsuid, "ana", case)


def test_a_case_whose_people_became_one_otherwise_is_settled(office: Office) -> None:
    case = office.clash()
    office.desk.merge("m1", office.bsuid, office.phone, "ana")
    assert office.desk.conflicts("m1") == []
    with pytest.raises(NoSuchCase):
        office.desk.suggestion(case)


def test_every_decision_is_in_the_audit_trail_without_an_address(office: Office) -> None:
    merge = office.desk.merge("m1", office.phone, office.bsuid, "ana", office.clash())
    office.clock.now += 1
    office.desk.undo(merge.id, "bia")
    office.clock.now += 1
    (again,) = office.desk.conflicts("m1")
    office.desk.keep_apart(again.id, "caio")
    office.clock.now += 1
    with pytest.raises(NotMergeable):
        office.desk.undo(merge.id, "bia")
    rows = sorted((row for row in office.audit.items() if "action" in row), key=lambda row: str(row["sk"]))
    assert [(row["action"], row["by"]) for row in rows][:3] == [
        ("people.merge", "ana"),
        ("people.undo", "bia"),
        ("people.apart", "caio"),
    ]
    assert {row["action"] for row in rows[3:]} == {"people.undo", "people.undo_refused"}
    assert not any(secret in str(rows) for secret in (M13, M12, "BR.1", "Maria"))


def test_two_merged_people_share_one_window(office: Office) -> None:
    office.desk.merge("m1", office.phone, office.bsuid, "ana")
    office.world.conversations.resolve(ONE, caller("", "BR.1", None), (T + 99) * 1000)
    assert office.chat(office.phone).last_inbound_ms == (T + 99) * 1000


def test_undoing_leaves_late_messages_with_whoever_held_the_line_then(office: Office) -> None:
    """Merged, an earlier holder's late message is the same person's; apart again it is the earlier holder's."""
    line = "5511966665555"
    earlier = office.world.tell(wrote(line, "BR.7"), T)
    later = office.world.tell(wrote(line, "BR.8"), T + 1000)
    merge = office.desk.merge("m1", earlier, later, "ana")
    office.world.tell(wrote(line), T + 1)
    office.desk.undo(merge.id, "ana")
    assert office.world.tell(wrote(line), T + 2) == earlier
    assert office.world.tell(wrote(line), T + 1001) == later


def test_the_surviving_chat_is_active_when_either_of_the_two_writes(office: Office) -> None:
    """Healing looks for operators' answers in chats that were active: they answer in the surviving one."""
    office.desk.merge("m1", office.phone, office.bsuid, "ana")
    later = T + 2 * 3600
    office.world.tell(wrote(user_id="BR.1"), later)
    active = activity.listed(office.table, "m1", activity.place(later * 1000), "9")
    assert office.phone in [row.person for row in active]
