"""How the parts hang together, whatever stands outside: AWS for the functions, memory for the simulation.

`Outside` is all that reaches beyond the process. `wiring` fills it with boto3 and httpx, once per container; who wants
the very same bundle over other ports fills it with those. Nothing here opens a connection or reads the environment.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from ponte.bitrix24.client import Bitrix24Client
from ponte.queue.envelope import Envelope
from ponte.queue.fifo_batch import ChangeVisibility, SideBySide, work
from ponte.queue.sqs import SqsQueue
from ponte.runtime.bitrix24_events import Bitrix24Events
from ponte.runtime.execute import Executor
from ponte.runtime.healing import Healing
from ponte.runtime.healing import Means as HealingMeans
from ponte.runtime.held_replies import HeldReplies
from ponte.runtime.invocation import Invocation
from ponte.runtime.keep import Keeper
from ponte.runtime.number_calls import NumberCalls
from ponte.runtime.office_composition import OFFICE_WORKERS, make_office_means, make_people_means, make_talk_means
from ponte.runtime.office_events import note_given_up
from ponte.runtime.outbound_performer import OutboundPerformer
from ponte.runtime.outside import Outside
from ponte.runtime.people_healing import PeopleHealing
from ponte.runtime.perform import CustomerPerformer, Means
from ponte.runtime.portal_calls import PortalCalls
from ponte.runtime.redrive import Queue
from ponte.runtime.schedules import Spill
from ponte.runtime.settings import Settings
from ponte.runtime.transfers import Transfers
from ponte.runtime.whatsapp_events import WhatsappEvents
from ponte.runtime.whatsapp_sends import WhatsappSends
from ponte.runtime.whatsapp_statuses import WhatsappStatuses
from ponte.runtime.worker import Parts, Worker
from ponte.storage.accounts import Accounts
from ponte.storage.audit import Audit
from ponte.storage.buckets import Buckets
from ponte.storage.changes import Changes
from ponte.storage.conversations import Conversations
from ponte.storage.erasure import Erasure
from ponte.storage.grants import Grants
from ponte.storage.ledger import Ledger
from ponte.storage.preferences import Preferences
from ponte.storage.receipts import Receipts
from ponte.storage.templates import Templates
from ponte.storage.windows import Windows
from ponte.whatsapp.client import WhatsappClient

WORKERS: Mapping[str, type[Worker]] = {
    worker.flow: worker for worker in (WhatsappEvents, WhatsappStatuses, Bitrix24Events)
}

type BatchAnswer = dict[str, list[dict[str, str]]]


def make_means(outside: Outside, settings: Settings) -> Means:
    """Everything that effects are performed with."""
    client, meta = Bitrix24Client(outside.sender), WhatsappClient(outside.sender)
    grants = Grants(outside.tables.core, outside.cipher, outside.clock)
    buckets = Buckets(outside.tables.state, outside.clock, timing=outside.directory.timing)
    portals = PortalCalls(
        client, grants, outside.directory, buckets, outside.secrets, outside.clock, outside.owner, outside.log
    )
    conversations = Conversations(outside.tables.core, Audit(outside.tables.audit))
    preferences = Preferences(outside.tables.core)
    keeper = Keeper(
        conversations,
        preferences,
        Accounts(outside.tables.core),
        Erasure(outside.tables, outside.clock),
        outside.clock,
        outside.log,
    )
    numbers = NumberCalls(meta, buckets, outside.secrets, outside.clock, outside.log, settings.graph_version)
    ledger, receipts = Ledger(outside.tables.message), Receipts(outside.tables.message)
    windows, templates = Windows(outside.tables.core, outside.tables.message), Templates(outside.tables.core)
    outbound = OutboundPerformer(
        meta=meta,
        portals=portals,
        templates=templates,
        windows=windows,
        changes=Changes(outside.tables.message),
        conversations=conversations,
        ledger=ledger,
        secrets=outside.secrets,
        queue=outside.queue,
        clock=outside.clock,
        graph_version=settings.graph_version,
    )
    sends = WhatsappSends(
        numbers,
        outside.directory,
        outside.secrets,
        receipts,
        windows,
        conversations,
        preferences,
        outside.clock,
        settings.graph_version,
    )
    transfers = Transfers(
        meta,
        outside.streamer,
        outside.files,
        outside.secrets,
        outside.clock,
        settings.graph_version,
        outside.owner,
    )
    return Means(
        client=client,
        portals=portals,
        meta=meta,
        numbers=numbers,
        ledger=ledger,
        receipts=receipts,
        windows=windows,
        templates=templates,
        sends=sends,
        outbound=outbound,
        transfers=transfers,
        directory=outside.directory,
        conversations=conversations,
        grants=grants,
        buckets=buckets,
        keeper=keeper,
        secrets=outside.secrets,
        clock=outside.clock,
        timing=outside.directory.timing,
        graph_version=settings.graph_version,
        originator=settings.connector_id,
        public_base_url=settings.public_base_url,
        language=settings.language,
    )


def make_worker(outside: Outside, means: Means, settings: Settings, flow: str) -> Worker:
    """The worker of a flow."""
    if flow not in OFFICE_WORKERS:
        return WORKERS[flow](make_parts(outside, means, settings, flow))
    office = make_office_means(outside)
    parts = make_parts(outside, means, settings, flow, partial(note_given_up, office))
    return OFFICE_WORKERS[flow](parts, office, make_talk_means(outside, office))


def make_parts(
    outside: Outside,
    means: Means,
    settings: Settings,
    flow: str,
    parked: Callable[[Envelope, str], None] = lambda *_: None,
) -> Parts:
    """What the workers of one flow stand on. parked: told of every event that waits for a person now, and why."""

    def note(envelope: Envelope, result: str, detail: str) -> None:
        outside.log(flow, result, envelope.id, detail)
        if result == "parked":
            parked(envelope, detail)

    def bug(envelope: Envelope, error: BaseException) -> None:
        outside.bug(flow, error, envelope.id)

    invocation = Invocation()
    return Parts(
        executor=Executor(
            means.ledger, outside.clock, means.timing, outside.owner, outside.jitter, note, bug, invocation.ends_ms
        ),
        ledger=means.ledger,
        receipts=means.receipts,
        directory=means.directory,
        conversations=means.conversations,
        performers=partial(CustomerPerformer, means),
        windows=means.windows,
        templates=means.templates,
        held=HeldReplies(means.windows, means.ledger, outside.clock),
        store=outside.store,
        clock=outside.clock,
        invocation=invocation,
        log=outside.log,
        bug=outside.bug,
        language=settings.language,
        connector_id=settings.connector_id,
    )


def make_healing(
    outside: Outside,
    means: Means,
    queues: Callable[[str], Queue],
    swept: Mapping[str, SqsQueue],
    spill: Spill,
    dead_letters: Callable[[], dict[str, int]],
) -> Healing:
    """queues: by the field of Settings. swept: the same by the name under which entries are spilled."""
    return Healing(
        HealingMeans(
            tables=outside.tables,
            directory=outside.directory,
            portals=means.portals,
            people=PeopleHealing(make_people_means(outside, queues)),
            queues=queues,
            swept=swept,
            spill=spill,
            dead_letters=dead_letters,
            clock=outside.clock,
            timing=means.timing,
            owner=outside.owner,
            log=outside.log,
        )
    )


def make_consumer(
    worker: Worker, change_visibility: ChangeVisibility, side_by_side: SideBySide
) -> Callable[[Mapping[str, Any], Any], BatchAnswer]:
    """A Lambda handler of one queue: the batch processor around a worker."""

    def handle(event: Mapping[str, Any], context: Any) -> BatchAnswer:
        worker.look_ahead(event["Records"])
        remaining = context.get_remaining_time_in_millis
        worker.parts.invocation.begin(worker.parts.clock.now_ms(), remaining())
        handle_record = partial(worker, remaining_ms=remaining)
        return work(event["Records"], handle_record, change_visibility, remaining, side_by_side=side_by_side)

    return handle
