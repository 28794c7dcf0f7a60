"""Who may ask the fake what, how much, and what it posts: through our client, as our door reads it."""

import json
from pathlib import Path
from typing import Any

import pytest

from ponte.chatwoot import client_api, events, requests, setup, values
from ponte.chatwoot.calls import Account, ApiCall
from ponte.chatwoot.client import ChatwootClient
from ponte.chatwoot.values import Labels
from ponte.errors import HostRefused
from ponte.http import HttpRequest
from ponte.outcome import Blocked, Expired, Outcome, Rejected, Succeeded, Transient, Unknown
from ponte.runtime.egress import Way
from ponte.runtime.tenant_hosts import TenantHosts

from .conftest import Sandbox
from .offices import (
    ADMIN,
    AGENT,
    BOT,
    HOST,
    IDENTIFIER,
    JOAO_ID,
    MARIA_ID,
    OTHER_HOST,
    SECRET,
    STRANGER,
    Office,
    office_scenario,
)

pytestmark = pytest.mark.enable_socket
SAMPLES = Path(__file__).parents[1] / "samples" / "chatwoot"
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


@pytest.mark.parametrize(
    ("token", "account_id", "call", "outcome"),
    [
        ("wrong", 7, requests.get_contact(MARIA_ID), Expired("invalid_access_token")),
        (STRANGER, 7, requests.get_contact(MARIA_ID), Expired("account_refused")),
        (ADMIN, 8, requests.get_contact(MARIA_ID), Expired("account_refused")),
        (ADMIN, 99, requests.get_contact(MARIA_ID), Rejected("not_found", "Resource could not be found")),
        (
            BOT,
            7,
            requests.get_contact(MARIA_ID),
            Blocked("bot_token", "Access to this endpoint is not authorized for bots"),
        ),
        (
            AGENT,
            7,
            requests.delete_contact(MARIA_ID),
            Blocked("role_refused", "You are not authorized to do this action"),
        ),
        (AGENT, 7, setup.webhooks(), Blocked("role_refused", "You are not authorized to do this action")),
        (ADMIN, 7, ApiCall("GET", "/contacts/1/nothing"), Blocked("http_404", "")),
        (ADMIN, 7, requests.find_contact_inbox(12, "nobody"), Rejected("not_found", "")),
        (ADMIN, 7, client_api.get_contact("wrong", "joao-1"), Rejected("not_found", "Not Found")),
    ],
)
def test_who_may_not_is_told_apart(
    office: Office, token: str, account_id: int, call: ApiCall, outcome: Outcome
) -> None:
    assert office.ask(call, token, account_id) == outcome


def test_agents_may_read_and_merge(office: Office) -> None:
    assert values.contact_of(office.read(requests.get_contact(MARIA_ID), AGENT))
    assert values.contact_of(office.read(requests.merge_contacts(MARIA_ID, JOAO_ID), AGENT))


def test_a_suspended_account_answers_nobody(office: Office) -> None:
    office.sandbox.world.accounts[0].config["suspended"] = True
    assert office.ask(requests.get_contact(MARIA_ID)) == Blocked("account_suspended", "Account is suspended")


def test_the_header_that_proxies_drop_signs_nobody_in(office: Office) -> None:
    answer = office.sandbox.call(HOST, "GET", "/api/v1/profile", None, {"api_access_token": ADMIN})
    assert (answer.status, "errors" in answer.json()) == (401, True)


def test_the_profile_tells_the_role(office: Office) -> None:
    profile = setup.profile_of(office.read(setup.profile()))
    assert profile is not None
    assert (profile.user_id, profile.role_in(7), profile.role_in(8)) == (90, "administrator", "")
    agent = setup.profile_of(office.read(setup.profile(), AGENT))
    assert agent is not None
    assert agent.role_in(7) == "agent"


def test_inboxes_show_their_secrets_to_administrators_only(office: Office) -> None:
    portal, mail = setup.inboxes_of(office.read(setup.inboxes()))
    assert (portal.id, portal.identifier, portal.secret, portal.hmac_token) == (
        12,
        IDENTIFIER,
        "inbox-secret",
        "hmac-key",
    )
    assert (mail.channel_type, mail.identifier) == ("Channel::Email", "")
    assert setup.inboxes_of(office.read(setup.inboxes(), AGENT))[0].secret == ""
    assert [each.id for each in setup.agents_of(office.read(setup.agents()))] == [31]


