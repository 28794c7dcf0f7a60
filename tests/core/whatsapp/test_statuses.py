"""Receipts: reading one, and that any order of arrival ends the same."""

from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ponte.errors import MalformedEvent
from ponte.whatsapp import statuses
from ponte.whatsapp.split import split
from ponte.whatsapp.statuses import ORDER, StatusError, StatusUpdate, wins

SAMPLES = Path(__file__).parents[2] / "samples" / "whatsapp"
SENT = "wamid.HBgLMTY1MDU1NTEyMzQVAgARGBJFRkYzNkZFMDNCMDAwMjUxMEEA"
PAST = "Message failed to send because more than 24 hours have passed since the customer last replied to this number."


def read(event: str) -> list[StatusUpdate]:
    return [statuses.read(item.payload) for item in split((SAMPLES / event / "body").read_bytes()).items]


@pytest.mark.parametrize(
    ("event", "status", "at", "callback"),
    [
        ("status_sent", "sent", 1763500040, None),
        ("status_delivered", "delivered", 1763500041, None),
        ("status_read", "read", 1763500042, None),
        ("status_played", "played", 1763500043, None),
        ("status_sent_pre_v24_conversation", "sent", 1763500040, "b24:msg:9001"),
        ("status_with_callback_data", "sent", 1763500040, "b24:msg:9002"),
    ],
)
def test_a_receipt_is_read(event: str, status: str, at: int, callback: str | None) -> None:
    (update,) = read(event)
    assert (update.wamid, update.status, update.at, update.callback) == (SENT, status, at, callback)
    assert (update.phone, update.phone_number_id, update.is_known) == ("16505551234", "106540352242922", True)
    assert update.user_id in ("US.13491208655302741918", None)


@pytest.mark.parametrize("event", ["status_delivered_bsuid_only", "status_delivered_old_parent_spelling"])
def test_both_spellings_of_the_parent_are_read(event: str) -> None:
    (update,) = read(event)
    assert (update.phone, update.user_id) == (None, "US.20558713390021774410")
    assert update.parent_user_id == "US.ENT.11815799212886844830"


@pytest.mark.parametrize("code", [131026, 131047, 131049])
def test_a_failure_says_why(code: int) -> None:
    (update,) = read(f"status_failed_{code}")
    assert update.status == "failed"
    assert [error.code for error in update.errors] == [code]
    assert (update.phone, update.user_id) == ("16505551234", None)


def test_the_details_are_preferred_over_the_title() -> None:
    (update,) = read("status_failed_131047")
    assert update.errors == (StatusError(131047, "Re-engagement message", PAST),)


def test_participants_of_a_group_are_not_recipients() -> None:
    updates = read("status_group_aggregated")
    assert [update.participant for update in updates] == ["US.13491208655302741918", "BR.88120033418855210934"]
    assert {(update.phone, update.user_id, update.parent_user_id) for update in updates} == {(None, None, None)}


def test_a_bsuid_under_the_phones_key_is_a_bsuid() -> None:
    update = statuses.read({"status": {"id": "wamid.1", "status": "sent", "recipient_id": "US.205"}})
    assert (update.phone, update.user_id) == (None, "US.205")


@pytest.mark.parametrize(
    ("broken", "path"),
    [
        ({}, "status"),
        ({"status": "read"}, "status"),
        ({"status": {"status": "read"}}, "status.id"),
        ({"status": {"id": "wamid.1"}}, "status.status"),
        ({"status": {"id": "wamid.1", "status": ["read"]}}, "status.status"),
    ],
)
def test_without_id_or_status_the_path_is_named(broken: dict[str, Any], path: str) -> None:
    with pytest.raises(MalformedEvent) as caught:
        statuses.read(broken)
    assert caught.value.path == path


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (None, "sent", True),
        (None, "failed", True),
        (None, "read", True),
        (None, "deleted", False),
        ("sent", "delivered", True),
        ("sent", "failed", True),
        ("sent", "sent", False),
        ("delivered", "sent", False),
        ("delivered", "failed", False),
        ("delivered", "read", True),
        ("read", "delivered", False),
        ("read", "failed", False),
        ("read", "played", True),
        ("played", "read", False),
        ("failed", "sent", False),
        ("failed", "failed", False),
        ("failed", "delivered", True),
        ("failed", "read", True),
        ("read", "warning", False),
        ("never_seen", "sent", True),
    ],
)
def test_transitions(old: str | None, new: str, expected: bool) -> None:
    assert wins(old, new) is expected


def final(updates: tuple[str, ...] | list[str]) -> str | None:
    state: str | None = None
    for each in updates:
        state = each if wins(state, each) else state
    return state


@given(st.lists(st.sampled_from([*ORDER, "deleted"]), max_size=5))
def test_any_order_with_any_repeats_ends_the_same(updates: list[str]) -> None:
    assert len({final([*order, *order]) for order in permutations(updates)}) == 1


@given(st.lists(st.sampled_from([*ORDER, "deleted", ""]), max_size=12))
def test_the_rank_never_falls(updates: list[str]) -> None:
    ranks = [ORDER.get(final(updates[: n + 1]) or "", 0) for n in range(len(updates))]
    assert ranks == sorted(ranks)
