"""The deployed stack as the control API needs it: put a scenario in, look at what is queued, parked and traced."""

import json
import logging
import math
import threading
import time
from collections.abc import Iterable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ponte.relays.window import HELD
from ponte.runtime.redrive import direction
from ponte.storage.dynamodb import DynamoDBTable, from_attribute, to_attribute
from ponte.storage.grants import context
from ponte.storage.kms import KmsCipher
from ponte.storage.ledger import Ledger
from ponte.storage.ledger_items import STEP, log_of, word
from ponte.storage.table import Item, Update
from ponte.texts import text as sentence
from sandbox import office_seed, office_talk, seed
from sandbox.control import DrainState
from sandbox.deploy import Deployment
from sandbox.emulator import Emulator
from sandbox.front import Front
from sandbox.scenario import Scenario
from sandbox.world import clock_ms

BATCH = 25
LOG = logging.getLogger("sandbox")
PAUSE_SECONDS = 0.8
WARM = ("meta_webhook", "bitrix24_webhook", "on_whatsapp_event", "on_bitrix24_event")
WARM_OFFICE = ("zattar_webhook", "chatwoot_webhook", "on_zattar_event", "on_chatwoot_event")


class SandboxStack:
    """Implements control.Stack over one deployment in the emulator."""

    def __init__(self, emulator: Emulator, deployment: Deployment, front: Front) -> None:
        self._emulator = emulator
        self._deployment = deployment
        self._front = front
        self._core = deployment.physical("CoreTable")
        self._message = deployment.physical("MessageTable")
        self._bucket = deployment.physical("StoreBucket")
        self._secret = deployment.physical("AppSecret")
        key = deployment.physical("DataKey")
        self._cipher = KmsCipher(emulator.client("kms"), key)
        self._ledger = Ledger(DynamoDBTable(emulator.client("dynamodb"), self._message))
        self._resetting = threading.Lock()
        self._running = 0
        self._counting = threading.Lock()
        self._unsettled: dict[str, list[dict[str, Any]]] = {}  # member_id -> lines without a number, in no table

    def reset(self, scenario: Scenario) -> None:
        """The old work ends: nothing is polled, function processes are dead, queues, tables and bucket are empty."""
        began = time.monotonic()
        with self._resetting:
            self._front.pause(PAUSE_SECONDS)
            try:
                try:
                    self._emulator.command("halt")
                    self._emulator.command("wipe")
                    self._empty_bucket()
                    self._configure(scenario)
                finally:
                    self._emulator.command("resume")
            finally:
                self._front.resume()
            self.warm(scenario)
        LOG.info("scenario in place after %d ms", (time.monotonic() - began) * 1000)

    def warm(self, scenario: Scenario) -> None:
        """Processes of the functions that every message passes are started before it comes."""
        known = self._deployment.functions
        has_offices = bool((scenario.get("zattar") or {}).get("tenants"))
        names = (*WARM, *WARM_OFFICE) if has_offices else WARM
        self._emulator.command("warm", functions=[[name, known[name]] for name in names if name in known])

    def _configure(self, scenario: Scenario) -> None:
        value = json.dumps(seed.app_secret(scenario))
        self._emulator.client("secretsmanager").put_secret_value(SecretId=self._secret, SecretString=value)
        self._put(self._core, seed.core_items(scenario, self._cipher))
        self._put(self._core, office_seed.office_items(scenario, self._cipher, clock_ms()))
        self._put(self._message, seed.seed_sent(scenario, clock_ms()))
        for tenant in scenario["zattar"]["tenants"]:
            self._put(self._core, office_talk.conversa_rows(tenant, clock_ms()))
            self._put(self._message, office_talk.mensagem_rows(tenant, clock_ms()))
        self._unsettled = {
            portal["member_id"]: [dict(line) for line in portal["lines"] if not line.get("phone_number_id")]
            for portal in scenario["bitrix24"]["portals"]
        }
        seconds = max(2, math.ceil(scenario["timing"]["lease_s"]) + 1)  # whoever comes back finds the lease run out
        for url in self._deployment.queues().values():
            self._emulator.client("sqs").set_queue_attributes(
                QueueUrl=url, Attributes={"VisibilityTimeout": str(seconds)}
            )

    def _put(self, table: str, items: Iterable[Item]) -> None:
        """Of two items with one key the last one stays, as if each had been put by itself: a batch refuses twins."""
        client = self._emulator.client("dynamodb")
        unique = list({(item["pk"], item["sk"]): item for item in items}.values())
        for start in range(0, len(unique), BATCH):
            wanted: dict[str, Any] = {
                table: [
                    {"PutRequest": {"Item": {k: to_attribute(v) for k, v in item.items()}}}
                    for item in unique[start : start + BATCH]
                ]
            }
            while wanted:
                wanted = client.batch_write_item(RequestItems=wanted).get("UnprocessedItems") or {}

    def _empty_bucket(self) -> None:
        s3 = self._emulator.client("s3")
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket):
            for entry in page.get("Contents", []):
                s3.delete_object(Bucket=self._bucket, Key=entry["Key"])

    def live_talk(self) -> dict[str, dict[str, Any]]:
        rows = (*self._scan(self._core), *self._scan(self._message))
        return office_talk.shown(row for row in rows if str(row["pk"]).startswith("TALK#"))

    def live_config(self) -> dict[str, Any]:
        rows = self._scan(self._core)
        portals: dict[str, dict[str, Any]] = {}
        for row in rows:
            if str(row["pk"]).startswith("PORTAL#"):
                portals[str(row["member_id"])] = self._live_portal(row)
        for row in rows:
            if str(row["pk"]).startswith("LINE#") and row["member_id"] in portals:
                line = {name: row[name] for name in ("connector", "line", "signature", "phone_number_id", "active")}
                portals[str(row["member_id"])].setdefault("lines", []).append(line)
        for member_id, portal in portals.items():
            settled = {(line["connector"], line["line"]) for line in portal.get("lines", [])}
            unsettled = [
                line for line in self._unsettled.get(member_id, []) if (line["connector"], line["line"]) not in settled
            ]
            portal["lines"] = portal.get("lines", []) + unsettled
        return portals

    def _live_portal(self, row: Item) -> dict[str, Any]:
        member_id = str(row["member_id"])
        live = {
            "domain": row["domain"],
            "status": row["portal_status"],
            "expires_at": row["token_expires_at"],
            "crm": row["crm"],
        }
        for name in ("access_token", "refresh_token"):
            if f"{name}_ct" in row:
                live[name] = self._cipher.decrypt(row[f"{name}_ct"], context(member_id, name))
        return live

    def drain_state(self) -> DrainState:
        sqs = self._emulator.client("sqs")
        names = {
            "visible": "ApproximateNumberOfMessages",
            "delayed": "ApproximateNumberOfMessagesDelayed",
            "in_flight": "ApproximateNumberOfMessagesNotVisible",
        }
        queues = {}
        for name, url in self._deployment.queues().items():
            given = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(names.values()))["Attributes"]
            queues[name] = {ours: int(given.get(theirs, 0)) for ours, theirs in names.items()}
        s3 = self._emulator.client("s3")
        spilled = int(s3.list_objects_v2(Bucket=self._bucket, Prefix="spill/").get("KeyCount", 0))
        waiting = sum(sum(counts.values()) for counts in queues.values())
        with self._counting:
            busy = self._running + self._front.in_flight()
        return DrainState(waiting + spilled + busy == 0, queues, spilled)

    def parked(self) -> list[dict[str, Any]]:
        """{id, source_id, direction, conversation, reason, parked_ms, held} each; the reason in words.

        held: it waits for the customer, not for a person, and goes out by itself.
        """
        return [
            {
                "id": item["event_id"],
                "source_id": item["source_id"],
                "direction": direction(item),
                "conversation": item["conversation"],
                "reason": _reason(item),
                "parked_ms": item["parked_ms"],
                "held": item.get("reason") == HELD,
            }
            for item in self._ledger.parked()
        ]

    def trace(self, source_id: str) -> dict[str, Any] | None:
        """By the event's own id, or by the wamid of a message that was sent for it."""
        events = [row for row in self._scan(self._message) if "st" in row]
        rows = [row for row in events if row.get("source_id") == source_id]
        rows = rows or [row for row in events if source_id in _sent_wamids(row)]
        if not rows:
            return None
        rows.sort(key=lambda row: int(row.get("received_ms", 0)))
        return {"status": word(rows[0]), "steps": log_of(rows[0])}

    def rewind(self, phone_number_id: str, ids: set[str], at_ms: int) -> None:
        """A conversation that nobody began yet has no time to move."""
        table = DynamoDBTable(self._emulator.client("dynamodb"), self._core)
        for row in self._scan(self._core):
            mine = str(row["pk"]).startswith(f"CV#{phone_number_id}#")
            if mine and ids & {str(row.get("wa_id", "")), str(row.get("user_id", ""))}:
                table.write(
                    Update(str(row["pk"]), str(row["sk"]), set={"last_inbound_ms": at_ms}, remove=["reacted_ms"])
                )

    def run_schedule(self, name: str) -> None:
        """Returns at once. Until the function has ended the stack is not quiet; it is not repeated when it fails, so
        that a scenario's run never reaches into the next one."""
        with self._counting:
            self._running += 1
        threading.Thread(target=self._invoke, args=(name,), name=f"schedule-{name}", daemon=True).start()

    def _invoke(self, name: str) -> None:
        alias = self._deployment.functions.get(name)
        qualifier = {"Qualifier": alias} if alias else {}
        try:
            answer = self._emulator.client("lambda").invoke(FunctionName=name, Payload=b"{}", **qualifier)
            if answer.get("FunctionError"):
                LOG.error("schedule %s failed", name)
        except (BotoCoreError, ClientError) as error:
            LOG.error("schedule %s: %s", name, type(error).__name__)
        finally:
            with self._counting:
                self._running -= 1

    def _scan(self, table: str) -> list[Item]:
        rows: list[Item] = []
        for page in self._emulator.client("dynamodb").get_paginator("scan").paginate(TableName=table):
            rows += [{k: from_attribute(v) for k, v in raw.items()} for raw in page["Items"]]
        return rows


def _sent_wamids(item: Item) -> set[str]:
    steps = (value for name, value in item.items() if name.startswith(f"{STEP}send"))
    return {str(step["wamid"]) for step in steps if isinstance(step, dict) and "wamid" in step}


def _reason(item: Item) -> str:
    key = str(item.get("reason", "reason.default"))
    return sentence(key, code=key.rpartition(".")[2], detail=str(item.get("reason_detail", "")) or "-")
