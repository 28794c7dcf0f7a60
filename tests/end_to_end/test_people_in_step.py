"""People of an office, edited in Zattar and in Chatwoot as their users do: both systems show the same in the end."""

import json
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.end_to_end.conftest import Sandbox
from tests.end_to_end.test_healing import cli
from tests.end_to_end.test_offices import SIGNS, TENANT, scenario

pytestmark = pytest.mark.end_to_end
TOKEN, KEY, NEWER = "api-key-of-the-office", "service-key-of-the-office", "a-newer-key-of-the-office"


@dataclass
class Office:
    """Both systems as their own users reach them; every change of theirs posts its webhook."""

    sandbox: Sandbox
    http: httpx.Client

    def __post_init__(self) -> None:
        urls = json.loads((self.sandbox.folder / "endpoints.json").read_text(encoding="utf-8"))
        self.chatwoot = f"{urls['chatwoot']}/api/v1/accounts/7"
        self.zattar = f"{urls['supabase']}/rest/v1"

    def enter(self, **columns: Any) -> int:
        """A client is entered in Zattar."""
        row = {"tipo_pessoa": "pf", "ativo": True, **columns}
        headers = {"apikey": KEY, "prefer": "return=representation"}
        answer = self.http.post(f"{self.zattar}/clientes", json=row, headers=headers)
        assert answer.status_code == 201, answer.text
        return int(answer.json()[0]["id"])

    def edit(self, client: int, **columns: Any) -> None:
        answer = self.http.patch(f"{self.zattar}/clientes?id=eq.{client}", json=columns, headers={"apikey": KEY})
        assert answer.status_code < 300, answer.text

    def renew(self, key: str) -> None:
        """Another token for the integration, put into the office's settings."""
        headers = {"apikey": KEY}
        (row,) = self.http.get(f"{self.zattar}/integracoes?tipo=eq.chatwoot", headers=headers).json()
        changed = {"configuracao": {**row["configuracao"], "api_key": key}}
        answer = self.http.patch(f"{self.zattar}/integracoes?id=eq.{row['id']}", json=changed, headers=headers)
        assert answer.status_code < 300, answer.text

    def row(self, client: int) -> dict[str, Any]:
        rows = self.http.get(f"{self.zattar}/clientes?id=eq.{client}", headers={"apikey": KEY}).json()
        row: dict[str, Any] = rows[0]
        return row

    def write_in(self, contact: int, **fields: Any) -> None:
        headers = {"Api-Access-Token": TOKEN}
        answer = self.http.put(f"{self.chatwoot}/contacts/{contact}", json=fields, headers=headers)
        assert answer.status_code == 200, answer.text

    def contacts(self) -> list[dict[str, Any]]:
        answer = self.http.get(f"{self.chatwoot}/contacts", headers={"Api-Access-Token": TOKEN}).json()
        rows: list[dict[str, Any]] = answer["payload"]
        return rows

    def labels(self, contact: int) -> set[str]:
        answer = self.http.get(f"{self.chatwoot}/contacts/{contact}/labels", headers={"Api-Access-Token": TOKEN})
        return set(answer.json()["payload"])

    def writes(self) -> list[tuple[str, str]]:
        """What the bridge wrote, in both systems."""
        found = []
        for provider in ("chatwoot", "supabase"):
            for call in self.sandbox.journal(provider):
                if call["function"] and call["method"] in ("POST", "PUT", "PATCH") and "filter" not in call["path"]:
                    found.append((call["method"], call["path"].rsplit("/", 1)[-1]))
        return found


@pytest.fixture
def office(running: Sandbox) -> Office:
    tree = scenario()
    webhook = {"id": 1, "secret": SIGNS, "subscriptions": ["contact_created", "contact_updated"]}
    integration = {"id": 9, "name": "Ponte", "email": "ponte@example.com", "role": "administrator", "api_key": NEWER}
    tree["chatwoot"]["accounts"][0] |= {"webhooks": [webhook], "agents": [integration]}
    answer = running.put(tree)
    assert answer.status_code == 200, answer.text
    return Office(running, running.http)


