"""Replies that wait in two chats of one person: whichever name they write under, all go out. They are asked once."""

import pytest

from ponte.storage.people import People
from sandbox.simulate.walk import Walk
from tests.core.runtime.shut_chats import parked, replies, sent, shut, writes
from tests.core.runtime.walks import CONNECTOR, MARIA, MEMBER

ALSO = "5521966665555"  # under which the same person has a chat too
CHATS = {MARIA: 1, ALSO: 2}


def person(bundle: Walk, external: str) -> str:
    found = bundle.means.conversations.by_chat(MEMBER, CONNECTOR, 107, external)
    assert found is not None
    return str(found.person)


def merge(bundle: Walk, survivor: str) -> None:
    absorbed = next(each for each in CHATS if each != survivor)
    people = People(bundle.tables.core)
    people.merge(MEMBER, person(bundle, survivor), person(bundle, absorbed), "ana", bundle.clock.now_ms())


@pytest.mark.parametrize("merged", ["before", "after"], ids=["merged before", "merged while it waits"])
@pytest.mark.parametrize("writes_as", list(CHATS), ids=["under the one name", "under the other"])
@pytest.mark.parametrize("survivor", list(CHATS), ids=["the one survives", "the other survives"])
@pytest.mark.parametrize("held_in", [[MARIA], [ALSO], [MARIA, ALSO]], ids=["the one", "the other", "both"])
def test_whichever_name_the_customer_writes_under_all_that_waited_goes_out(
    held_in: list[str], survivor: str, writes_as: str, merged: str
) -> None:
    bundle = shut(CHATS)
    if merged == "before":
        merge(bundle, survivor)
    for n, external in enumerate(held_in):
        replies(bundle, external, 9001 + n, f"n{n}", CHATS[external])
    if merged == "after":
        merge(bundle, survivor)
    assert set(sent(bundle)) == {"retomar"}
    writes(bundle, "wamid.ANSWER", writes_as)
    assert sorted(text for text in sent(bundle) if text != "retomar") == [f"n{n}" for n in range(len(held_in))]
    assert parked(bundle) == []


@pytest.mark.parametrize("survivor", list(CHATS), ids=["the one survives", "the other survives"])
def test_a_merged_person_is_asked_once(survivor: str) -> None:
    bundle = shut(CHATS)
    merge(bundle, survivor)
    for n, external in enumerate([MARIA, ALSO, MARIA]):
        replies(bundle, external, 9001 + n, f"n{n}", CHATS[external])
    assert sent(bundle) == ["retomar"]
