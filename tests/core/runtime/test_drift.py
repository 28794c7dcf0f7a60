"""What a history and the ledger say of each other, case by case."""

from typing import Any

import pytest

from ponte.bitrix24.history import HistoryMessage
from ponte.runtime.drift import AGAIN_MS, ALIVE_MS, Drift, compare, state_of
from ponte.storage.cursors import ChatCursor

NOW, GRACE, MINUTE = 1_800_000_000_000, 120_000, 60_000
DONE = {"st": "SENT"}
ALIVE = {"st": "RETRY", "claimed_ms": NOW - MINUTE}
STALE = {"st": "SENDING", "claimed_ms": NOW - ALIVE_MS}


def message(number: int, ago_ms: int = 60 * MINUTE) -> HistoryMessage:
    return HistoryMessage(number, "27", NOW - ago_ms, "x", (), internal=False, deleted=False, file_ids=())


def drift(items: dict[int, Any], cursor: ChatCursor | None = None, *messages: HistoryMessage) -> Drift:
    """Messages 1 to 5 an hour ago, unless others are given; those in `items` are unacknowledged ones of operators."""
    given = messages or tuple(message(number) for number in range(1, 6))
    return compare(given, items, cursor or ChatCursor(0, 0), NOW, GRACE)


@pytest.mark.parametrize(
    ("item", "state"),
    [
        (None, "none"),
        ({}, "none"),
        ({"rk0": 3}, "none"),
        *(({"st": state}, "done") for state in ("SENT", "SKIPPED", "PARKED", "DELIVERED")),
        *(({"st": state, "claimed_ms": NOW - ALIVE_MS + 1}, "alive") for state in ("SENDING", "RETRY", "UNKNOWN")),
        *(({"st": state, "claimed_ms": NOW - ALIVE_MS}, "stale") for state in ("SENDING", "RETRY", "UNKNOWN")),
        ({"st": "RETRY"}, "stale"),
        ({"st": "UNKNOWN", "claimed_ms": 0, "envelope": "{}"}, "alive"),
        ({"st": "RETRY", "claimed_ms": 0, "envelope": "{}"}, "alive"),
    ],
    ids=str,
)
def test_the_state_of_an_item(item: Any, state: str) -> None:
    assert state_of(item, NOW) == state


@pytest.mark.parametrize(
    ("items", "found"),
    [
        ({}, Drift((), (), (), 5)),
        ({2: DONE, 4: DONE}, Drift((), (), (), 5)),
        ({2: None, 4: None}, Drift((2, 4), (), (), 1)),
        ({2: DONE, 4: None}, Drift((4,), (), (), 3)),
        ({2: ALIVE, 4: None}, Drift((), (), (2, 4), 1)),
        ({2: None, 4: ALIVE}, Drift((2,), (), (4,), 1)),
        ({2: STALE, 4: None}, Drift((4,), (2,), (), 1)),
        ({2: STALE, 3: ALIVE, 4: STALE}, Drift((), (2,), (3, 4), 1)),
        ({2: ALIVE, 4: DONE}, Drift((), (), (2,), 1)),
        ({5: None}, Drift((5,), (), (), 4)),
    ],
    ids=str,
)
def test_missing_stale_waiting_and_settled(items: dict[int, Any], found: Drift) -> None:
    assert drift(items) == found


def test_what_is_settled_is_not_looked_at_again() -> None:
    assert drift({2: None, 4: None}, ChatCursor(3, 0)) == Drift((4,), (), (), 3)


def test_nothing_older_than_the_range_is_ours() -> None:
    old, new = message(1, 120 * MINUTE), message(2, 30 * MINUTE)
    assert drift({1: None, 2: None}, ChatCursor(0, NOW - 60 * MINUTE), old, new) == Drift((2,), (), (), 1)


def test_a_young_message_is_left_alone_and_nothing_from_there_on_is_settled() -> None:
    messages = (message(1), message(2, GRACE - 1), message(3))
    assert drift({1: DONE, 2: None, 3: DONE}, None, *messages) == Drift((), (), (), 1)
    assert drift({1: DONE, 2: None, 3: None}, None, *messages) == Drift((3,), (), (), 1)
    assert drift({2: None}, None, message(2, GRACE)) == Drift((2,), (), (), 0)


def test_a_message_without_a_date_is_ours_only_after_one_that_is_settled() -> None:
    undated = message(7, NOW)
    assert drift({7: None}, ChatCursor(0, 5), undated) == Drift((), (), (), 7)
    assert drift({7: None}, ChatCursor(6, 5), undated) == Drift((7,), (), (), 6)


def test_what_was_queued_lately_waits_and_what_came_after_it_does_not() -> None:
    lately = ChatCursor(0, 0, queued_id=3, queued_ms=NOW - AGAIN_MS + 1)
    assert drift({2: None, 3: STALE, 4: None}, lately) == Drift((4,), (), (2, 3), 1)
    long_ago = ChatCursor(0, 0, queued_id=3, queued_ms=NOW - AGAIN_MS)
    assert drift({2: None, 3: STALE, 4: None}, long_ago) == Drift((2, 4), (3,), (), 1)
