"""A place for the command to work in: AWS as moto shows it, with the queues' dead letters, entered without a file."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from cli import session
from cli.main import run
from cli.place import Place
from ponte.queue.envelope import Envelope
from ponte.runtime import wiring
from ponte.storage.claims import Claimed
from tests.handlers.conftest import Aws, aws  # noqa: F401  # a fixture

type Run = Callable[..., tuple[int, Any]]


@pytest.fixture
def place(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:  # noqa: F811
    """Every command of the test enters it, whatever --sandbox says."""
    dead = {}
    for queue in ("WhatsappEvents", "Bitrix24Events", "ZattarEvents"):
        url = queue.replace("Events", "_EVENTS").upper()
        name = aws.urls[url].rsplit("/", 1)[-1].replace("events", "events_dead")
        dead[queue] = aws.sqs.create_queue(QueueName=name, Attributes={"FifoQueue": "true"})["QueueUrl"]
    environment = {f"{queue}_QUEUE_URL": url for queue, url in aws.urls.items()}
    here = Place("test", True, environment, dead)
    session.client.cache_clear()
    monkeypatch.setattr(session, "sandbox_place", lambda _: here)
    yield here
    session.client.cache_clear()


@pytest.fixture
def ponte(place: Place, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command with --json: (exit status, the answer)."""

    def call(*arguments: str) -> tuple[int, Any]:
        capsys.readouterr()
        status = run([*arguments, "--sandbox", "--json"])
        return status, json.loads(capsys.readouterr().out)

    return call


OPERATOR = "ONIMCONNECTORMESSAGEADD|ponte_whatsapp|1807|"


def envelope(number: int, kind: str = "OperatorMessage") -> Envelope:
    source, scope = ("b24", "member") if kind == "OperatorMessage" else ("wa", "106540352242922")
    source_id = f"{OPERATOR}{number}" if source == "b24" else f"wamid.{number}"
    return Envelope(source, scope, source_id, kind, "chat", number, 1_000, {"text": "secret words"})


def park(one: Envelope, reason: str = "reason.gave_up") -> None:
    """One parked message in the ledger of the place."""
    ledger, now = wiring.means().ledger, wiring.CLOCK.now_ms()
    claim = ledger.claim(one, "worker", now, 60_000)
    assert isinstance(claim, Claimed)
    ledger.park(claim, now, reason)


def dead_letter(place: Place, queue: str, number: int) -> None:
    boto3.client("sqs").send_message(
        QueueUrl=place.dead_letters[queue],
        MessageBody=f"body {number}",
        MessageGroupId="group",
        MessageDeduplicationId=str(number),
    )
