"""An office's events through the command: parked, traced, sent on to their own queue; dead letters too."""

from typing import Any

import boto3
import pytest

from cli.main import run
from cli.place import Place
from ponte.queue.envelope import Envelope
from tests.cli.conftest import Run, park
from tests.handlers.conftest import Aws
from tests.handlers.offices import TENANT, put_office

ROW, CONTACT = "clientes|1842|1781706002771000|UPDATE", "contact_updated|5012|1781706002771"


@pytest.fixture
def parked(ponte: Run) -> Run:
    put_office()
    payload: dict[str, Any] = {"type": "PersonChanged", "tipo": "cliente", "id": 1842}
    park(Envelope("zt", TENANT, ROW, "PersonChanged", f"{TENANT}|cliente|1842", 1, 1_000, payload))
    park(Envelope("cw", TENANT, CONTACT, "contact_updated", f"{TENANT}|contact|5012", 1, 1_000, {"id": 5012}))
    return ponte


@pytest.mark.parametrize(
    ("given", "direction"), [(ROW, "zattar_to_chatwoot"), (CONTACT, "chatwoot_to_zattar")], ids=["zattar", "chatwoot"]
)
def test_an_event_is_traced_by_what_names_it(parked: Run, given: str, direction: str) -> None:
    status, answer = parked("trace", given)
    assert (status, answer["direction"], answer["status"], answer["source_id"]) == (0, direction, "PARKED", given)
    assert parked("trace", answer["id"])[1] == answer


def test_parked_events_tell_which_way_they_go(parked: Run, capsys: pytest.CaptureFixture[str]) -> None:
    rows = parked("parked", "list")[1]["parked"]
    assert {row["direction"] for row in rows} == {"zattar_to_chatwoot", "chatwoot_to_zattar"}
    assert run(["parked", "list", "--sandbox"]) == 0
    printed = capsys.readouterr().out
    assert "Zattar → Chatwoot" in printed
    assert "Chatwoot → Zattar" in printed


def test_a_redrive_puts_each_on_its_own_queue(parked: Run, aws: Aws) -> None:
    assert parked("parked", "redrive", "--all", "--yes")[0] == 0
    assert [one["source_id"] for one in aws.messages("ZATTAR_EVENTS")] == [ROW]
    assert [one["source_id"] for one in aws.messages("CHATWOOT_EVENTS")] == [CONTACT]


def test_dead_letters_of_an_office_go_back_to_its_queue(place: Place, ponte: Run, aws: Aws) -> None:
    url = place.dead_letters["ZattarEvents"]
    boto3.client("sqs").send_message(QueueUrl=url, MessageBody="{}", MessageGroupId="group", MessageDeduplicationId="1")
    counts = {one["queue"]: one["count"] for one in ponte("dlq", "list")[1]["dead_letters"]}
    assert counts["ZattarEvents"] == 1
    (moved,) = ponte("dlq", "redrive", "zattarevents", "--yes")[1]["dead_letters"]
    assert (moved["queue"], moved["state"]) == ("ZattarEvents", "moved")
    assert len(aws.messages("ZATTAR_EVENTS")) == 1
