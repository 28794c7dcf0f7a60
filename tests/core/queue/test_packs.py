"""Several envelopes in one queue message: of one conversation, in order, none lost; of receipts in big posts only."""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ponte.errors import MalformedEvent
from ponte.queue.envelope import Envelope, loads, pack, unpack
from ponte.queue.fifo_batch import Done, Later, Verdict
from ponte.queue.sqs import BATCH_BYTES, CLAIM_BYTES, PACK, PACK_FROM, Entry, SqsQueue
from ponte.runtime.worker import Worker
from sandbox.memory.objects import MemoryStore
from tests.core.runtime.clocks import Clock


class Sqs:
    """Takes every batch; or refuses those whose number is in `refused`."""

    def __init__(self, refused: Sequence[int] = ()) -> None:
        self.batches: list[list[dict[str, Any]]] = []
        self._refused = refused

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        self.batches.append(Entries)
        if len(self.batches) - 1 in self._refused:
            return {"Failed": [{"Id": entry["Id"]} for entry in Entries]}
        return {"Successful": []}

    def records(self) -> list[dict[str, Any]]:
        return [entry for n, batch in enumerate(self.batches) if n not in self._refused for entry in batch]


def queue(sqs: Sqs) -> SqsQueue:
    return SqsQueue(sqs, "url", "whatsapp_events", MemoryStore(), Clock(1), lambda *_: None)


def envelope(n: int, who: str, text: str = "") -> Envelope:
    return Envelope("wa", "1", f"wamid.{n}", "message", who, n, 5, {"text": text})


def many(count: int, people: int = 3) -> list[Envelope]:
    return [envelope(n, f"p{n % people}") for n in range(count)]