def test_a_webhook_chooses_its_own_secret_and_its_address_is_unique(office: Office) -> None:
    url = "https://ponte.example/webhooks/chatwoot/escritorio"
    made = setup.webhook_of(office.read(setup.create_webhook(url)))
    assert made is not None
    assert made.secret
    assert made.subscriptions == set(setup.OUR_SUBSCRIPTIONS)
    twice = office.ask(setup.create_webhook(url))
    assert isinstance(twice, Rejected)
    assert twice.code == "refused_url"
    changed = setup.webhook_of(office.read(setup.update_webhook(made.id, url, ["contact_created"])))
    assert changed is not None
    assert (changed.secret, changed.subscriptions) == (made.secret, {"contact_created"})
    listed = {each.id: each.secret for each in setup.webhooks_of(office.read(setup.webhooks()))}
    assert listed == {1: SECRET, made.id: made.secret}
    assert office.ask(setup.delete_webhook(made.id)) == office.ask(setup.delete_webhook(made.id)) == Succeeded({})


def test_an_old_release_has_no_secrets(office: Office) -> None:
    office.sandbox.world.accounts[0].config["version"] = "4.11.1"
    made = setup.webhook_of(office.read(setup.create_webhook("https://ponte.example/w")))
    assert made is not None
    assert made.secret == ""


def test_searches_are_limited_to_the_minute_and_filters_are_not(office: Office) -> None:
    office.sandbox.clock.ms = 1_790_000_000_000 // 60_000 * 60_000 + 45_000
    office.sandbox.world.accounts[0].config["limits"]["searches"] = 2
    call = requests.search_contacts("maria")
    assert [type(office.ask(call)) for _ in range(2)] == [Succeeded, Succeeded]
    assert office.ask(call) == Transient("http_429", 16.0, counts=False)
    assert isinstance(office.ask(requests.find_by_email("a@b.example")), Succeeded)
    office.sandbox.clock.ms += 16_000
    assert isinstance(office.ask(call), Succeeded)


def test_all_calls_together_are_limited_too(office: Office) -> None:
    office.sandbox.world.accounts[0].config["limits"]["requests"] = 1
    assert isinstance(office.ask(setup.profile()), Succeeded)
    limited = office.ask(setup.profile())
    assert isinstance(limited, Transient)
    assert limited.code == "http_429"


def test_each_host_and_account_is_a_world_of_its_own(office: Office) -> None:
    elsewhere = office.ask(requests.get_contact(MARIA_ID), "other", 7, OTHER_HOST)
    assert isinstance(elsewhere, Rejected)
    assert isinstance(office.ask(setup.profile(), ADMIN, 7, OTHER_HOST), Expired)
    second = office.ask(requests.list_contacts(), STRANGER, 8)
    assert isinstance(second, Succeeded)
    assert second.result["payload"] == []


def test_a_host_that_no_scenario_names_is_nobodys(office: Office) -> None:
    assert office.ask(setup.profile(), host="chat.evil.example") == Transient("http_502")
    client = ChatwootClient(TenantHosts(Way(office.sandbox.urls["egress"], "OnTest")).sender(OTHER_HOST))
    assert client.call(Account(HOST, 7, ADMIN), setup.profile(), 5) == Blocked("host_refused")
    refused = [each for each in office.sandbox.journal.after() if each.get("refused")]
    assert [(each["host"], each["took_effect"]) for each in refused] == [(HOST, False)]
    with pytest.raises(HostRefused):
        TenantHosts(Way(office.sandbox.urls["egress"])).sender("10.0.0.8")(HttpRequest("GET", "https://10.0.0.8/"))


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ({"kind": "html", "status": 502}, Unknown("http_502")),
        ({"kind": "reset_before"}, Unknown("no_answer")),
        ({"kind": "timeout_after_effect", "delay_ms": 50}, Unknown("no_answer")),
        ({"kind": "status", "status": 401}, Expired("invalid_access_token")),
        ({"kind": "status", "status": 422}, Rejected("refused_email", "Email has already been taken")),
        ({"kind": "status", "status": 429, "body": "Retry later"}, Transient("http_429", 61.0, counts=False)),
    ],
)
def test_scripted_trouble_is_seen_as_the_real_one(office: Office, fault: Any, outcome: Outcome) -> None:
    office.sandbox.faults.add([{"provider": "chatwoot", "match": {"path": "/contacts"}, **fault}])
    assert office.ask(requests.create_contact(NEW)) == outcome
    found = values.page_of(office.read(requests.find_by_identifier("zattar_cliente_9"))).contacts
    assert len(found) == (fault["kind"] == "timeout_after_effect")