def test_a_client_entered_in_zattar_is_a_contact_in_chatwoot_and_edits_cross_both_ways(office: Office) -> None:
    client = office.enter(
        nome="María da Silva", emails=["Maria@Exemplo.com.br"], ddd_celular="31", numero_celular="98877-6655"
    )
    office.sandbox.settle()
    (contact,) = office.contacts()
    assert (contact["name"], contact["identifier"]) == ("MARIA DA SILVA", f"zattar_cliente_{client}")
    assert (contact["email"], contact["phone_number"]) == ("maria@exemplo.com.br", "+5531988776655")
    assert office.labels(contact["id"]) == {"zattar", "cliente", "pessoa_fisica"}
    assert office.writes().count(("POST", "contacts")) == 1

    office.edit(client, numero_celular="97777-6666")
    office.sandbox.settle()
    assert office.contacts()[0]["phone_number"] == "+5531977776666"

    before = len(office.writes())
    office.write_in(contact["id"], email="nova@exemplo.com.br", name="Mari")
    office.sandbox.settle()
    assert office.row(client)["emails"] == ["nova@exemplo.com.br"]
    assert office.contacts()[0]["name"] == "MARIA DA SILVA", "the name is Zattar's"
    assert len(office.writes()) - before == 2, "one for the e-mail, one to put the name back"
    assert office.sandbox.parked() == []


@pytest.mark.parametrize("kind", ["timeout_after_effect", "status"])
def test_a_lost_answer_makes_nobody_twice(office: Office, kind: str) -> None:
    office.sandbox.fault(provider="chatwoot", match={"path": "/contacts"}, kind=kind, status=500, delay_ms=200)
    office.enter(nome="João", ddd_celular="31", numero_celular="98877-6655")
    office.sandbox.settle()
    assert [each["name"] for each in office.contacts()] == ["JOAO"]


def test_what_is_edited_while_the_other_side_is_down_arrives_when_it_is_back(office: Office) -> None:
    client = office.enter(nome="João", ddd_celular="31", numero_celular="98877-6655")
    office.sandbox.settle()
    office.sandbox.fault(provider="chatwoot", kind="status", status=503, times=6)
    office.edit(client, numero_celular="97777-6666")
    office.sandbox.settle()
    assert office.contacts()[0]["phone_number"] == "+5531977776666"


def test_a_phone_of_two_clients_is_one_contacts_and_the_other_is_told_of(office: Office) -> None:
    for name in ("Ana", "Bia"):
        office.enter(nome=name, ddd_celular="31", numero_celular="98877-6655")
        office.sandbox.settle()
    shown = {each["name"]: each["phone_number"] for each in office.contacts()}
    assert sorted(shown) == ["ANA", "BIA"]
    assert sorted(shown.values(), key=str) == sorted(["+5531988776655", None], key=str)
    listed = json.loads(cli(office.sandbox, "offices", "conflicts", TENANT, "--json"))["conflicts"]
    assert [(each["field"], each["kind"]) for each in listed] == [("phone", "taken")]


@pytest.mark.parametrize("is_lost", [False, True], ids=["told", "its webhook lost"])
def test_a_key_that_the_office_changed_is_taken_over_from_its_own_table(office: Office, is_lost: bool) -> None:
    """By the table's webhook; where that is lost, when Chatwoot refuses the old key."""
    client = office.enter(nome="João", ddd_celular="31", numero_celular="98877-6655")
    office.sandbox.settle()
    if is_lost:
        office.sandbox.fault(provider="supabase", match={"path": "integracoes"}, kind="webhook_lost")
        body = json.dumps({"error": "Invalid Access Token"})
        office.sandbox.fault(provider="chatwoot", kind="status", status=401, body=body)
    office.renew(NEWER)
    office.sandbox.settle()
    office.edit(client, numero_celular="97777-6666")
    office.sandbox.settle()
    assert office.contacts()[0]["phone_number"] == "+5531977776666"
    calls = [call for call in office.sandbox.journal("chatwoot") if call["function"]]
    assert calls[-1]["headers"]["api-access-token"] == NEWER
    assert office.sandbox.parked() == []
