"""1,200 messages and 1,200 statuses in one post through the door: everything queued once, in few calls."""

from collections import Counter, defaultdict
from typing import Any

import pytest
from botocore.client import BaseClient

from ponte.queue.envelope import unpack
from tests.floods import EACH, USERS, flood
from tests.handlers.conftest import Aws, Context, app
from tests.handlers.test_doors import Load, signed


def queued(aws: Aws, queue: str) -> list[Any]:
    """All envelopes of a queue, as they lie in it."""
    found: list[Any] = []
    url = aws.urls[queue]
    while batch := aws.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for record in batch:
            found += unpack(record["Body"])
            aws.sqs.delete_message(QueueUrl=url, ReceiptHandle=record["ReceiptHandle"])
    return found


def test_a_post_of_1200_messages_and_1200_statuses_is_queued_in_24_calls_and_kept_in_order(
    aws: Aws, event: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    body, said = flood()
    assert 1_700_000 < len(body) < 1_900_000
    calls: Counter[str] = Counter()
    call = BaseClient._make_api_call

    def counted(client: BaseClient, operation: str, given: Any) -> Any:
        calls[operation] += 1
        return call(client, operation, given)

    with monkeypatch.context() as watching:
        watching.setattr(BaseClient, "_make_api_call", counted)
        answer = app("meta_webhook").handler(signed(event("meta_webhook", "text"), body), Context())
    assert answer["statusCode"] == 200
    assert calls.pop("SendMessageBatch") == 24
    assert set(calls) <= {"GetSecretValue"}, "nothing else keeps Meta waiting"
    arrived: dict[str, list[str]] = defaultdict(list)
    for one in queued(aws, "WHATSAPP_EVENTS"):
        arrived[one.payload["message"]["from"]].append(one.payload["message"]["text"]["body"])
    assert arrived == said
    receipts = queued(aws, "WHATSAPP_STATUSES")
    assert len({one.source_id for one in receipts}) == len(receipts) == USERS * EACH
