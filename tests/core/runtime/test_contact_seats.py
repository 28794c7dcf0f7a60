"""A linked contact's place by the public client API: no token goes out, none is seen, nobody else's place is taken."""

from dataclasses import replace

import pytest

from ponte.outcome import Rejected, Succeeded, Transient
from ponte.relays.office_effects import SeatContact
from ponte.runtime.contact_seats import FIELD
from ponte.storage.grants import context
from tests.core.runtime.bundle import OpenCipher
from tests.core.runtime.office_api import CHATWOOT, CONTACT, INBOX, LINKED, LINKED_CONTACT, PROVED, TENANT, Bench

WHOM = (TENANT, "cliente", LINKED)
SEAT = SeatContact(LINKED_CONTACT, f"zattar_cliente_{LINKED}", "CAIO DIAS")


def with_inbox(identifier: str) -> Bench:
    bench = Bench()
    office = bench.means.offices.read(TENANT)
    assert office is not None
    assert office.chatwoot is not None
    bench.means.offices.put(replace(office, chatwoot=replace(office.chatwoot, inbox_identifier=identifier)))
    return bench


@pytest.fixture
def bench() -> Bench:
    return with_inbox(INBOX)


def test_a_seat_is_kept_with_the_link_and_its_token_encrypted(bench: Bench) -> None:
    assert bench.means.seats.are_wanted(TENANT)
    assert bench.means.seats.give(WHOM, SEAT, 5.0) == Succeeded({})
    link = bench.means.links.of_person(*WHOM)
    assert link is not None
    assert link.source_id == f"zattar_cliente_{LINKED}"
    token = OpenCipher().decrypt(link.pubsub_token_ct, context(TENANT, FIELD))
    assert token
    assert token not in repr(link) + "".join(bench.notes)
    assert bench.asked == [("POST", CHATWOOT, f"/public/api/v1/inboxes/{INBOX}/contacts")]


def test_the_same_seat_again_is_the_same(bench: Bench) -> None:
    bench.means.seats.give(WHOM, SEAT, 5.0)
    before = bench.means.links.of_person(*WHOM)
    assert bench.means.seats.give(WHOM, SEAT, 5.0) == Succeeded({})
    after = bench.means.links.of_person(*WHOM)
    assert before is not None
    assert after is not None
    assert (after.source_id, after.pubsub_token_ct) == (before.source_id, before.pubsub_token_ct)


def test_the_place_of_another_contact_is_not_taken(bench: Bench) -> None:
    assert bench.means.seats.give(WHOM, replace(SEAT, contact_id=CONTACT), 5.0) == Rejected("seat_of_another")
    link = bench.means.links.of_person(*WHOM)
    assert link is not None
    assert link.pubsub_token_ct == b""


def test_an_inbox_that_asks_for_proof_or_is_not_there_refuses(bench: Bench) -> None:
    assert isinstance(with_inbox(PROVED).means.seats.give(WHOM, SEAT, 5.0), Rejected)
    assert isinstance(with_inbox("nowhere").means.seats.give(WHOM, SEAT, 5.0), Rejected)
    plain = with_inbox("")
    assert not plain.means.seats.are_wanted(TENANT)
    assert plain.means.seats.give(WHOM, SEAT, 5.0) == Rejected("no_inbox")
    assert plain.asked == []


def test_while_chatwoot_is_away_the_seat_waits(bench: Bench) -> None:
    bench.down.add(CHATWOOT)
    assert isinstance(bench.means.seats.give(WHOM, SEAT, 5.0), Transient)


def test_a_link_that_moved_meanwhile_is_looked_at_anew(bench: Bench) -> None:
    link = bench.means.links.of_person(*WHOM)
    assert link is not None
    bench.means.links.move(link, 77, 1)
    assert bench.means.seats.give(WHOM, SEAT, 5.0) == Transient("link_contended", 1.0, counts=False)
