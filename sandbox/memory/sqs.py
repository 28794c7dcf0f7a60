"""SQS in memory, spoken to as boto3's client: FIFO groups, deduplication, visibility, dead letters.

Rules as AWS documents them (Amazon SQS Developer Guide, FIFO queues; read 2026-11): a group with a message in flight
gives nothing; a deduplication id counts for five minutes, within its group where the queue says so, and outlives its
message; a receipt handle is good until the message is shown again; a message received too often goes to the dead
letters instead of being shown. A standard queue keeps no order where a `shuffle` is given.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

DEDUP_MS = 5 * 60_000
MAX_BATCH = 10
MAX_BATCH_BYTES = 1_048_576
MAX_VISIBILITY_S = 43_200

type Shuffle = Callable[[list[Any]], None]


@dataclass(slots=True)
class Message:
    """handle: of the latest receive, "" before the first. visible_ms: when it may be shown (again)."""

    id: str
    body: str
    group: str
    dedup: str
    number: int
    sent_ms: int
    visible_ms: int = 0
    received: int = 0
    handle: str = ""


class MemoryQueue:
    """One queue. dead: where messages go that were received `max_receive` times."""

    def __init__(self, url: str, attributes: dict[str, str]) -> None:
        self.url = url
        self.fifo = attributes.get("FifoQueue") == "true"
        self.visibility_ms = int(attributes.get("VisibilityTimeout", "30")) * 1000
        self.by_group = attributes.get("DeduplicationScope") == "messageGroup"
        policy = json.loads(attributes.get("RedrivePolicy", "{}"))
        self.max_receive = int(policy.get("maxReceiveCount", 0))
        self.dead_url = str(policy.get("deadLetterTargetArn", ""))
        self.dead: MemoryQueue | None = None
        self.groups: dict[str, list[Message]] = {}
        self.handles: dict[str, Message] = {}
        self._blocked: dict[str, int] = {}  # by group: until when its last message in flight is hidden
        self._known: dict[tuple[str, str], tuple[int, str]] = {}
        self._number = 0

    def __len__(self) -> int:
        return sum(map(len, self.groups.values()))

    def messages(self) -> Iterable[Message]:
        for group in self.groups.values():
            yield from group

    def put(self, body: str, group: str, dedup: str, now: int) -> str:
        """The message's id: a known deduplication id gives the one of its first message, and adds nothing."""
        self._number += 1
        scope = (group if self.by_group else "", dedup)
        if self.fifo:
            known = self._known.get(scope)
            if known and known[0] > now:
                return known[1]
        message = Message(f"m{self._number:08d}", body, group or f"m{self._number}", dedup, self._number, now)
        if self.fifo:
            self._known[scope] = (now + DEDUP_MS, message.id)
        self.groups.setdefault(message.group, []).append(message)
        return message.id

    def take(self, most: int, now: int, shuffle: Shuffle | None = None) -> list[Message]:
        """Show up to `most` messages. Groups come in the order of their heads, or shuffled."""
        names = [name for name in self.groups if self._blocked.get(name, 0) <= now]
        if shuffle and len(names) > 1:
            shuffle(names)
        taken: list[Message] = []
        for name in names:
            for message in list(self.groups[name]):
                if len(taken) == most:
                    return taken
                if self.dead is not None and message.received >= self.max_receive:
                    self._drop(message)
                    self.dead.put(message.body, message.group, message.id, now)
                    continue
                message.received += 1
                message.visible_ms = self._blocked[name] = now + self.visibility_ms
                self.handles.pop(message.handle, None)
                message.handle = f"{message.id}.{message.received}"
                self.handles[message.handle] = message
                taken.append(message)
        return taken

    def show(self, handle: str, seconds: int, now: int) -> bool:
        """False where the handle is not good any more."""
        message = self._in_flight(handle, now)
        if message is None:
            return False
        message.visible_ms = now + seconds * 1000
        self._block(message.group)
        return True

    def delete(self, handle: str, now: int) -> bool:
        message = self._in_flight(handle, now)
        if message is None:
            return False
        self._drop(message)
        return True

    def redrive(self, now: int) -> int:
        """Move all dead letters back, as StartMessageMoveTask does: with new ids, and hence as new messages."""
        if self.dead is None:
            return 0
        moved = sorted(self.dead.messages(), key=lambda message: message.number)
        for message in moved:
            self.dead._drop(message)
            self.put(message.body, message.group, f"moved-{message.id}-{message.number}", now)
        return len(moved)

    def next_visible_ms(self, now: int) -> int | None:
        """The earliest time at which something can be shown that cannot now; None where nothing waits."""
        return min((time for time in self._blocked.values() if time > now), default=None)

    def _in_flight(self, handle: str, now: int) -> Message | None:
        message = self.handles.get(handle)
        return message if message is not None and message.visible_ms > now else None

    def _drop(self, message: Message) -> None:
        self.handles.pop(message.handle, None)
        self.groups[message.group].remove(message)
        self._block(message.group)

    def _block(self, name: str) -> None:
        group = self.groups[name]
        if group:
            self._blocked[name] = max(message.visible_ms for message in group)
        else:
            del self.groups[name]
            self._blocked.pop(name, None)


