"""The fake Chatwoot where no client of ours can look: races, late and lost posts, old releases, the scenario."""

import copy
import json
from typing import Any

import pytest

from ponte.chatwoot import events
from sandbox.calls import Call, Reply
from sandbox.chatwoot_posts import posts_of
from sandbox.fakes.chatwoot import FakeChatwoot
from sandbox.scenario import load
from sandbox.server import Answer, Request
from sandbox.shapes import Refused

from .conftest import NOW_MS, Sandbox
from .offices import ADMIN, HOST, JOAO_ID, MARIA_ID, office_scenario

pytestmark = pytest.mark.enable_socket
PATH = "/api/v1/accounts/7/contacts"


def call(body: Any, method: str = "POST", path: str = PATH) -> Call:
    headers = {"content-type": "application/json", "api-access-token": ADMIN, "host": HOST}
    return Call("chatwoot", method, HOST, path, "", headers, json.dumps(body).encode(), NOW_MS)


@pytest.fixture
def office(sandbox: Sandbox) -> Sandbox:
    sandbox.providers.put(office_scenario())
    sandbox.webhooks.clear()  # the last one of the test before may have arrived meanwhile
    return sandbox


def side_by_side(office: Sandbox, *bodies: dict[str, Any]) -> list[Reply]:
    """All came in before the first took effect."""
    fake = FakeChatwoot(office.world)
    calls = [call(body) for body in bodies]
    for one in calls:
        fake.fetch(one)
    with office.world.lock:
        return [fake(one) for one in calls]


def one_by_one(office: Sandbox, *bodies: dict[str, Any]) -> list[Reply]:
    fake = FakeChatwoot(office.world)
    replies = []
    for body in bodies:
        one = call(body)
        fake.fetch(one)
        with office.world.lock:
            replies.append(fake(one))
    return replies


def test_two_creates_with_one_phone_side_by_side_make_two_contacts(office: Sandbox) -> None:
    body = {"name": "A", "phone_number": "+5521987650001"}
    assert [reply.status for reply in side_by_side(office, body, body)] == [200, 200]
    phones = [row.get("phone_number") for row in office.world.accounts[0].contacts.values()]
    assert phones.count("+5521987650001") == 2


@pytest.mark.parametrize("field", [{"identifier": "zattar_cliente_9"}, {"email": "a@b.example"}])
def test_the_loser_of_a_race_for_a_unique_index_gets_a_500(office: Sandbox, field: dict[str, str]) -> None:
    body = {"name": "A", **field}
    assert [reply.status for reply in side_by_side(office, body, body, body)] == [200, 500, 500]
    assert len(office.world.accounts[0].contacts) == 4


@pytest.mark.parametrize(
    "field", [{"identifier": "z"}, {"email": "a@b.example"}, {"phone_number": "+5521987650001"}], ids=str
)
def test_whoever_comes_later_is_refused_with_reason(office: Sandbox, field: dict[str, str]) -> None:
    first, second = one_by_one(office, {"name": "A", **field}, {"name": "B", **field})
    assert (first.status, second.status) == (200, 422)
    assert json.loads(second.body)["attributes"] == list(field)


def test_a_second_blank_identifier_breaks_the_index(office: Sandbox) -> None:
    replies = one_by_one(office, {"name": "A", "identifier": ""}, {"name": "B", "identifier": ""})
    assert [reply.status for reply in replies] == [200, 500]


def test_the_phones_pattern_looks_at_the_end_only(office: Sandbox) -> None:
    good, bad = one_by_one(
        office, {"name": "A", "phone_number": "lixo+5521987650001"}, {"name": "B", "phone_number": "21987650001"}
    )
    assert (good.status, bad.status) == (200, 422)


def test_posts_tell_the_state_of_when_they_are_built(office: Sandbox) -> None:
    fake = FakeChatwoot(office.world)
    with office.world.lock:
        for name in ("B", "C"):
            fake(call({"name": name}, "PUT", f"{PATH}/{MARIA_ID}"))
    assert office.providers.deliveries.wait(10)
    told = [events.parse(post.body) for post in office.webhooks]
    assert [each.contact.name for each in told if isinstance(each, events.ContactEvent)] == ["C", "C"]
    assert len({events.source_id(each) for each in told}) == 2


def test_what_is_gone_before_its_post_is_built_is_told_to_nobody(office: Sandbox) -> None:
    fake = FakeChatwoot(office.world)
    with office.world.lock:
        fake(call({"name": "B"}, "PUT", f"{PATH}/{MARIA_ID}"))
        fake(call(None, "DELETE", f"{PATH}/{MARIA_ID}"))
    assert office.providers.deliveries.wait(10)
    assert office.webhooks == []


class Refusing(Sandbox):
    """Its gateway answers every post with a 500."""

    def _take(self, request: Request) -> Answer:
        self.webhooks.append(request)
        return Answer(500)


def test_a_post_that_is_refused_is_not_repeated() -> None:
    one = Refusing()
    one.start()
    try:
        one.providers.put(office_scenario())
        FakeChatwoot(one.world)(call({"name": "A"}))
        assert one.providers.deliveries.wait(10)
        assert [(each.event, each.status) for each in one.providers.deliveries.done] == [("contact_created", 500)]
        assert len(one.webhooks) == 1
    finally:
        one.stop()


