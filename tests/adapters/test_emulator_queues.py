"""What the design takes for granted of FIFO queues, checked against the emulator that the other tests stand on."""

import time
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError


def make(sqs: Any, **attributes: str) -> str:
    fifo = {"FifoQueue": "true", "VisibilityTimeout": "30"} | attributes
    return str(sqs.create_queue(QueueName=f"q{uuid.uuid4().hex[:8]}.fifo", Attributes=fifo)["QueueUrl"])


def send(sqs: Any, url: str, group: str, body: str, dedup: str | None = None) -> str:
    answer = sqs.send_message(
        QueueUrl=url, MessageGroupId=group, MessageBody=body, MessageDeduplicationId=dedup or uuid.uuid4().hex
    )
    return str(answer["MessageId"])


def receive(sqs: Any, url: str, most: int = 10) -> list[dict[str, Any]]:
    answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=most, MessageSystemAttributeNames=["All"])
    return list(answer.get("Messages", []))


def bodies(messages: list[dict[str, Any]]) -> list[str]:
    return [message["Body"] for message in messages]


def test_a_group_comes_in_order(sqs: Any) -> None:
    url = make(sqs)
    for n in range(5):
        send(sqs, url, "g", str(n))
    assert bodies(receive(sqs, url)) == ["0", "1", "2", "3", "4"]


def test_a_message_in_flight_blocks_its_group_and_no_other(sqs: Any) -> None:
    url = make(sqs)
    for group, body in (("a", "a1"), ("a", "a2"), ("b", "b1")):
        send(sqs, url, group, body)
    assert bodies(receive(sqs, url, 1)) == ["a1"]
    assert bodies(receive(sqs, url)) == ["b1"]


def test_visibility_zero_brings_the_head_back_before_its_followers(sqs: Any) -> None:
    url = make(sqs)
    send(sqs, url, "a", "1")
    send(sqs, url, "a", "2")
    for message in receive(sqs, url):
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
    assert bodies(receive(sqs, url)) == ["1", "2"]


def test_a_deduplication_id_drops_the_copy_even_after_the_delete(sqs: Any) -> None:
    url = make(sqs)
    first = send(sqs, url, "a", "x", "same")
    (message,) = receive(sqs, url)
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    assert send(sqs, url, "a", "x", "same") == first
    assert receive(sqs, url) == []


def test_with_group_scope_the_same_id_in_another_group_is_kept(sqs: Any) -> None:
    url = make(sqs, DeduplicationScope="messageGroup", FifoThroughputLimit="perMessageGroupId")
    send(sqs, url, "a", "1", "same")
    send(sqs, url, "b", "2", "same")
    assert sorted(bodies(receive(sqs, url))) == ["1", "2"]


def test_a_delay_on_a_single_fifo_message_is_refused(sqs: Any) -> None:
    url = make(sqs)
    with pytest.raises(ClientError):
        sqs.send_message(QueueUrl=url, MessageGroupId="g", MessageBody="x", MessageDeduplicationId="d", DelaySeconds=3)


def test_a_message_moves_to_the_dead_letters_and_the_next_of_its_group_flows(sqs: Any) -> None:
    dead = make(sqs)
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    url = make(sqs, VisibilityTimeout="0", RedrivePolicy=f'{{"deadLetterTargetArn":"{arn}","maxReceiveCount":2}}')
    send(sqs, url, "a", "bad")
    for _ in range(2):
        receive(sqs, url, 1)
    send(sqs, url, "a", "good")
    deadline = time.monotonic() + 10
    found: list[str] = []
    while "good" not in found and time.monotonic() < deadline:
        found = bodies(receive(sqs, url, 1))
    assert found == ["good"]
    assert bodies(receive(sqs, dead)) == ["bad"]
