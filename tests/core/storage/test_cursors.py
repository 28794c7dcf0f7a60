"""What healing remembers, and what it forgets after a month."""

import pytest

from ponte.storage.cursors import KEEP_SECONDS, REPORT_SECONDS, ChatCursor, Cursors, PortalCursor
from sandbox.memory.table import MemoryTable
from tests.core.runtime.clocks import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cursors(clock: Clock) -> Cursors:
    return Cursors(MemoryTable(), clock)


def test_one_holds_the_lock_until_it_lets_go(cursors: Cursors) -> None:
    assert cursors.lock("a", 1_000)
    assert not cursors.lock("b", 1_000)
    cursors.unlock("b")
    assert not cursors.lock("b", 1_000)
    cursors.unlock("a")
    assert cursors.lock("b", 1_000)


def test_a_lease_runs_out(cursors: Cursors, clock: Clock) -> None:
    cursors.lock("a", 1_000)
    clock.now += 1_001
    assert cursors.lock("b", 1_000)
    cursors.unlock("a")
    assert not cursors.lock("c", 1_000), "who lost the lock lets nobody else's go"


def test_cursors_of_chats_come_back_as_they_went_each_for_its_portal(cursors: Cursors) -> None:
    cursor = ChatCursor(settled_id=9, from_ms=5, session_id="323", queued_id=8, queued_ms=7)
    cursors.save_chat("m1", "1767", cursor)
    assert cursors.chats("m1", ["1767", "1768"]) == {"1767": cursor}
    assert cursors.chats("m2", ["1767"]) == {}
    assert cursors.chats("m1", []) == {}


def test_a_cursor_older_than_the_ledger_is_none(cursors: Cursors, clock: Clock) -> None:
    cursors.save_chat("m1", "1767", ChatCursor(9, 5))
    clock.now += KEEP_SECONDS * 1000
    assert cursors.chats("m1", ["1767"]) == {}


def test_a_portals_cursor_starts_at_nothing(cursors: Cursors) -> None:
    assert cursors.portal("m1") == PortalCursor()
    cursors.save_portal("m1", PortalCursor("h", "c", 3))
    assert cursors.portal("m1") == PortalCursor("h", "c", 3)


def test_the_last_report_is_kept_for_a_while(cursors: Cursors, clock: Clock) -> None:
    assert cursors.report() is None
    cursors.save_run("m2", {"checked": 3, "uncheckable": [{"chat": "7"}]})
    assert cursors.report() == {"checked": 3, "uncheckable": [{"chat": "7"}]}
    assert cursors.next_portal() == "m2"
    clock.now += REPORT_SECONDS * 1000
    assert cursors.report() is None
