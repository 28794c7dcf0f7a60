"""AWS Lambda Powertools: its FIFO batch processor and its idempotency, wired as their pages show.

Doors put each message on a FIFO queue (group: the customer) and fail with 500 where SQS refuses. Workers run the record
handler under `@idempotent_function`, keyed by the message's id, with a persistence layer that writes what theirs for
DynamoDB writes. Source: docs.powertools.aws.dev, utilities/batch and utilities/idempotency (read 2026-11).
"""

import json
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.batch import SqsFifoPartialProcessor, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.idempotency import IdempotencyConfig, idempotent_function
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyItemAlreadyExistsError,
    IdempotencyItemNotFoundError,
)
from aws_lambda_powertools.utilities.idempotency.persistence.base import BasePersistenceLayer
from aws_lambda_powertools.utilities.idempotency.persistence.datarecord import DataRecord

from benchmarks.peers.relay import Relay, authentic_meta, messages_of, operators_of
from ponte.bitrix24 import events
from ponte.bitrix24.values import OperatorMessage
from ponte.clock import Clock
from ponte.storage.table import ConditionFailed, Delete, Put, Table, absent, all_of, any_of, eq, lt
from sandbox.simulate.bundle import BITRIX24_PATH, META_PATH, Land
from sandbox.simulate.lambdas import Handler
from sandbox.simulate.ports import StormySqs, StormyTable
from sandbox.simulate.provider_ports import StormySender

NEVER_S = 4_000_000_000


class TablePersistence(BasePersistenceLayer):
    """As DynamoDBPersistenceLayer, on the simulation's table and clock. An INPROGRESS record ends with its function."""

    def __init__(self, table: Table, clock: Clock, function_s: int) -> None:
        super().__init__()
        self._table = table
        self._clock = clock
        self._function_ms = function_s * 1000

    def _get_record(self, idempotency_key: str) -> DataRecord:
        item = self._table.get(f"IDEMPOTENCY#{idempotency_key}", "I")
        if item is None:
            raise IdempotencyItemNotFoundError
        return _record(idempotency_key, item)

    def _put_record(self, data_record: DataRecord) -> None:
        now = self._clock.now_ms()
        key = data_record.idempotency_key
        item = {
            "pk": f"IDEMPOTENCY#{key}",
            "sk": "I",
            "status": data_record.status,
            "until": now + self._function_ms,
        }
        try:
            free = any_of(absent("pk"), all_of(eq("status", "INPROGRESS"), lt("until", now)))
            self._table.write(Put(item, when=free))
        except ConditionFailed as failed:
            raise IdempotencyItemAlreadyExistsError(old_data_record=_record(key, failed.old or item)) from failed

    def _update_record(self, data_record: DataRecord) -> None:
        key = f"IDEMPOTENCY#{data_record.idempotency_key}"
        self._table.write(Put({"pk": key, "sk": "I", "status": data_record.status, "data": data_record.response_data}))

    def _delete_record(self, data_record: DataRecord) -> None:
        self._table.write(Delete(f"IDEMPOTENCY#{data_record.idempotency_key}", "I"))


def _record(key: str, item: Mapping[str, Any]) -> DataRecord:
    until = int(item.get("until", NEVER_S * 1000))
    return DataRecord(key, str(item["status"]), NEVER_S, until, str(item.get("data", "")))


class PowertoolsBundle:
    """One container."""

    def __init__(self, land: Land, function: str) -> None:
        strait = land.strait
        table = StormyTable(land.tables.message, strait)
        self._sqs = StormySqs(land.sqs, strait, land.stirred)
        self._land = land
        relay = Relay(land, table, StormySender(land.world, land.fakes, land.files, strait, function))
        persistence = TablePersistence(table, strait.scheduler, 45)
        config = IdempotencyConfig(event_key_jmespath="id", use_local_cache=False)

        @idempotent_function(data_keyword_argument="data", persistence_store=persistence, config=config)
        def work(*, data: dict[str, Any]) -> None:
            if data["kind"] == "message":
                relay.to_bitrix24(data["number"], data["id"], data["sender"], data["text"])
            else:
                event = events.from_payload(data["event"])
                if isinstance(event, OperatorMessage):
                    relay.to_whatsapp(event)

        def record_handler(record: Any) -> None:
            work(data=json.loads(record.body))

        def consume(event: Mapping[str, Any], _context: Any) -> PartialItemFailureResponse:
            processor = SqsFifoPartialProcessor(skip_group_on_error=True)
            processor.raise_on_entire_batch_failure = False
            return process_partial_response(dict(event), record_handler, processor)

        self.doors: Mapping[str, Handler] = {META_PATH: self._meta, BITRIX24_PATH: self._bitrix24}
        self.consumers: Mapping[str, Handler] = dict.fromkeys(land.queue_urls, consume)
        self.schedules: Mapping[str, Handler] = {
            name: lambda *_: None for name in ("sweep_spill", "refresh_bitrix24_tokens", "redrive", "heal_gaps")
        }

    def _meta(self, event: Mapping[str, Any], _context: Any) -> dict[str, Any]:
        if not authentic_meta(event):
            return {"statusCode": 401}
        for number, sender, message in messages_of(event["body"]):
            body = {"kind": "message", "id": message["id"], "number": number, "sender": sender}
            group = f"{number}|{sender['user_id'] or sender['wa_id']}"
            self._put("whatsapp_events", {**body, "text": message["text"]["body"]}, group, message["id"])
        return {"statusCode": 200}

    def _bitrix24(self, event: Mapping[str, Any], _context: Any) -> dict[str, Any]:
        for one in operators_of(self._land, event):
            body = {"kind": "answer", "id": f"{one.chat_id}|{one.message_id}", "event": events.to_payload(one)}
            self._put("bitrix24_events", body, f"{one.connector}|{one.external}", body["id"])
        return {"statusCode": 200}

    def _put(self, queue: str, body: dict[str, Any], group: str, dedup: str) -> None:
        entry = {
            "Id": "0",
            "MessageBody": json.dumps(body),
            "MessageGroupId": group,
            "MessageDeduplicationId": dedup.replace("|", "-"),
        }
        answer = self._sqs.send_message_batch(QueueUrl=self._land.queue_urls[queue], Entries=[entry])
        if answer.get("Failed"):
            raise ConnectionError("SQS refused")
