"""A portal's conversations by their latest activity: listed in turn, and written seldom."""

from dataclasses import replace

import pytest

from ponte.mappings import MemberId, Number, PhoneNumberId, Rate
from ponte.people.callers import Caller
from ponte.storage import activity, keys
from ponte.storage.conversations import Conversations
from ponte.storage.table import Item, Update, Write
from sandbox.memory.table import MemoryTable

HOUR = activity.HOUR_MS
NOON = 500_000 * HOUR
MEMBER = "member"
NUMBER = Number(PhoneNumberId("106"), "w", "+55 11", MemberId(MEMBER), "wa", 107, Rate(80, 80), Rate(1, 1))


class Counting(MemoryTable):
    """Counts the writes that touch the index."""

    def __init__(self) -> None:
        super().__init__()
        self.indexed = 0

    def write(self, write: Write) -> Item:
        self.indexed += isinstance(write, Update) and "gsi1sk" in write.set
        return super().write(write)


@pytest.fixture
def table() -> Counting:
    return Counting()


def writes(table: MemoryTable, phone: str, at_ms: int) -> None:
    """A customer writes."""
    Conversations(table).resolve(NUMBER, Caller(phone, "", "", (phone,), "x"), at_ms)


def places(table: MemoryTable, after: str = "", before: str = "9") -> list[str]:
    return [row.place.partition("#")[0] for row in activity.listed(table, MEMBER, after, before)]


def test_ten_messages_of_an_hour_write_the_index_once(table: Counting) -> None:
    for minute in range(0, 60, 6):
        writes(table, "5511", NOON + minute * 60_000)
    assert (places(table), table.indexed) == ([f"{NOON // HOUR:08d}"], 0), "the first message made the item"
    for minute in range(0, 60, 6):
        writes(table, "5511", NOON + HOUR + minute * 60_000)
    assert (places(table), table.indexed) == ([f"{NOON // HOUR + 1:08d}"], 1)


def test_the_latest_come_last_and_a_range_is_cut_on_both_sides(table: Counting) -> None:
    for hours, phone in ((3, "5513"), (1, "5511"), (2, "5512")):
        writes(table, phone, NOON + hours * HOUR)
    first, second, third = activity.listed(table, MEMBER, "", "9")
    assert first.place < second.place < third.place
    assert activity.listed(table, MEMBER, first.place, activity.place(NOON + 3 * HOUR)) == [second]
    assert activity.listed(table, "another", "", "9") == []


def test_since_when_it_is_ours_stays_whatever_happens_later(table: Counting) -> None:
    writes(table, "5511", NOON)
    writes(table, "5511", NOON + 5 * HOUR)
    (row,) = activity.listed(table, MEMBER, "", "9")
    assert row.opened_ms == NOON
    (item,) = activity.conversation_items(table, [row]).values()
    assert item["last_inbound_ms"] == NOON + 5 * HOUR


def test_an_older_message_moves_nothing_back(table: Counting) -> None:
    writes(table, "5511", NOON)
    writes(table, "5511", NOON - 5 * HOUR)
    assert places(table) == [f"{NOON // HOUR:08d}"]


def test_noting_what_is_not_there_makes_nothing(table: Counting) -> None:
    writes(table, "5511", NOON)
    (row,) = activity.listed(table, MEMBER, "", "9")
    conversation = Conversations(table).get(row.phone_number_id, row.person)
    assert conversation is not None
    gone = keys.chat(MEMBER, "other", 107, conversation.external)
    activity.note(table, replace(conversation, connector="other"), NOON)
    assert table.get(*gone) is None
