"""What a process reaches of the world outside: tables, bucket, queues, the network, time and chance."""

from collections.abc import Callable
from dataclasses import dataclass

from ponte.clock import Clock
from ponte.http import Sender, Streamer
from ponte.media.store import FileStore
from ponte.queue.sqs import ObjectStore
from ponte.runtime.observability import BugLog, EventLog, OutcomeLog, no_event
from ponte.runtime.office_calls import SenderOf
from ponte.runtime.redrive import Queue
from ponte.storage.directory import Directory
from ponte.storage.grants import Cipher
from ponte.storage.secrets import Secrets
from ponte.storage.table import Tables


@dataclass(frozen=True, slots=True)
class Outside:
    """queue: by the field of Settings. tenant_sender: the way to a host that a tenant named. owner: a new unique
    name per claim, lock or form. jitter: a random number in [0, 1)."""

    tables: Tables
    store: ObjectStore
    files: FileStore
    queue: Callable[[str], Queue]
    secrets: Secrets
    directory: Directory
    sender: Sender
    streamer: Streamer
    tenant_sender: SenderOf
    cipher: Cipher
    clock: Clock
    owner: Callable[[], str]
    jitter: Callable[[], float]
    log: OutcomeLog
    bug: BugLog
    tell: EventLog = no_event
