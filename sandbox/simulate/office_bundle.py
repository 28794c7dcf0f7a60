"""The office bridge as the platform's bundle: its doors and workers, composed as for AWS over the simulation's
ports."""

from collections.abc import Mapping

from ponte.queue.sqs import SqsQueue, SqsVisibility
from ponte.runtime import schedules
from ponte.runtime.composition import make_consumer, make_means, make_worker
from ponte.runtime.office_ingress import ChatwootDoor, ZattarDoor
from ponte.runtime.outside import Outside
from ponte.runtime.redrive import redrive
from ponte.storage.directory import Directory
from ponte.storage.offices import Offices
from ponte.storage.table import Tables
from sandbox.simulate.bundle import SETTINGS, KnownSecrets, Land, four, name_of
from sandbox.simulate.lambdas import Handler
from sandbox.simulate.office_ports import OfficeSender
from sandbox.simulate.office_watch import Watch
from sandbox.simulate.ports import PlainCipher, StormyFiles, StormySqs, StormyStore, StormyTable
from sandbox.simulate.provider_ports import StormyStreamer

OFFICE_FLOWS = {"zattar_events": "zattar_to_chatwoot", "chatwoot_events": "chatwoot_to_zattar"}
OFFICE_DOORS = ("zattar_webhook", "chatwoot_webhook")


class OfficeBundle:
    """One container of `function`."""

    def __init__(self, land: Land, watch: Watch, function: str) -> None:
        strait, rng = land.strait, land.strait.rng
        clock = strait.scheduler
        tables = Tables(*(StormyTable(table, strait) for table in four(land.tables)))
        store = StormyStore(land.store, strait)
        sqs = StormySqs(land.sqs, strait, land.stirred)
        queues = {
            name: SqsQueue(sqs, url, name, store, clock, lambda *_: None) for name, url in land.queue_urls.items()
        }
        offices = Offices(tables.core, PlainCipher(), clock)
        zattar = ZattarDoor(offices, queues["zattar_events"], clock, land.log)
        chatwoot = ChatwootDoor(offices, queues["chatwoot_events"], clock, land.log)
        self.doors: Mapping[str, Handler] = {
            "zattar_webhook": lambda event, _: zattar(event),
            "chatwoot_webhook": lambda event, _: chatwoot(event),
        }
        self.consumers: Mapping[str, Handler] = {}
        self.schedules: Mapping[str, Handler] = {}
        if function in OFFICE_DOORS:
            return
        sender = OfficeSender(land.world, land.fakes, land.files, strait, function, watch)
        outside = Outside(
            tables=tables,
            store=store,
            queue=lambda field: queues[field.removesuffix("_queue_url")],
            files=StormyFiles(land.files, strait),
            secrets=KnownSecrets(land.secrets),
            directory=Directory(tables.core, clock),
            sender=sender,
            streamer=StormyStreamer(sender, strait),
            tenant_sender=sender.to,
            cipher=PlainCipher(),
            clock=clock,
            owner=lambda: name_of(rng),
            jitter=rng.random,
            log=land.log,
            bug=land.bug,
        )
        means = make_means(outside, SETTINGS)
        self.consumers = {
            queue: make_consumer(
                make_worker(outside, means, SETTINGS, flow),
                SqsVisibility(sqs, land.queue_urls[queue]),
                land.platform.side_by_side,
            )
            for queue, flow in OFFICE_FLOWS.items()
            if function == queue
        }
        self.schedules = {
            "sweep_spill": lambda *_: schedules.sweep(store, queues, land.log),
            "redrive": lambda *_: redrive(
                means.ledger, outside.queue, clock, lambda: name_of(rng), means.ledger.parked()
            ),
        }