def by_group(records: list[dict[str, Any]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for record in records:
        found[record["MessageGroupId"]] += [one.source_id for one in unpack(record["MessageBody"])]
    return dict(found)


def test_a_few_receipts_travel_alone() -> None:
    sqs = Sqs()
    queue(sqs).send(many(PACK_FROM), fifo=False)
    assert [loads(record["MessageBody"]).source_id for record in sqs.records()] == [
        f"wamid.{n}" for n in range(PACK_FROM)
    ]


def test_two_updates_of_one_conversation_share_a_queue_message() -> None:
    """Apart from each other, SQS could refuse the first one and take the second."""
    sqs = Sqs()
    queue(sqs).send([envelope(1, "a"), envelope(2, "b"), envelope(3, "a")], fifo=True)
    assert [[one.source_id for one in unpack(record["MessageBody"])] for record in sqs.records()] == [
        ["wamid.1", "wamid.3"],
        ["wamid.2"],
    ]


def test_no_batch_has_two_entries_of_one_conversation() -> None:
    sqs = Sqs()
    queue(sqs).send([envelope(n, "a" if n % 3 else "b") for n in range(50)], fifo=True)
    for batch in sqs.batches:
        groups = [entry["MessageGroupId"] for entry in batch]
        assert len(groups) == len(set(groups))
    assert sum(len(unpack(record["MessageBody"])) for record in sqs.records()) == 50


@given(st.lists(st.integers(0, 5), max_size=120))
def test_updates_travel_in_packs_of_one_conversation_and_in_order(people: list[int]) -> None:
    sqs = Sqs()
    sent = [envelope(n, f"p{who}") for n, who in enumerate(people)]
    assert queue(sqs).send(sent, fifo=True) == 0
    said: dict[str, list[str]] = defaultdict(list)
    for one in sent:
        said[one.conversation].append(one.source_id)
    assert sorted(by_group(sqs.records()).values()) == sorted(said.values())
    for record in sqs.records():
        packed = unpack(record["MessageBody"])
        assert len(packed) <= PACK
        assert len({one.conversation for one in packed}) == 1


def test_1200_updates_of_40_people_are_twelve_calls() -> None:
    sqs = Sqs()
    queue(sqs).send([envelope(n, f"p{n % 40}", "x" * 700) for n in range(1200)], fifo=True)
    assert len(sqs.batches) == 12
    assert all(sum(len(entry["MessageBody"]) for entry in batch) < BATCH_BYTES for batch in sqs.batches)


def test_1200_receipts_are_twelve_calls() -> None:
    sqs = Sqs()
    queue(sqs).send(many(1200, people=1200), fifo=False)
    assert len(sqs.batches) == 12
    assert not [entry for entry in sqs.records() if "MessageGroupId" in entry]


def test_the_same_post_again_has_the_same_deduplication_ids() -> None:
    one, other = Sqs(), Sqs()
    for sqs in (one, other):
        queue(sqs).send(many(50), fifo=True)
    ids = [entry["MessageDeduplicationId"] for entry in one.records()]
    assert ids == [entry["MessageDeduplicationId"] for entry in other.records()]
    assert len(set(ids)) == len(ids)


def test_a_refused_pack_keeps_its_place_before_its_followers() -> None:
    sqs = Sqs(refused=[0])
    assert queue(sqs).send(many(300), fifo=True) == 0
    for people in by_group(sqs.records()).values():
        assert people == sorted(people, key=lambda wamid: int(wamid.removeprefix("wamid.")))
    assert sum(map(len, by_group(sqs.records()).values())) == 300


def test_big_texts_make_small_packs_and_very_big_ones_claims() -> None:
    sqs = Sqs()
    texts = ["x" * 30_000] * 30 + ["y" * (CLAIM_BYTES + 1)]
    queue(sqs).send([envelope(n, "p", text) for n, text in enumerate(texts)], fifo=True)
    bodies = [record["MessageBody"] for record in sqs.records()]
    assert max(map(len, bodies)) < CLAIM_BYTES
    (claimed,) = [one for body in bodies for one in unpack(body) if one.claim]
    assert claimed.source_id == "wamid.30"


def test_a_pack_of_one_is_the_envelope_itself() -> None:
    assert pack([envelope(1, "p").dumps()]) == envelope(1, "p").dumps()
    assert unpack(envelope(1, "p").dumps()) == [envelope(1, "p")]


@pytest.mark.parametrize(
    "body",
    ["", "[]", "7", '"x"', '{"v":1}', '{"v":2,"pack":[]}', '{"v":1,"pack":[{}]}', '{"v":1,"pack":7}', '{"pack":[]}'],
)
def test_what_is_no_envelope_is_malformed(body: str) -> None:
    with pytest.raises(MalformedEvent):
        unpack(body)


class Taker(Worker):
    """Answers with the verdict that an envelope's text names."""

    def __init__(self, *, is_ordered: bool) -> None:
        self.is_ordered = is_ordered  # type: ignore[misc]  # of this one worker
        self.taken: list[str] = []

    def _open(self, envelope: Envelope) -> Envelope:
        return envelope

    def take(self, envelope: Envelope) -> Verdict:
        self.taken.append(envelope.source_id)
        return Later(int(envelope.payload["text"])) if envelope.payload["text"] else Done()


def record(*texts: str) -> dict[str, str]:
    return {"body": pack([envelope(n, "p", text).dumps() for n, text in enumerate(texts)])}


def test_the_first_that_must_wait_ends_an_ordered_pack() -> None:
    taker = Taker(is_ordered=True)
    assert taker(record("", "7", "")) == Later(7)
    assert taker.taken == ["wamid.0", "wamid.1"]


def test_without_order_the_others_go_on_and_the_pack_comes_back_for_those_that_wait() -> None:
    taker = Taker(is_ordered=False)
    assert taker(record("9", "", "4", "")) == Later(4)
    assert taker.taken == [f"wamid.{n}" for n in range(4)]


@pytest.mark.parametrize("is_ordered", [True, False])
def test_nothing_of_a_pack_is_started_when_the_time_is_nearly_over(is_ordered: bool) -> None:
    taker = Taker(is_ordered=is_ordered)
    left = iter([20_000, 14_000])
    assert taker(record("", "", ""), lambda: next(left)) == Later(0)
    assert taker.taken == ["wamid.0", "wamid.1"]


def test_an_entry_survives_the_spill() -> None:
    sqs = Sqs()
    queue(sqs).send(many(50), fifo=True)
    bodies = [record["MessageBody"] for record in sqs.records()]
    again = [Entry(**json.loads(json.dumps(Entry(body, "g", "d").as_json()))) for body in bodies]
    assert [entry.body for entry in again] == bodies
