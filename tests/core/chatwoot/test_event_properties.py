"""What holds for every event: it survives a queue, has one id, hides the person, and no damage raises anything else."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ponte.chatwoot import events
from ponte.errors import MalformedEvent

from . import samples
from .test_events import TALK
from .test_values import JSON, damaged, paths


@pytest.mark.parametrize("name", samples.EVENTS)
def test_an_event_comes_back_equal_from_a_queue(name: str) -> None:
    event = events.parse(samples.body(name))
    again = events.read(json.loads(json.dumps(events.to_payload(event))))
    assert (again, events.source_id(again)) == (event, events.source_id(event))


def test_the_same_event_has_the_same_id_and_a_later_one_another() -> None:
    tree = samples.tree("contact_updated")
    first = events.source_id(events.read(tree))
    assert events.source_id(events.read(copy.deepcopy(tree)), "another delivery") == first
    tree["changed_attributes"][1]["updated_at"]["current_value"] = "2026-06-17T14:20:02.772Z"
    assert events.source_id(events.read(tree)) != first


def test_an_update_without_a_time_is_told_apart_by_its_delivery() -> None:
    event = events.read({"event": "contact_updated", "id": 1, "name": "A"})
    assert events.source_id(event, "one") != events.source_id(event, "two")
    assert events.source_id(event, "one") == events.source_id(event, "one")


def test_ids_hold_nothing_of_the_person() -> None:
    for name in samples.EVENTS:
        event = events.parse(samples.body(name))
        shown = events.source_id(event, "delivery") + events.conversation(event) + repr(event)
        for personal in ("Maria", "João", "mail.example", "98765", "processo"):
            assert personal not in shown


def test_what_concerns_one_contact_or_conversation_stays_in_order() -> None:
    orders = {name: events.conversation(events.parse(samples.body(name))) for name in samples.EVENTS}
    assert {orders[name] for name in TALK} == {"conversation|873"}
    assert orders["contact_created"] == "contact|5013"
    assert orders["inbox_created"] == ""


@given(data=st.data())
def test_no_damage_to_a_post_raises_anything_but_our_own_error(data: st.DataObject) -> None:
    tree = samples.tree(data.draw(st.sampled_from(samples.EVENTS)))
    for _ in range(data.draw(st.integers(1, 5))):
        if places := paths(tree):
            tree = damaged(tree, data.draw(st.sampled_from(places)), data.draw(JSON | st.just(...)))
    _read(json.dumps(tree).encode())


@given(st.binary(max_size=200) | JSON.map(lambda tree: json.dumps(tree).encode()))
def test_no_bytes_at_all_raise_anything_but_our_own_error(body: bytes) -> None:
    _read(body)


def _read(body: bytes) -> None:
    try:
        event = events.parse(body)
    except MalformedEvent:
        return
    payload = json.loads(json.dumps(events.to_payload(event)))
    assert events.read(payload) == event
    assert events.source_id(event)
    events.conversation(event)
