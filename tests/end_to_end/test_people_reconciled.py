"""Webhooks of both systems get lost: what was edited arrives by healing, and a backfill brings in everybody."""

import json
import time
from typing import Any

import pytest

from tests.end_to_end.conftest import Sandbox
from tests.end_to_end.test_healing import cli
from tests.end_to_end.test_healing import heal as heal_gaps
from tests.end_to_end.test_offices import TENANT, scenario
from tests.end_to_end.test_people_in_step import NEWER, Office

pytestmark = pytest.mark.end_to_end


def office(running: Sandbox, clients: list[dict[str, Any]] | None = None) -> Office:
    """An office whose Chatwoot posts nothing at all."""
    tree = scenario()
    integration = {"id": 9, "name": "Ponte", "email": "ponte@example.com", "role": "administrator", "api_key": NEWER}
    tree["chatwoot"]["accounts"][0] |= {"webhooks": [], "agents": [integration]}
    tree["zattar"]["tenants"][0]["tables"]["clientes"] = clients or []
    answer = running.put(tree)
    assert answer.status_code == 200, answer.text
    return Office(running, running.http)


def heal(found: Office) -> dict[str, Any]:
    heal_gaps(found.sandbox)
    report: dict[str, Any] = json.loads(cli(found.sandbox, "heal", "--report", "--json"))["report"]
    return report


def test_what_was_edited_on_either_side_without_a_webhook_arrives(running: Sandbox) -> None:
    found = office(running)
    found.sandbox.fault(provider="supabase", match={"path": "clientes"}, kind="webhook_lost", times=100)
    one, other = (found.enter(nome=name, emails=[f"{name}@exemplo.com.br"]) for name in ("ana", "bia"))
    found.sandbox.settle()
    assert found.contacts() == [], "nobody told us of them"

    report = heal(found)
    assert report["people"]["sent_on"] == 2
    contacts = {each["name"]: each for each in found.contacts()}
    assert sorted(contacts) == ["ANA", "BIA"]

    found.edit(one, ddd_celular="31", numero_celular="97777-6666")
    found.write_in(contacts["BIA"]["id"], email="nova@exemplo.com.br")
    heal(found)
    assert {each["name"]: each["phone_number"] for each in found.contacts()}["ANA"] == "+5531977776666"
    assert found.row(other)["emails"] == ["nova@exemplo.com.br"]

    before = len(found.writes())
    report = heal(found)
    assert (report["people"]["sent_on"], len(found.writes()) - before) == (0, 0)
    assert found.sandbox.parked() == []


def test_a_backfill_brings_in_everybody_and_finds_nothing_left_to_do(running: Sandbox) -> None:
    people = [
        {"id": number, "tipo_pessoa": "pf", "nome": f"Pessoa {number}", "emails": [f"p{number}@exemplo.com.br"]}
        for number in range(1, 31)
    ]
    found = office(running, people)
    told = json.loads(cli(found.sandbox, "backfill", "people", TENANT, "--dry-run", "--json"))["dry_run"]
    assert (told["counts"], found.contacts()) == ({"create": 30}, [])
    told = json.loads(cli(found.sandbox, "backfill", "people", TENANT, "--page-size", "10", "--json"))["backfill"]
    assert (told["queued"], told["stopped"]) == (30, None)
    found.sandbox.settle()
    assert found.writes().count(("POST", "contacts")) == 30
    again = json.loads(cli(found.sandbox, "backfill", "people", TENANT, "--json"))["backfill"]
    assert (again["queued"], again["done"]) == (0, 60)
    assert json.loads(cli(found.sandbox, "offices", "verify", TENANT, "--json")) == {"problems": [], "counts": {}}


def test_a_scenario_of_a_hundred_thousand_people_is_put(running: Sandbox) -> None:
    """How long that takes is told, not judged: a machine may be busy."""
    people = [{"id": number, "tipo_pessoa": "pf", "nome": f"Pessoa {number}"} for number in range(1, 100_001)]
    began = time.monotonic()
    found = office(running, people)
    print(f"PUT of 100,000 people: {time.monotonic() - began:.1f} s")  # noqa: T201
    assert found.row(100_000)["nome"] == "Pessoa 100000"
