"""The composition root: the only place where clients, tables and workers are made, once per container.

Each maker imports what it needs inside itself, so that a webhook function does not pay for httpx and the platforms'
clients at its cold start (docs/decisions/0004). Importing this module opens nothing and reads no environment.
"""

import os
import random
import uuid
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from ponte.clock import SystemClock
from ponte.runtime.observability import emit, emit_bug, emit_event
from ponte.runtime.settings import Settings, read, require
from ponte.storage.table import Tables

if TYPE_CHECKING:
    from ponte.bitrix24.values import AppInstalled, AppUpdated
    from ponte.queue.sqs import SqsQueue
    from ponte.runtime.api import Api
    from ponte.runtime.composition import BatchAnswer
    from ponte.runtime.healing import Healing
    from ponte.runtime.ingress import Bitrix24Door, MetaDoor
    from ponte.runtime.installation import Installation
    from ponte.runtime.office_ingress import ChatwootDoor, ZattarDoor
    from ponte.runtime.office_performer import OfficeMeans
    from ponte.runtime.outside import Outside
    from ponte.runtime.pages import Pages
    from ponte.runtime.people_backfill import Backfill
    from ponte.runtime.people_cases import PeopleDesk
    from ponte.runtime.people_healing import Means as PeopleMeans
    from ponte.runtime.perform import Means
    from ponte.storage.directory import Directory
    from ponte.storage.files import S3Files
    from ponte.storage.offices import Offices
    from ponte.storage.s3 import S3Store
    from ponte.storage.secrets import SecretStore

CLOCK = SystemClock()
QUEUES = ("whatsapp_events", "whatsapp_statuses", "bitrix24_events", "zattar_events", "chatwoot_events")


def new_owner() -> str:
    """A name nobody else has: for claims and locks."""
    return uuid.uuid4().hex


@cache
def settings() -> Settings:
    return read(os.environ)


@cache
def _client(service: str, *, patient: bool = False, signature_version: str | None = None) -> Any:
    """A boto3 client. Ingress must answer while a provider waits: short time-outs, its own repeats (queue/sqs.py)."""
    import boto3  # noqa: PLC0415
    from botocore.config import Config  # noqa: PLC0415

    if patient:
        config = Config(retries={"mode": "standard", "total_max_attempts": 3}, connect_timeout=2, read_timeout=5)
    else:
        config = Config(retries={"total_max_attempts": 1}, connect_timeout=0.5, read_timeout=1.5)
    make: Any = boto3.client  # its overloads want a literal for each service
    pool = Config(max_pool_connections=20, signature_version=signature_version)
    return make(service, config=pool.merge(config))


@cache
def tables() -> Tables:
    from ponte.storage.dynamodb import DynamoDBTable  # noqa: PLC0415

    client, s = _client("dynamodb", patient=True), settings()
    return Tables(
        *(DynamoDBTable(client, name) for name in (s.core_table, s.message_table, s.audit_table, s.state_table))
    )


@cache
def store() -> "S3Store":
    from ponte.storage.s3 import S3Store  # noqa: PLC0415

    return S3Store(_client("s3", patient=True), require(settings(), "store_bucket"))


@cache
def files() -> "S3Files":
    """Links to files must be signed in the way every region takes, which is not yet what boto3 does by itself."""
    from ponte.storage.files import S3Files  # noqa: PLC0415

    return S3Files(_client("s3", patient=True, signature_version="s3v4"), require(settings(), "store_bucket"))


@cache
def secrets() -> "SecretStore":
    from ponte.storage.secrets import SecretStore  # noqa: PLC0415

    return SecretStore(_client("secretsmanager", patient=True), lambda: require(settings(), "app_secret_arn"), CLOCK)


@cache
def directory() -> "Directory":
    from ponte.storage.directory import Directory  # noqa: PLC0415

    return Directory(tables().core, CLOCK)


@cache
def queue(field: str) -> "SqsQueue":
    """field: of Settings, e.g. "whatsapp_events_queue_url"."""
    from ponte.queue.sqs import SqsQueue  # noqa: PLC0415

    name = field.removesuffix("_queue_url")

    def refused(queue_name: str, why: str) -> None:
        emit(queue_name, "sqs_refused", detail=why)

    return SqsQueue(_client("sqs"), require(settings(), field), name, store(), CLOCK, refused)


@cache
def meta_door() -> "MetaDoor":
    from ponte.runtime.ingress import MetaDoor  # noqa: PLC0415

    return MetaDoor(secrets(), queue("whatsapp_events_queue_url"), queue("whatsapp_statuses_queue_url"), CLOCK, emit)


@cache
def bitrix24_door() -> "Bitrix24Door":
    from ponte.runtime.ingress import Bitrix24Door  # noqa: PLC0415

    def install(member_id: str, event: "AppInstalled | AppUpdated", application_token: str) -> bool:
        return installation().install_event(member_id, event, application_token)

    return Bitrix24Door(directory(), queue("bitrix24_events_queue_url"), install, CLOCK, emit)


@cache
def offices() -> "Offices":
    from ponte.storage.kms import KmsCipher  # noqa: PLC0415
    from ponte.storage.offices import Offices  # noqa: PLC0415

    return Offices(tables().core, KmsCipher(_client("kms"), require(settings(), "data_key_arn")), CLOCK)


@cache
def office_means() -> "OfficeMeans":
    from ponte.runtime.office_composition import make_office_means  # noqa: PLC0415

    return make_office_means(outside())


@cache
def office_api() -> "Api":
    from ponte.runtime.api_composition import make_office_api  # noqa: PLC0415

    return make_office_api(outside(), settings())


