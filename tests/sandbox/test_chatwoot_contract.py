"""What our calls ask, the fake answers, and our readers read: the same cases through the client and by hand.

The shapes beside the cases are those of the vendor's release, so that neither side can drift into a dialect of its own.
"""

from pathlib import Path
from typing import Any

import pytest

from ponte.chatwoot import client_api, requests, values
from ponte.chatwoot.requests import Rule
from ponte.chatwoot.values import ContactInbox, Labels
from ponte.outcome import Rejected, Succeeded, Transient

from .conftest import Sandbox
from .offices import (
    HIDDEN_ID,
    IDENTIFIER,
    JOAO_ID,
    MARIA_ID,
    Office,
    office_scenario,
)

pytestmark = pytest.mark.enable_socket
SAMPLES = Path(__file__).parents[1] / "samples" / "chatwoot"
CONTACT_KEYS = {
    *("additional_attributes", "availability_status", "email", "id", "name", "phone_number", "blocked", "identifier"),
    *("thumbnail", "custom_attributes", "created_at", "contact_inboxes"),
}
PLACE = ContactInbox(12, "zattar:cliente:1842", "Portal", "Channel::Api")
NEW: requests.ContactFields = {
    "name": "ANA LIMA",
    "identifier": "zattar_cliente_9",
    "email": "Ana@Mail.example",
    "phone_number": "+5521987650001",
    "custom_attributes": {"entidade_id": 9},
}


@pytest.fixture
def office(sandbox: Sandbox) -> Office:
    sandbox.providers.put(office_scenario())
    sandbox.webhooks.clear()  # the last one of the test before may have arrived meanwhile
    return Office(sandbox)


def test_a_contact_is_made_found_changed_and_deleted(office: Office) -> None:
    answer = office.read(requests.create_contact(NEW, inbox_id=12, source_id="zattar:cliente:9"))
    made = values.contact_of(answer)
    assert made is not None
    assert (made.name, made.email, made.phone_number) == ("ANA LIMA", "ana@mail.example", "+5521987650001")
    assert values.contact_inbox_of(answer) == ContactInbox(12, "zattar:cliente:9", "Portal", "Channel::Api")
    for look in (
        requests.find_by_identifier("zattar_cliente_9"),
        requests.find_by_email("ANA@mail.example"),
        requests.find_by_phone("+5521987650001"),
        requests.search_contacts("+55219876"),
    ):
        assert [each.id for each in values.page_of(office.read(look)).contacts] == [made.id]
    found = values.contact_of(office.read(requests.find_contact_inbox(12, "zattar:cliente:9")))
    assert found is not None
    assert found.id == made.id
    changed = values.contact_of(office.read(requests.update_contact(made.id, {"email": None, "name": "ANA L"})))
    assert changed is not None
    assert (changed.email, changed.name, changed.phone_number) == (None, "ANA L", "+5521987650001")
    assert office.ask(requests.delete_contact(made.id)) == Succeeded({})
    assert office.ask(requests.delete_contact(made.id)) == Succeeded({})
    gone = office.ask(requests.get_contact(made.id))
    assert isinstance(gone, Rejected)
    assert gone.code == "not_found"


def test_answers_have_the_keys_of_the_release(office: Office) -> None:
    shown = office.read(requests.get_contact(MARIA_ID))["payload"]
    assert set(shown) == CONTACT_KEYS
    assert set(shown["contact_inboxes"][0]["inbox"]) == {
        *("id", "avatar_url", "channel_id", "name", "channel_type", "provider")
    }
    slim = office.read(requests.get_contact(MARIA_ID, with_inboxes=False))["payload"]
    assert set(slim) == CONTACT_KEYS - {"contact_inboxes"}
    created = office.read(requests.create_contact({"name": "X"}))
    assert set(created["payload"]) == {"contact", "contact_inbox"}
    assert created["payload"]["contact_inbox"] == {"inbox": None, "source_id": None}
    assert set(office.read(requests.merge_contacts(MARIA_ID, JOAO_ID))) == CONTACT_KEYS
    assert set(office.read(requests.list_contacts())) == {"meta", "payload"}
    public = office.read(client_api.get_contact(IDENTIFIER, "zattar:cliente:1842"))
    assert set(public) == {"source_id", "pubsub_token", "id", "name", "email", "phone_number"}