def test_the_journal_tells_of_every_call(office: Office) -> None:
    office.read(requests.create_contact(NEW))
    (entry,) = office.sandbox.journal.after(0, "chatwoot")
    assert (entry["method"], entry["host"], entry["path"]) == ("POST", HOST, "/api/v1/accounts/7/contacts")
    assert (entry["status"], entry["took_effect"]) == (200, True)
    assert entry["body"]["identifier"] == "zattar_cliente_9"
    assert entry["headers"]["api-access-token"] == ADMIN


def test_every_change_is_told_whoever_made_it(office: Office) -> None:
    made = values.contact_of(office.read(requests.create_contact(NEW)))
    assert made is not None
    office.read(requests.update_contact(made.id, {"name": "ANA L"}))
    office.read(requests.update_contact(made.id, {"name": "ANA L"}))
    office.read(requests.replace_labels(made.id, Labels.of(["zattar"])))
    told = office.posts()
    assert [each.name for each in told] == ["contact_created", "contact_updated", "contact_updated"]
    created, renamed, labelled = (each for each in told if isinstance(each, events.ContactEvent))
    assert (created.account_id, created.contact.id, created.changed) == (7, made.id, None)
    assert renamed.changed == {"name", "updated_at"}
    assert renamed.updated_ms > office.sandbox.clock.ms
    assert (labelled.changed, labelled.is_noise) == ({"label_list"}, False)


def test_posts_have_the_keys_of_the_release_in_their_order(office: Office) -> None:
    made = values.contact_of(office.read(requests.create_contact(NEW)))
    assert made is not None
    office.read(requests.update_contact(made.id, {"name": "Zoë <b>&"}))
    assert office.sandbox.providers.deliveries.wait(10)
    created, updated = (post.body for post in office.sandbox.webhooks)
    for body, name in ((created, "contact_created"), (updated, "contact_updated")):
        assert list(json.loads(body)) == list(json.loads((SAMPLES / name / "body").read_bytes()))
    assert b"Zo\xc3\xab \\u003cb\\u003e\\u0026" in updated


def test_a_deletion_is_told_to_nobody(office: Office) -> None:
    office.ask(requests.delete_contact(MARIA_ID))
    assert office.posts() == []


def test_a_merge_shows_as_a_burst_and_as_nothing_else(office: Office) -> None:
    survivor = values.contact_of(office.read(requests.merge_contacts(MARIA_ID, JOAO_ID)))
    assert survivor is not None
    assert survivor.id == MARIA_ID
    assert (survivor.name, survivor.phone_number) == ("Maria das Dores", "+5531987654321")
    assert survivor.custom_attributes == {"origem": "site", "tipo_entidade": "cliente"}
    assert survivor.contact_inboxes is not None
    assert {place.source_id for place in survivor.contact_inboxes} == {"zattar:cliente:1842", "joao-1"}
    burst, gained = office.posts()
    assert isinstance(burst, events.MessageEvent)
    assert (burst.name, burst.message.id, burst.message.conversation_id) == ("message_updated", 40981, 873)
    assert burst.message.author.id == MARIA_ID
    assert isinstance(gained, events.ContactEvent)
    assert (gained.contact.id, gained.changed) == (MARIA_ID, {"custom_attributes", "updated_at"})
    assert isinstance(office.ask(requests.get_contact(JOAO_ID)), Rejected)
    assert values.conversation_ids_of(office.read(requests.contact_conversations(MARIA_ID))) == (873,)
