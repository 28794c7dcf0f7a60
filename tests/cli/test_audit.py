"""`ponte audit`: found by person and contact, masked, and checked."""

import json
from typing import Any

import pytest

from ponte.runtime import wiring
from ponte.storage import keys
from ponte.storage.audit import Note, chain_of
from ponte.storage.offices import Chatwoot, Office, Zattar
from ponte.storage.table import Update
from tests.cli.conftest import Run

MARIA = ("cliente", 7)
VALUES = json.dumps(
    [
        {"side": "zattar", "name": "phone", "before": "+5531911112222", "after": ""},
        {"side": "chatwoot", "name": "labels", "before": [], "after": ["zattar"]},
        {"side": "chatwoot", "name": "attributes", "before": {}, "after": {"cpf": "12345678909", "n": 1}},
    ]
)


@pytest.fixture
def office(ponte: Run) -> Run:
    chatwoot = Chatwoot("chat.example", 7, "token")
    wiring.offices().put(Office("silva", "Silva", Zattar("abcd.supabase.co", "key", ("secret",)), chatwoot))
    audit = wiring.office_means().audit
    audit.add("silva", Note("person.sync", "zattar", {"status": "done"}, MARIA, (7, 4242), VALUES), 1)
    audit.add("silva", Note("person.sync", "cli:ana", {"status": "failed", "code": "x"}, ("terceiro", 8)), 2)
    return ponte


def test_rows_are_listed_by_office_person_and_contact(office: Run) -> None:
    def people(*options: str) -> list[Any]:
        status, answer = office("audit", "list", "silva", *options)
        assert status == 0
        return [row["person"] for row in answer["rows"]]

    assert people() == ["zattar_terceiro_8", "zattar_cliente_7"]
    assert people("--limit", "1") == ["zattar_terceiro_8"]
    assert people("--person", "cliente/7") == people("--person", "zattar_cliente_7") == ["zattar_cliente_7"]
    assert people("--contact", "4242") == ["zattar_cliente_7"]
    assert people("--person", "cliente/9") == people("--contact", "9") == []


def test_values_are_masked(office: Run) -> None:
    (row,) = office("audit", "list", "silva", "--person", "cliente/7", "--values")[1]["rows"]
    phone, labels, attributes = row["values"]
    assert (phone["before"], phone["after"]) == ("+55…222", "")
    assert labels["after"] == ["zattar"]
    assert attributes["after"] == {"cpf": "123…909", "n": 1}
    (row,) = office("audit", "list", "silva", "--person", "cliente/7")[1]["rows"]
    assert "values" not in row


def test_whoever_reads_them_in_clear_is_noted(office: Run) -> None:
    (row,) = office("audit", "list", "silva", "--person", "cliente/7", "--clear")[1]["rows"]
    assert row["values"][0]["before"] == "+5531911112222"
    newest = office("audit", "list", "silva", "--person", "cliente/7")[1]["rows"][0]
    assert (newest["action"], newest["by"].startswith("cli:")) == ("audit.read", True)


@pytest.mark.parametrize(
    "options",
    [
        ("--person", "cliente/7", "--contact", "1"),
        ("--person", "cliente"),
        ("--person", "bairro/7"),
        ("--person", "cliente/0"),
        ("--clear",),
    ],
    ids=" ".join,
)
def test_what_cannot_be_meant_is_refused(office: Run, options: tuple[str, ...]) -> None:
    assert office("audit", "list", "silva", *options)[0] == 2


def test_an_unknown_office_is_told(office: Run) -> None:
    assert office("audit", "list", "nobody")[0] == 2
    assert office("audit", "verify", "nobody")[0] == 2


def test_a_whole_trail_is_told_with_its_last_links_and_an_altered_one_by_its_row(office: Run) -> None:
    status, answer = office("audit", "verify", "silva")
    assert (status, answer["whole"], answer["rows"], len(answer["heads"])) == (0, True, 2, 2)
    pk = keys.audit_chain("silva", chain_of(MARIA))
    wiring.tables().audit.write(Update(pk, f"{1:012d}", set={"by": "somebody else"}))
    status, answer = office("audit", "verify", "silva")
    assert (status, answer["whole"]) == (1, False)
    assert answer["broken"] == [{"chain": chain_of(MARIA), "n": 1, "fault": "altered"}]


@pytest.mark.parametrize("command", ["list", "verify"])
def test_people_read_sentences(office: Run, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    from cli.main import run  # noqa: PLC0415

    assert run(["audit", command, "silva", "--sandbox", *(["--values"] if command == "list" else [])]) == 0
    out = capsys.readouterr().out
    assert ("falhou" if command == "list" else "inteira") in "".join(out.split())
    assert "+5531911112222" not in out


def test_an_erased_person_leaves_rows_without_values_and_a_whole_trail(office: Run) -> None:
    status, answer = office("offices", "erase", "silva", "cliente", "7", "--preview")
    assert (status, answer["erased"], answer["audit_values"], answer["contacts"]) == (0, False, 1, [4242])
    assert office("offices", "erase", "silva", "cliente", "7")[0] == 2
    status, answer = office("offices", "erase", "silva", "cliente", "7", "-y")
    assert (status, answer["erased"], answer["left"]) == (0, True, 0)
    rows = office("audit", "list", "silva", "--person", "cliente/7", "--values")[1]["rows"]
    assert [(row["action"], row["erased"], row["values"]) for row in rows] == [
        ("person.erased", False, []),
        ("person.sync", True, []),
    ]
    assert office("audit", "verify", "silva")[1] == office("audit", "verify", "silva")[1] | {"whole": True, "erased": 1}