CLASHES = [
    ({"email": "MARIA@mail.example"}, "refused_email"),
    ({"phone_number": "+5531987654321"}, "refused_phone_number"),
    ({"identifier": "zattar_cliente_1842"}, "refused_identifier"),
    (
        {"identifier": "zattar_cliente_1842", "phone_number": "+5511998877665", "email": "maria@mail.example"},
        "refused_email+identifier+phone_number",
    ),
    ({"email": "not an address"}, "refused_email"),
]


@pytest.mark.parametrize(("fields", "code"), CLASHES)
def test_what_another_has_is_refused_by_attribute(office: Office, fields: Any, code: str) -> None:
    for call in (requests.create_contact({"name": "X", **fields}), requests.update_contact(HIDDEN_ID, fields)):
        outcome = office.ask(call)
        assert isinstance(outcome, Rejected)
        assert outcome.code == code


def test_the_whole_contact_is_checked_on_every_change(office: Office) -> None:
    account = office.sandbox.world.accounts[0]
    account.contacts[HIDDEN_ID]["phone_number"] = "+5531987654321"
    outcome = office.ask(requests.update_contact(HIDDEN_ID, {"name": "Outro"}))
    assert isinstance(outcome, Rejected)
    assert outcome.code == "refused_phone_number"


def test_labels_are_replaced_whole_and_keep_their_spelling(office: Office) -> None:
    there = values.labels_of(office.read(requests.contact_labels(MARIA_ID)))
    assert there == Labels.of(["zattar", "VIP"])
    wanted = there.with_ours(Labels.of(["zattar", "cliente"]), Labels.of(["zattar", "cliente", "terceiro"]))
    assert values.labels_of(office.read(requests.replace_labels(MARIA_ID, wanted))) == wanted
    assert wanted.names == {"zattar", "cliente", "VIP"}
    tagged = values.labels_of(office.read(requests.replace_labels(JOAO_ID, Labels.of(["vip"]))))
    assert tagged == Labels.of(["VIP"])


def test_attributes_are_merged_and_taken_away_by_name(office: Office) -> None:
    office.read(requests.update_contact(MARIA_ID, {"custom_attributes": {"ativo": True}}))
    assert office.contact(MARIA_ID).custom_attributes == {"tipo_entidade": "cliente", "ativo": True}
    left = values.contact_of(office.read(requests.remove_custom_attributes(MARIA_ID, ["ativo", "nothing"])))
    assert left is not None
    assert left.custom_attributes == {"tipo_entidade": "cliente"}


def test_a_place_with_our_source_id_is_made_once(office: Office) -> None:
    call = requests.create_contact_inbox(JOAO_ID, 12, "zattar:terceiro:5")
    first, again = (values.contact_inbox_of(office.read(call)) for _ in range(2))
    assert first == again == ContactInbox(12, "zattar:terceiro:5", "Portal", "Channel::Api")
    places = office.contact(JOAO_ID).contact_inboxes
    assert places is not None
    assert [place.source_id for place in places] == ["joao-1", "zattar:terceiro:5"]
    taken = requests.create_contact_inbox(MARIA_ID, 12, "joao-1")
    assert office.ask(taken) == Transient("http_500")
    reachable = values.contactable_inboxes_of(office.read(requests.contactable_inboxes(MARIA_ID)))
    assert [(each.inbox_id, each.source_id) for each in reachable] == [
        (12, "zattar:cliente:1842"),
        (13, "maria@mail.example"),
    ]


