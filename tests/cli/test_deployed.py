"""What differs on a deployed stack: SQS moves dead letters itself, whole-table reads are asked for, metrics count."""

import datetime as dt
from dataclasses import replace
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from cli import dead_letters, session
from cli.doctor.examine import Examiner
from cli.doctor.findings import Failed
from cli.main import run
from cli.place import Place
from ponte.runtime import wiring
from ponte.storage.claims import Claimed
from tests.cli.conftest import dead_letter, envelope, park


@pytest.fixture
def deployed(place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    here = replace(place, name="ponte-dev", is_sandbox=False)
    monkeypatch.setattr(session, "stack_place", lambda *_: here)
    return here


class Sqs:
    """The emulated queues, with a move task that is noted or refused."""

    def __init__(self, real: Any, refuse: str = "") -> None:
        self._real = real
        self._refuse = refuse
        self.tasks: list[dict[str, str]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def start_message_move_task(self, **given: str) -> dict[str, str]:
        if self._refuse:
            raise ClientError({"Error": {"Code": self._refuse, "Message": ""}}, "StartMessageMoveTask")
        self.tasks.append(given)
        return {"TaskHandle": "h"}


def redrive(deployed: Place, monkeypatch: pytest.MonkeyPatch, refuse: str = "") -> tuple[int, Sqs]:
    dead_letter(deployed, "Bitrix24Events", 1)
    session.client.cache_clear()
    sqs = Sqs(session.client("sqs"), refuse)
    monkeypatch.setattr(dead_letters, "client", lambda _: sqs)
    return run(["dlq", "redrive", "--all", "--yes", "--stack", "ponte-dev", "--region", "sa-east-1"]), sqs


def test_a_move_task_names_both_ends(deployed: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    status, sqs = redrive(deployed, monkeypatch)
    ((task,),) = (sqs.tasks,)
    assert status == 0
    assert task["SourceArn"].endswith(":bitrix24_events_dead.fifo")
    assert task["DestinationArn"].endswith(":bitrix24_events.fifo")


def test_a_refused_move_task_is_a_problem(
    deployed: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _ = redrive(deployed, monkeypatch, "AWS.SimpleQueueService.UnsupportedOperation")
    assert status == 1
    assert "UnsupportedOperation" in "".join(capsys.readouterr().out.split())


def test_the_whole_table_is_read_only_when_asked_for(deployed: Place, capsys: pytest.CaptureFixture[str]) -> None:
    ledger, now = wiring.means().ledger, wiring.CLOCK.now_ms()
    claim = ledger.claim(envelope(77), "worker", now, 60_000)
    assert isinstance(claim, Claimed)
    ledger.complete(claim, now)
    where = ("--stack", "ponte-dev", "--region", "sa-east-1")
    assert run(["trace", "77", *where]) == 1
    assert "--scan" in capsys.readouterr().err
    assert run(["trace", "77", "--scan", *where]) == 0


def test_a_parked_message_is_found_by_the_operators_id_without_reading_the_table(deployed: Place) -> None:
    assert not deployed.is_sandbox
    park(envelope(77))
    assert run(["trace", "77", "--stack", "ponte-dev", "--region", "sa-east-1"]) == 0


class CloudWatch:
    """get_metric_statistics with fixed datapoints, or an error."""

    def __init__(self, points: list[dict[str, Any]] | str) -> None:
        self._points = points
        self.asked: list[dict[str, Any]] = []

    def get_metric_statistics(self, **given: Any) -> dict[str, Any]:
        self.asked.append(given)
        if isinstance(self._points, str):
            raise ClientError({"Error": {"Code": self._points, "Message": ""}}, "GetMetricStatistics")
        return {"Datapoints": self._points}


AT = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("points", "mismatches"),
    [
        ([], 0),
        ([{"Timestamp": AT, "Sum": 2.0}, {"Timestamp": AT + dt.timedelta(hours=1), "Sum": 1.0}], 3),
        ("AccessDenied", Failed("AccessDenied")),
    ],
)
def test_wrong_signatures_are_counted_by_the_metric_of_the_outcome_lines(
    deployed: Place, points: list[dict[str, Any]] | str, mismatches: int | Failed
) -> None:
    cloudwatch = CloudWatch(points)
    with httpx.Client() as web:
        examiner = Examiner(deployed, lambda name: {"cloudwatch": cloudwatch}[name], web)
        assert examiner.refused_lately("meta_webhook", "signature_mismatch") == mismatches
    (asked,) = cloudwatch.asked
    assert asked["Namespace"] == "Ponte"
    assert {row["Name"]: row["Value"] for row in asked["Dimensions"]} == {
        "flow": "meta_webhook",
        "result": "signature_mismatch",
    }


def test_the_age_of_the_oldest_message_is_the_newest_value(deployed: Place) -> None:
    points = [
        {"Timestamp": AT + dt.timedelta(minutes=5), "Maximum": 40.0},
        {"Timestamp": AT, "Maximum": 900.0},
    ]
    session.client.cache_clear()
    clients = {"cloudwatch": CloudWatch(points), "sqs": session.client("sqs")}
    with httpx.Client() as web:
        probe = Examiner(deployed, lambda name: clients[name], web).queue(deployed.queues()[0])
    assert (probe.waiting, probe.dead, probe.oldest_s) == (0, 0, 40)