def test_an_old_release_signs_nothing_and_names_the_secret_in_the_address(office: Sandbox) -> None:
    scenario = office_scenario()
    scenario["chatwoot"]["accounts"][0] |= {"version": "4.10.0"}
    scenario["chatwoot"]["accounts"][0]["webhooks"][0]["secret"] = None
    scenario["zattar"]["tenants"][0]["path_secret"] = "p" * 43
    office.providers.put(scenario)
    FakeChatwoot(office.world)(call({"name": "A"}))
    assert office.providers.deliveries.wait(10)
    (post,) = office.webhooks
    assert post.path == f"/webhooks/chatwoot/escritorio/{'p' * 43}"
    assert not [name for name in post.headers if name.startswith("x-chatwoot")]


def test_each_subscription_has_its_own_post_and_foreign_addresses_none(office: Sandbox) -> None:
    account = office.world.accounts[0]
    for at, url in enumerate(("https://ponte.example/webhooks/chatwoot/outro", "https://ponte.example/elsewhere")):
        account.config["webhooks"].append(
            {"id": 50 + at, "url": url, "secret": f"s{at}", "subscriptions": ["contact_created"]}
        )
    FakeChatwoot(office.world)(call({"name": "A"}))
    assert office.providers.deliveries.wait(10)
    assert [post.path for post in office.webhooks] == ["/webhooks/chatwoot/escritorio", "/webhooks/chatwoot/outro"]
    assert len({post.headers["x-chatwoot-delivery"] for post in office.webhooks}) == 2


def test_a_new_scenario_forgets_what_was_not_posted(office: Sandbox) -> None:
    jobs: list[Any] = []
    hook, office.world.on_job = office.world.on_job, jobs.append
    try:
        FakeChatwoot(office.world)(call({"name": "A"}))
    finally:
        office.world.on_job = hook
    with office.world.lock:
        assert len(posts_of(office.world, jobs[0])) == 1
    office.providers.put(office_scenario())
    with office.world.lock:
        assert posts_of(office.world, jobs[0]) == []


def test_the_sandbox_is_not_quiet_while_a_post_is_on_its_way(office: Sandbox) -> None:
    with office.world.lock:
        FakeChatwoot(office.world)(call({"name": "A"}))
        assert office.providers.deliveries.pending == 1
        assert office.control("POST", "/drain", {"timeout_s": 0}).json()["quiet"] is False
    assert office.providers.deliveries.wait(10)
    assert office.control("POST", "/drain", {"timeout_s": 5}).json()["quiet"] is True


def test_the_live_scenario_shows_what_changed_and_can_be_put_again(office: Sandbox) -> None:
    FakeChatwoot(office.world)(call({"name": "A", "identifier": "z", "inbox_id": 12, "source_id": "s"}))
    FakeChatwoot(office.world)(call({"labels": ["novo"]}, "POST", f"{PATH}/{JOAO_ID}/labels"))
    live = office.control("GET", "/scenario").json()
    contacts = {one["id"]: one for one in live["chatwoot"]["accounts"][0]["contacts"]}
    made = next(one for one in contacts.values() if one.get("identifier") == "z")
    assert [place["source_id"] for place in made["contact_inboxes"]] == ["s"]
    assert contacts[JOAO_ID]["labels"] == ["novo"]
    assert office.control("PUT", "/scenario", live).status == 200
    again = office.control("GET", "/scenario").json()["chatwoot"]["accounts"][0]["contacts"]
    assert {one["id"] for one in again} == set(contacts)


BAD: list[tuple[str, Any]] = [
    ("chatwoot.accounts[0].foo", lambda account: account.update(foo=1)),
    ("chatwoot.accounts[0].host", lambda account: account.update(host="https://chat.example")),
    ("chatwoot.accounts[0].api_key", lambda account: account.pop("api_key")),
    ("chatwoot.accounts[0].version", lambda account: account.update(version="4")),
    ("chatwoot.accounts[0].limits.reads", lambda account: account.update(limits={"reads": 1})),
    ("chatwoot.accounts[0].webhooks[0].secret", lambda account: account["webhooks"][0].pop("secret")),
    ("chatwoot.accounts[0].contacts[1].id", lambda account: account["contacts"][1].update(id=MARIA_ID)),
    ("chatwoot.accounts[1].account_id", lambda account: account.update(account_id=8)),
]


@pytest.mark.parametrize(("path", "spoil"), BAD, ids=[path for path, _ in BAD])
def test_a_wrong_account_is_refused_with_its_path(path: str, spoil: Any) -> None:
    scenario = copy.deepcopy(office_scenario())
    spoil(scenario["chatwoot"]["accounts"][0])
    with pytest.raises(Refused) as refused:
        load(scenario, NOW_MS / 1000)
    assert refused.value.path == path


def test_another_server_may_stand_in_the_fakes_place(new_sandbox: Any, office: Sandbox) -> None:
    one = new_sandbox(chatwoot=office.urls["chatwoot"])
    one.providers.put(office_scenario())
    answer = one.call(HOST, "GET", f"{PATH}/{MARIA_ID}", None, {"api-access-token": ADMIN})
    assert answer.json()["payload"]["id"] == MARIA_ID
    (entry,) = one.journal.after(0, "chatwoot")
    assert (entry["host"], entry["status"], entry["took_effect"]) == (HOST, 200, None)
    assert office.journal.after(0, "chatwoot")[0]["host"] == HOST


def test_no_post_of_an_old_scenario_arrives_after_the_new_one(office: Sandbox) -> None:
    for _ in range(20):
        for name in ("A", "B", "C"):
            FakeChatwoot(office.world)(call({"name": name}))
        office.providers.put(office_scenario())
        arrived = len(office.webhooks)
        FakeChatwoot(office.world)(call({"name": "Z"}))
        assert office.providers.deliveries.wait(10)
        assert [json.loads(post.body)["name"] for post in office.webhooks[arrived:]] == ["Z"]