def test_pages_are_of_fifteen_and_their_numbers_are_echoed(office: Office) -> None:
    for at in range(20):
        office.read(requests.create_contact({"name": f"P{at:02}", "identifier": f"zattar_cliente_{at}"}))
    first, second = (office.read(requests.list_contacts(page, sort="-name")) for page in (1, 2))
    assert (first["meta"], second["meta"]) == (
        {"count": 22, "current_page": "1"},
        {"count": 22, "current_page": "2"},
    )
    pages = [values.page_of(answer) for answer in (first, second)]
    assert [(page.number, len(page.contacts), page.has_more) for page in pages] == [(1, 15, True), (2, 7, False)]
    assert HIDDEN_ID not in {each.id for page in pages for each in page.contacts}
    assert pages[0].contacts[0].name == "P19"
    found = values.page_of(office.read(requests.search_contacts("P", 1)))
    assert (found.count, found.has_more) == (15, True)


@pytest.mark.parametrize(
    ("rules", "ids"),
    [
        ([Rule("identifier", "equal_to", ("ZATTAR_cliente_1842",))], [MARIA_ID]),
        ([Rule("phone_number", "equal_to", ("5511998877665",))], [JOAO_ID]),
        ([Rule("email", "equal_to", ("x@y.example", "maria@mail.example"))], []),
        ([Rule("labels", "equal_to", ("VIP",))], [MARIA_ID]),
        ([Rule("city", "equal_to", ("belo horizonte",))], [MARIA_ID]),
        ([Rule("name", "contains", ("pereira",), "OR"), Rule("name", "contains", ("maria",))], [MARIA_ID, JOAO_ID]),
        ([Rule("name", "contains", ("a",)), Rule("labels", "is_not_present")], [JOAO_ID]),
    ],
)
def test_filters_hold(office: Office, rules: list[Rule], ids: list[int]) -> None:
    page = values.page_of(office.read(requests.filter_contacts(rules)))
    assert [each.id for each in page.contacts] == ids


@pytest.mark.parametrize(
    "rule", [Rule("labels", "contains", ("x",)), Rule("entidade_id", "equal_to", (1,)), Rule("name", "equal_to")]
)
def test_filters_refuse_what_they_do_not_know(office: Office, rule: Rule) -> None:
    outcome = office.ask(requests.filter_contacts([rule]))
    assert isinstance(outcome, Rejected)
    assert outcome.code == "request_refused"


def test_the_public_api_gives_the_token_and_reuses_whom_it_knows(office: Office) -> None:
    call = client_api.create_contact(IDENTIFIER, "zattar:cliente:9", {"name": "ANA", "identifier": "zattar_cliente_9"})
    first, again = (values.public_contact_of(office.read(call)) for _ in range(2))
    assert first is not None
    assert first == again
    assert first.pubsub_token
    known = client_api.create_contact(IDENTIFIER, "another", {"name": "X", "phone_number": "+5531987654321"})
    found = values.public_contact_of(office.read(known))
    assert found is not None
    assert (found.id, found.name) == (MARIA_ID, "Maria das Dores")
    proof = client_api.prove_identifier("hmac-key", "zattar_cliente_9")
    good, bad = (
        client_api.create_contact(
            IDENTIFIER, "s", {"name": "A", "identifier": "zattar_cliente_9"}, identifier_hash=each
        )
        for each in (proof, "0" * 64)
    )
    assert isinstance(office.ask(good), Succeeded)
    assert office.ask(bad) == Transient("http_500")


def test_the_public_api_merges_without_asking(office: Office) -> None:
    changed = client_api.update_contact(IDENTIFIER, "joao-1", {"phone_number": "+5531987654321"})
    assert values.public_contact_of(office.read(changed))
    gone = office.ask(requests.get_contact(MARIA_ID))
    assert isinstance(gone, Rejected)
