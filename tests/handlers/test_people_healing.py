"""heal_gaps where the office bridge stands alone: people looked through with its rights, and what is told."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from botocore.client import BaseClient

from ponte.runtime import wiring
from ponte.storage.table import Put
from sandbox import office_seed
from sandbox.scenario import load
from tests.core.runtime.people_bench import HOUR, TENANT, Bench, client, scenario
from tests.handlers.conftest import Aws, Context, app

type Load = Callable[[str, str], dict[str, Any]]
NOT_TOLD = (
    *("APP_SECRET_ARN", "AUDIT_TABLE", "WHATSAPP_EVENTS_QUEUE_URL", "WHATSAPP_STATUSES_QUEUE_URL"),
    "BITRIX24_EVENTS_QUEUE_URL",
)
GRANTED = {  # as in the template
    *(("dynamodb", action, "core") for action in ("BatchGetItem", "GetItem", "Query")),
    *(("dynamodb", action, "message") for action in ("BatchGetItem", "GetItem", "Query", "UpdateItem")),
    *(("dynamodb", action, "state") for action in ("BatchGetItem", "GetItem", "PutItem", "UpdateItem")),
    *((service, action, "") for service, action in (("kms", "Decrypt"), ("sqs", "SendMessageBatch"))),
    *(("s3", action, "") for action in ("ListObjectsV2",)),
}


def test_people_who_changed_unheard_are_queued_and_told_of(
    aws: Aws, event: Load, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in NOT_TOLD:
        monkeypatch.delenv(name)
    bench = Bench(*(client(number) for number in (1, 2)))
    cipher = wiring.outside().cipher
    for item in office_seed.office_items(load(scenario(), 1_800_000_000), cipher, bench.clock.now):
        wiring.tables().core.write(Put(item))
    bench.clock.now += HOUR
    outside = wiring.outside
    monkeypatch.setattr(wiring, "CLOCK", bench.clock)
    monkeypatch.setattr(
        wiring, "outside", lambda: replace(outside(), tenant_sender=lambda _: bench.send, clock=bench.clock)
    )
    calls: set[tuple[str, str, str]] = set()
    ask: Any = BaseClient._make_api_call  # type: ignore[attr-defined]

    def note(service: Any, operation: str, request: dict[str, Any]) -> Any:
        tables = list(request.get("RequestItems", {})) or [request.get("TableName", "")]
        calls.update((service.meta.service_model.service_name, operation, table) for table in tables)
        return ask(service, operation, request)

    with monkeypatch.context() as patched:
        patched.setattr(BaseClient, "_make_api_call", note)
        report = app("heal_gaps").handler(event("heal_gaps", "schedule"), Context(300_000))
    assert calls <= GRANTED, calls - GRANTED
    assert (report["complete"], report["people"]["missing"]) == (True, {"unlinked": 2})
    assert [one["person"] for one in report["people"]["samples"]] == ["zattar_cliente_1", "zattar_cliente_2"]
    assert sorted(one["payload"]["entity_id"] for one in aws.messages("ZATTAR_EVENTS")) == [1, 2]
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    counts = {one["result"]: one.get("events") for one in told if one.get("flow") == "heal_people"}
    assert counts == {"unlinked": 2, "missing": 2, "sent_on": 2, "checked": 2}
    assert wiring.healing().last_report() == report
    assert TENANT in json.dumps(report)