@cache
def people_api() -> "Api":
    from ponte.runtime.api_composition import make_people_api  # noqa: PLC0415

    return make_people_api(people_desk(), emit, emit_bug, settings())


@cache
def zattar_door() -> "ZattarDoor":
    from ponte.runtime.office_ingress import ZattarDoor  # noqa: PLC0415

    return ZattarDoor(offices(), queue("zattar_events_queue_url"), CLOCK, emit)


@cache
def chatwoot_door() -> "ChatwootDoor":
    from ponte.runtime.office_ingress import ChatwootDoor  # noqa: PLC0415

    return ChatwootDoor(offices(), queue("chatwoot_events_queue_url"), CLOCK, emit)


@cache
def outside() -> "Outside":
    """What reaches beyond this process."""
    from ponte.runtime.egress import HttpxSender, Way, is_allowed_host  # noqa: PLC0415
    from ponte.runtime.outside import Outside  # noqa: PLC0415
    from ponte.runtime.streams import HttpxStreamer  # noqa: PLC0415
    from ponte.runtime.tenant_hosts import TenantHosts  # noqa: PLC0415
    from ponte.storage.kms import KmsCipher  # noqa: PLC0415

    s = settings()
    way = Way(s.egress_url, s.function_name)
    return Outside(
        tables=tables(),
        store=store(),
        queue=queue,
        secrets=secrets(),
        directory=directory(),
        sender=HttpxSender(is_allowed_host, way),
        streamer=HttpxStreamer(way),
        tenant_sender=TenantHosts(way).sender,
        files=files(),
        cipher=KmsCipher(_client("kms", patient=True), require(s, "data_key_arn")),
        clock=CLOCK,
        owner=new_owner,
        jitter=random.random,
        log=emit,
        bug=emit_bug,
        tell=emit_event,
    )


@cache
def means() -> "Means":
    """Everything that effects are performed with."""
    from ponte.runtime.composition import make_means  # noqa: PLC0415

    return make_means(outside(), settings())


@cache
def pages() -> "Pages":
    from ponte.runtime.pages import Pages  # noqa: PLC0415

    return Pages(installation(), bitrix24_door(), settings().language)


@cache
def people_desk() -> "PeopleDesk":
    from ponte.runtime.people_cases import PeopleDesk  # noqa: PLC0415

    return PeopleDesk(tables(), directory(), CLOCK)


@cache
def installation() -> "Installation":
    from ponte.runtime.installation import Installation  # noqa: PLC0415

    s = settings()
    return Installation(means(), queue("bitrix24_events_queue_url"), s.connector_id, s.language, emit)


def consumer(flow: str, queue_field: str) -> "Callable[[Mapping[str, Any], Any], BatchAnswer]":
    """A Lambda handler body for one queue: the batch processor around that flow's worker, made at the first call."""

    @cache
    def made() -> "Callable[[Mapping[str, Any], Any], BatchAnswer]":
        from ponte.queue.fifo_batch import in_threads  # noqa: PLC0415
        from ponte.queue.sqs import SqsVisibility  # noqa: PLC0415
        from ponte.runtime.composition import make_consumer, make_worker  # noqa: PLC0415

        visibility = SqsVisibility(_client("sqs"), require(settings(), queue_field))
        worker = make_worker(outside(), means(), settings(), flow)
        return make_consumer(worker, visibility, in_threads)

    def handle(event: Mapping[str, Any], context: Any) -> "BatchAnswer":
        return made()(event, context)

    return handle


def health_checks() -> dict[str, Callable[[], None]]:
    """What /health asks: the Core table and each queue of the bridges that are deployed."""
    s = settings()

    def table() -> None:
        state = _client("dynamodb").describe_table(TableName=s.core_table)["Table"]["TableStatus"]
        if state not in ("ACTIVE", "UPDATING"):
            raise RuntimeError(state)

    def asks(url: str) -> Callable[[], None]:
        def ask() -> None:
            _client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])

        return ask

    urls = {name: getattr(s, f"{name}_queue_url") for name in QUEUES}
    return {"database": table} | {name: asks(url) for name, url in urls.items() if url}


@cache
def healing() -> "Healing":
    from ponte.runtime.composition import make_healing  # noqa: PLC0415

    return make_healing(outside(), means(), queue, queues(), store(), dead_letters)


@cache
def people_means() -> "PeopleMeans":
    """What looking through offices' people stands on."""
    from ponte.runtime.office_composition import make_people_means  # noqa: PLC0415

    return make_people_means(outside(), queue)


def people_backfill() -> "Backfill":
    """One per run: each is an owner of its own."""
    from ponte.runtime.people_backfill import Backfill  # noqa: PLC0415

    url = require(settings(), "zattar_events_queue_url")
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]

    def waiting() -> int:
        answer = _client("sqs", patient=True).get_queue_attributes(QueueUrl=url, AttributeNames=names)
        return sum(int(answer["Attributes"][name]) for name in names)

    return Backfill(people_means(), waiting, new_owner())


def dead_letters() -> dict[str, int]:
    """How many lie in each dead-letter queue that this function is told of."""
    urls = {name: getattr(settings(), f"{name}_dead_letters_url") for name in QUEUES}
    name = "ApproximateNumberOfMessages"
    found = {}
    for queue_name, url in urls.items():
        if url:
            answer = _client("sqs", patient=True).get_queue_attributes(QueueUrl=url, AttributeNames=[name])
            found[queue_name] = int(answer["Attributes"][name])
    return found


def queues() -> "dict[str, SqsQueue]":
    """Those that this function is told of, by the name under which their entries are spilled."""
    fields = [f"{name}_queue_url" for name in QUEUES]
    return {queue(field).name: queue(field) for field in fields if getattr(settings(), field)}
