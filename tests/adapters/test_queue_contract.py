"""One contract for the queues: the in-memory client of the simulation and SQS (on the emulator) both pass it.

These are the rules that order and exactly-once stand on; a fake that is kinder than SQS would prove nothing.
"""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ponte.clock import SystemClock
from ponte.queue.envelope import Envelope, loads, unpack
from ponte.queue.sqs import SqsQueue, SqsVisibility
from sandbox.memory.objects import MemoryStore
from sandbox.memory.sqs import MemorySqs


@dataclass
class Place:
    """A client and a way to let time pass. later: calls `look` until it gives something, for at most `seconds`."""

    sqs: Any
    later: Callable[[float, Callable[[], Any]], Any]
    made: list[str] = field(default_factory=list)

    def queue(self, **attributes: str) -> str:
        fifo = {"FifoQueue": "true", "VisibilityTimeout": "30"} | attributes
        return str(self.sqs.create_queue(QueueName=f"q{uuid.uuid4().hex[:8]}.fifo", Attributes=fifo)["QueueUrl"])

    def send(self, url: str, group: str, body: str, dedup: str | None = None) -> str:
        unique = dedup or uuid.uuid4().hex
        answer = self.sqs.send_message(
            QueueUrl=url, MessageGroupId=group, MessageBody=body, MessageDeduplicationId=unique
        )
        return str(answer["MessageId"])

    def receive(self, url: str, most: int = 10) -> list[dict[str, Any]]:
        answer = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=most, MessageSystemAttributeNames=["All"])
        return list(answer.get("Messages", []))

    def bodies(self, url: str, most: int = 10) -> list[str]:
        return [message["Body"] for message in self.receive(url, most)]

    def show(self, url: str, message: dict[str, Any], seconds: int) -> None:
        self.sqs.change_message_visibility(
            QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=seconds
        )

    def delete(self, url: str, message: dict[str, Any]) -> None:
        self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


@pytest.fixture(params=["memory", "sqs"])
def place(request: pytest.FixtureRequest) -> Place:
    if request.param == "sqs":
        return Place(request.getfixturevalue("sqs"), _wait)
    now = [1_790_000_000_000]

    def skip(seconds: float, look: Callable[[], Any]) -> Any:
        now[0] += round(seconds * 1000)
        return look()

    return Place(MemorySqs(lambda: now[0]), skip)


def _wait(seconds: float, look: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + seconds + 10
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.05)
    return look()


def test_a_group_comes_in_order(place: Place) -> None:
    url = place.queue()
    for n in range(5):
        place.send(url, "g", str(n))
    assert place.bodies(url) == ["0", "1", "2", "3", "4"]


def test_a_message_in_flight_blocks_its_group_and_no_other(place: Place) -> None:
    url = place.queue()
    for group, body in (("a", "a1"), ("a", "a2"), ("b", "b1")):
        place.send(url, group, body)
    assert place.bodies(url, 1) == ["a1"]
    assert place.bodies(url) == ["b1"]


def test_a_deleted_head_lets_its_followers_go_on(place: Place) -> None:
    url = place.queue()
    for body in ("1", "2"):
        place.send(url, "a", body)
    (head,) = place.receive(url, 1)
    place.delete(url, head)
    assert place.bodies(url) == ["2"]


def test_visibility_zero_brings_the_head_back_before_its_followers(place: Place) -> None:
    url = place.queue()
    place.send(url, "a", "1")
    place.send(url, "a", "2")
    for message in place.receive(url):
        place.show(url, message, 0)
    assert place.bodies(url) == ["1", "2"]


def test_a_follower_in_flight_holds_its_head_back(place: Place) -> None:
    """Why a waiting head and its followers go back with the same visibility."""
    url = place.queue()
    place.send(url, "a", "1")
    place.send(url, "a", "2")
    head, _follower = place.receive(url)
    place.show(url, head, 0)
    assert place.bodies(url) == []


def test_what_was_not_deleted_comes_back_in_its_old_place(place: Place) -> None:
    url = place.queue(VisibilityTimeout="1")
    place.send(url, "a", "1")
    place.send(url, "a", "2")
    assert place.bodies(url, 1) == ["1"]
    assert place.later(1.1, lambda: place.bodies(url)) == ["1", "2"]