class MemorySqs:
    """boto3's sqs client as far as Ponte and its tests use it. now_ms: the clock of visibility and deduplication."""

    def __init__(self, now_ms: Callable[[], int], shuffle: Shuffle | None = None) -> None:
        self._now_ms = now_ms
        self._shuffle = shuffle
        self.queues: dict[str, MemoryQueue] = {}

    def create_queue(self, *, QueueName: str, Attributes: dict[str, str] | None = None) -> dict[str, Any]:  # noqa: N803
        queue = MemoryQueue(f"memory://{QueueName}", Attributes or {})
        queue.dead = self.queues.get(queue.dead_url)
        self.queues[queue.url] = queue
        return {"QueueUrl": queue.url}

    def get_queue_attributes(self, *, QueueUrl: str, AttributeNames: list[str]) -> dict[str, Any]:  # noqa: ARG002, N803
        queue, now = self._queue(QueueUrl), self._now_ms()
        hidden = sum(message.visible_ms > now for message in queue.messages())
        counts = {"ApproximateNumberOfMessages": len(queue) - hidden, "ApproximateNumberOfMessagesNotVisible": hidden}
        return {"Attributes": {"QueueArn": QueueUrl, **{name: str(count) for name, count in counts.items()}}}

    def send_message(self, *, QueueUrl: str, **entry: Any) -> dict[str, Any]:  # noqa: N803
        (sent,) = self.send_message_batch(QueueUrl=QueueUrl, Entries=[{"Id": "0", **entry}])["Successful"]
        return {"MessageId": sent["MessageId"]}

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        queue, now = self._queue(QueueUrl), self._now_ms()
        if not 0 < len(Entries) <= MAX_BATCH or len({entry["Id"] for entry in Entries}) != len(Entries):
            raise _error("SendMessageBatch", "AWS.SimpleQueueService.TooManyEntriesInBatchRequest")
        if sum(len(entry["MessageBody"].encode()) for entry in Entries) > MAX_BATCH_BYTES:
            raise _error("SendMessageBatch", "AWS.SimpleQueueService.BatchRequestTooLong")
        sent = []
        for entry in Entries:
            group = str(entry.get("MessageGroupId", ""))
            if queue.fifo and (not group or "MessageDeduplicationId" not in entry or "DelaySeconds" in entry):
                raise _error("SendMessageBatch", "InvalidParameterValue")
            message_id = queue.put(entry["MessageBody"], group, str(entry.get("MessageDeduplicationId", "")), now)
            sent.append({"Id": entry["Id"], "MessageId": message_id})
        return {"Successful": sent}

    def receive_message(
        self,
        *,
        QueueUrl: str,  # noqa: N803
        MaxNumberOfMessages: int = 1,  # noqa: N803
        MessageSystemAttributeNames: list[str] | None = None,  # noqa: ARG002, N803
    ) -> dict[str, Any]:
        taken = self._queue(QueueUrl).take(MaxNumberOfMessages, self._now_ms(), self._shuffle)
        return {
            "Messages": [
                {
                    "MessageId": message.id,
                    "ReceiptHandle": message.handle,
                    "Body": message.body,
                    "Attributes": {
                        "ApproximateReceiveCount": str(message.received),
                        "MessageGroupId": message.group,
                        "MessageDeduplicationId": message.dedup,
                    },
                }
                for message in taken
            ]
        }

    def delete_message(self, *, QueueUrl: str, ReceiptHandle: str) -> dict[str, Any]:  # noqa: N803
        self._queue(QueueUrl).delete(ReceiptHandle, self._now_ms())
        return {}

    def change_message_visibility(
        self,
        *,
        QueueUrl: str,  # noqa: N803
        ReceiptHandle: str,  # noqa: N803
        VisibilityTimeout: int,  # noqa: N803
    ) -> dict[str, Any]:
        entry = {"Id": "0", "ReceiptHandle": ReceiptHandle, "VisibilityTimeout": VisibilityTimeout}
        answer = self.change_message_visibility_batch(QueueUrl=QueueUrl, Entries=[entry])
        if answer["Failed"]:
            raise _error("ChangeMessageVisibility", str(answer["Failed"][0]["Code"]))
        return {}

    def change_message_visibility_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        queue, now = self._queue(QueueUrl), self._now_ms()
        if not 0 < len(Entries) <= MAX_BATCH:
            raise _error("ChangeMessageVisibilityBatch", "AWS.SimpleQueueService.TooManyEntriesInBatchRequest")
        done, failed = [], []
        for entry in Entries:
            seconds = int(entry["VisibilityTimeout"])
            if not 0 <= seconds <= MAX_VISIBILITY_S:
                failed.append({"Id": entry["Id"], "Code": "InvalidParameterValue", "SenderFault": True})
            elif queue.show(entry["ReceiptHandle"], seconds, now):
                done.append({"Id": entry["Id"]})
            else:
                failed.append({"Id": entry["Id"], "Code": "MessageNotInflight", "SenderFault": True})
        return {"Successful": done, "Failed": failed}

    def _queue(self, url: str) -> MemoryQueue:
        if url not in self.queues:
            raise _error("GetQueueUrl", "AWS.SimpleQueueService.NonExistentQueue")
        return self.queues[url]


def _error(operation: str, code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": code}}, operation)
