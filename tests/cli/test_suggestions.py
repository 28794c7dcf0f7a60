"""`ponte suggestions`: listed, accepted into a link and a look on the queue, refused for good."""

import json

import pytest

from ponte.runtime import wiring
from ponte.storage.offices import Chatwoot, Office, Zattar
from ponte.storage.suggestions import Suggestion
from tests.cli.conftest import Run
from tests.handlers.conftest import Aws


@pytest.fixture
def office(ponte: Run) -> Run:
    chatwoot = Chatwoot("chat.example", 7, "token")
    wiring.offices().put(Office("silva", "Silva", Zattar("abcd.supabase.co", "key", ("secret",)), chatwoot))
    for n, reasons in ((1, ("document",)), (2, ("email",))):
        pair = Suggestion("silva", 7, 50 + n, "cliente", n, reasons, 0)
        wiring.office_means().suggestions.note(pair, n)
    return ponte


def test_open_ones_are_listed_the_oldest_first(office: Run) -> None:
    status, answer = office("suggestions", "list", "silva")
    assert status == 0
    assert [(each["id"], each["person"], each["likely"]) for each in answer["suggestions"]] == [
        ("51-cliente-1", "zattar_cliente_1", True),
        ("52-cliente-2", "zattar_cliente_2", False),
    ]


def test_an_accepted_one_is_linked_and_looked_at(office: Run, aws: Aws) -> None:
    assert office("suggestions", "accept", "silva", "51-cliente-1", "-y")[0] == 0
    link = wiring.office_means().links.of_person("silva", "cliente", 1)
    assert link is not None
    assert link.contact_id == 51
    (message,) = aws.sqs.receive_message(QueueUrl=aws.urls["ZATTAR_EVENTS"])["Messages"]
    assert json.loads(message["Body"])["payload"]["by"].startswith("cli:")
    assert office("suggestions", "accept", "silva", "51-cliente-1", "-y") == (
        1,
        {"error": "closed", "sentence": "A sugestão já foi respondida."},
    )


def test_a_refused_one_is_gone(office: Run) -> None:
    assert office("suggestions", "refuse", "silva", "52-cliente-2")[0] == 0
    assert [each["id"] for each in office("suggestions", "list", "silva")[1]["suggestions"]] == ["51-cliente-1"]
    assert office("suggestions", "refuse", "silva", "9-cliente-2")[1]["error"] == "not_found"


def test_without_an_answer_nothing_is_linked(office: Run) -> None:
    assert office("suggestions", "accept", "silva", "51-cliente-1")[0] == 2
    assert wiring.office_means().links.of_person("silva", "cliente", 1) is None
