"""Ponte itself as the platform's bundle: the doors, workers and schedules that the functions are made of, composed as
for AWS (`ponte.runtime.composition`) over the simulation's ports. One value is one warm container."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from ponte.queue.sqs import SqsQueue, SqsVisibility
from ponte.runtime import schedules
from ponte.runtime.composition import WORKERS, make_consumer, make_healing, make_means, make_parts
from ponte.runtime.healing import Wish
from ponte.runtime.ingress import Bitrix24Door, MetaDoor
from ponte.runtime.observability import BugLog, OutcomeLog
from ponte.runtime.outside import Outside
from ponte.runtime.redrive import redrive
from ponte.runtime.settings import Settings, read
from ponte.storage.directory import Directory
from ponte.storage.secrets import AppSecrets
from ponte.storage.table import Tables
from sandbox.calls import Fake
from sandbox.memory.files import MemoryFiles
from sandbox.memory.objects import MemoryStore
from sandbox.memory.sqs import MemorySqs
from sandbox.simulate.lambdas import Handler, Platform
from sandbox.simulate.ports import PlainCipher, StormyFiles, StormySqs, StormyStore, StormyTable, Strait
from sandbox.simulate.provider_ports import StormySender, StormyStreamer
from sandbox.world import World

FLOWS = {
    "whatsapp_events": "whatsapp_to_bitrix24",
    "whatsapp_statuses": "whatsapp_status",
    "bitrix24_events": "bitrix24_to_whatsapp",
}
HEAL_KEPT_MS = 20_000  # as functions/heal_gaps keeps of its time
META_PATH, BITRIX24_PATH = "/webhooks/meta", "/webhooks/bitrix24/outbound"
DOORS = ("meta_webhook", "bitrix24_webhook")
SETTINGS: Settings = read({"PUBLIC_BASE_URL": "https://ponte.example", "STAGE": "dev"})


@dataclass(frozen=True, slots=True)
class Land:
    """What all containers share: what is stored, queued and shown, and the trouble on the way there.

    queue_urls: by queue name. log, bug: what the functions say.
    """

    strait: Strait
    tables: Tables
    sqs: MemorySqs
    store: MemoryStore
    files: MemoryFiles
    world: World
    fakes: dict[str, Fake]
    secrets: AppSecrets
    queue_urls: Mapping[str, str]
    platform: Platform
    stirred: Any
    log: OutcomeLog
    bug: BugLog


class KnownSecrets:
    """The stack's secret, which never changes here."""

    def __init__(self, secrets: AppSecrets) -> None:
        self._secrets = secrets

    def read(self) -> AppSecrets:
        return self._secrets

    def read_again(self) -> AppSecrets | None:
        return self._secrets


class PonteBundle:
    """One container of `function`."""

    def __init__(self, land: Land, function: str) -> None:
        strait, rng = land.strait, land.strait.rng
        clock = strait.scheduler
        tables = Tables(*(StormyTable(table, strait) for table in four(land.tables)))
        store = StormyStore(land.store, strait)
        sqs = StormySqs(land.sqs, strait, land.stirred)
        secrets = KnownSecrets(land.secrets)
        directory = Directory(tables.core, clock)
        self._queues = {
            name: SqsQueue(sqs, url, name, store, clock, lambda *_: None) for name, url in land.queue_urls.items()
        }
        sender = StormySender(land.world, land.fakes, land.files, strait, function)
        outside = Outside(
            tables=tables,
            store=store,
            queue=self._queue_of,
            files=StormyFiles(land.files, strait),
            secrets=secrets,
            directory=directory,
            sender=sender,
            streamer=StormyStreamer(sender, strait),
            tenant_sender=lambda _: sender,
            cipher=PlainCipher(),
            clock=clock,
            owner=lambda: name_of(rng),
            jitter=rng.random,
            log=land.log,
            bug=land.bug,
        )
        events, statuses, operators = (self._queues[name] for name in FLOWS)
        meta = MetaDoor(secrets, events, statuses, clock, land.log)
        bitrix24 = Bitrix24Door(directory, operators, lambda *_: False, clock, land.log)
        self.doors: Mapping[str, Handler] = {
            META_PATH: lambda event, _: meta(event),
            BITRIX24_PATH: lambda event, _: bitrix24(event),
        }
        self.consumers: Mapping[str, Handler] = {}
        self.schedules: Mapping[str, Handler] = {}
        if function in DOORS:
            return  # such a function imports nothing of what follows
        means = make_means(outside, SETTINGS)
        healing = make_healing(outside, means, self._queue_of, self._queues, store, dict)
        self.consumers = {
            queue: make_consumer(
                WORKERS[flow](make_parts(outside, means, SETTINGS, flow)),
                SqsVisibility(sqs, land.queue_urls[queue]),
                land.platform.side_by_side,
            )
            for queue, flow in FLOWS.items()
            if function in ("", queue)
        }
        self.schedules = {
            "sweep_spill": lambda *_: schedules.sweep(store, self._queues, land.log),
            "refresh_bitrix24_tokens": lambda *_: schedules.renew_tokens(
                directory, means.grants, means.portals, clock, land.log
            ),
            "heal_gaps": lambda _, context: healing.run(Wish(), context.get_remaining_time_in_millis() - HEAL_KEPT_MS),
            "redrive": lambda *_: redrive(
                means.ledger, self._queue_of, clock, lambda: name_of(rng), means.ledger.parked()
            ),
        }

    def _queue_of(self, field: str) -> SqsQueue:
        return self._queues[field.removesuffix("_queue_url")]


def four(tables: Tables) -> tuple[Any, ...]:
    return tables.core, tables.message, tables.audit, tables.state


def name_of(rng: Random) -> str:
    return f"{rng.getrandbits(64):016x}"