def test_every_receive_counts(place: Place) -> None:
    url = place.queue()
    place.send(url, "a", "1")
    for count in ("1", "2"):
        (message,) = place.receive(url)
        assert message["Attributes"]["ApproximateReceiveCount"] == count
        place.show(url, message, 0)


def test_a_deduplication_id_drops_the_copy_even_after_the_delete(place: Place) -> None:
    url = place.queue()
    first = place.send(url, "a", "x", "same")
    (message,) = place.receive(url)
    place.delete(url, message)
    assert place.send(url, "a", "x", "same") == first
    assert place.receive(url) == []


def test_with_group_scope_the_same_id_in_another_group_is_kept(place: Place) -> None:
    url = place.queue(DeduplicationScope="messageGroup", FifoThroughputLimit="perMessageGroupId")
    place.send(url, "a", "1", "same")
    place.send(url, "b", "2", "same")
    assert sorted(place.bodies(url)) == ["1", "2"]


def test_a_delay_on_a_single_fifo_message_is_refused(place: Place) -> None:
    url = place.queue()
    entry = {"MessageGroupId": "g", "MessageBody": "x", "MessageDeduplicationId": "d", "DelaySeconds": 3}
    with pytest.raises(ClientError):
        place.sqs.send_message(QueueUrl=url, **entry)


def test_more_than_ten_entries_are_refused_whole(place: Place) -> None:
    url = place.queue()
    entries = [
        {"Id": str(n), "MessageBody": "x", "MessageGroupId": "g", "MessageDeduplicationId": str(n)} for n in range(11)
    ]
    with pytest.raises(ClientError):
        place.sqs.send_message_batch(QueueUrl=url, Entries=entries)
    assert place.receive(url) == []


def test_a_message_moves_to_the_dead_letters_and_the_next_of_its_group_flows(place: Place) -> None:
    dead = place.queue()
    attributes = place.sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]
    policy = f'{{"deadLetterTargetArn":"{attributes["QueueArn"]}","maxReceiveCount":2}}'
    url = place.queue(VisibilityTimeout="0", RedrivePolicy=policy)
    place.send(url, "a", "bad")
    for _ in range(2):
        assert place.bodies(url, 1) == ["bad"]
    place.send(url, "a", "good")
    assert place.later(0.1, lambda: [b for b in place.bodies(url, 1) if b == "good"]) == ["good"]
    assert place.bodies(dead) == ["bad"]


def test_our_queue_sends_in_order_and_our_visibility_brings_a_group_back_together(place: Place) -> None:
    """The adapters that the functions use, over both."""
    url = place.queue(DeduplicationScope="messageGroup", FifoThroughputLimit="perMessageGroupId")
    queue = SqsQueue(place.sqs, url, "q", MemoryStore(), SystemClock(), lambda *_: None)
    envelopes = [Envelope("wa", "pn", f"w{n}", "message", "c", n, 1, {"n": n}) for n in range(25)]
    assert queue.send(envelopes, fifo=True) == 0
    first = place.receive(url)
    assert [len(unpack(message["Body"])) for message in first] == [10, 10, 5]
    assert [one.payload["n"] for message in first for one in unpack(message["Body"])] == list(range(25))
    SqsVisibility(place.sqs, url)([(message["ReceiptHandle"], 0) for message in first])
    assert [message["Body"] for message in place.receive(url)] == [message["Body"] for message in first]


def test_our_queue_says_the_same_message_once(place: Place) -> None:
    url = place.queue(DeduplicationScope="messageGroup", FifoThroughputLimit="perMessageGroupId")
    queue = SqsQueue(place.sqs, url, "q", MemoryStore(), SystemClock(), lambda *_: None)
    envelope = Envelope("wa", "pn", "w", "message", "c", 1, 1)
    queue.send([envelope], fifo=True)
    queue.send([envelope], fifo=True)
    queue.send([envelope], fifo=True, again="redrive")
    assert len(place.receive(url)) == 2


def test_a_message_larger_than_sqs_takes_travels_as_a_claim_check(place: Place) -> None:
    url = place.queue()
    store = MemoryStore()
    queue = SqsQueue(place.sqs, url, "q", store, SystemClock(), lambda *_: None)
    big = Envelope("wa", "pn", "w", "message", "c", 1, 1, {"text": "x" * 300_000})
    assert queue.send([big], fifo=True) == 0
    (message,) = place.receive(url)
    claim = loads(message["Body"]).claim
    assert claim is not None and len(store.get(claim["key"])) == claim["size"]
