"""What the deployed workers note, with the rights that they have: found, whole, and whole after an erasure."""

import json

import pytest

from tests.end_to_end.test_healing import cli
from tests.end_to_end.test_offices import TENANT
from tests.end_to_end.test_people_in_step import Office, office  # noqa: F401  # a fixture

pytestmark = pytest.mark.end_to_end


def test_syncs_leave_a_trail_that_survives_the_persons_erasure(office: Office) -> None:  # noqa: F811
    client = office.enter(nome="Maria da Silva", emails=["maria@exemplo.com.br"])
    office.sandbox.settle()
    (contact,) = office.contacts()
    office.write_in(contact["id"], email="nova@exemplo.com.br")
    office.sandbox.settle()

    def rows(*options: str) -> list[dict[str, object]]:
        listed: list[dict[str, object]] = json.loads(cli(office.sandbox, "audit", "list", TENANT, *options, "--json"))[
            "rows"
        ]
        return listed

    # The echo of our own write may be looked at before the link is saved: then it tells once more what it finds done.
    told = rows("--person", f"cliente/{client}", "--values")
    oldest, edited = told[-1], [row for row in told if row["by"] == "chatwoot"]
    assert [row["action"] for row in told] == ["person.sync"] * len(told)
    assert edited[-1]["values"] == [{"side": "zattar", "name": "email", "before": "mar….br", "after": "nov….br"}]
    assert (oldest["by"], oldest["contact_id"]) == ("zattar", contact["id"])
    assert [row["n"] for row in rows("--contact", str(contact["id"]))] == [row["n"] for row in told]
    assert json.loads(cli(office.sandbox, "audit", "verify", TENANT, "--json"))["whole"]

    erased = json.loads(cli(office.sandbox, "offices", "erase", TENANT, "cliente", str(client), "-y", "--json"))
    assert (erased["linked"], erased["audit_values"], erased["left"]) == (True, len(told), 0)
    checked = json.loads(cli(office.sandbox, "audit", "verify", TENANT, "--json"))
    assert (checked["whole"], checked["erased"]) == (True, len(told))
    office.edit(client, emails=["outra@exemplo.com.br"])
    office.sandbox.settle()
    assert office.contacts()[0]["email"] == "nova@exemplo.com.br", "nobody links them again"


def test_a_contact_that_wrote_before_is_suggested_and_accepted(office: Office) -> None:  # noqa: F811
    client = office.enter(nome="Ana Lima", emails=["ana@exemplo.com.br"])
    office.sandbox.settle()
    cli(office.sandbox, "offices", "erase", TENANT, "cliente", str(client), "-y", "--json")
    (contact,) = office.contacts()
    office.write_in(contact["id"], identifier=None, custom_attributes={"visto": "1"})
    office.sandbox.settle()
    listed = json.loads(cli(office.sandbox, "suggestions", "list", TENANT, "--json"))["suggestions"]
    assert [(each["contact_id"], each["person"]) for each in listed] == [(contact["id"], f"zattar_cliente_{client}")]
    cli(office.sandbox, "suggestions", "accept", TENANT, listed[0]["id"], "-y", "--json")
    office.sandbox.settle()
    assert office.contacts()[0]["identifier"] == f"zattar_cliente_{client}"
