"""The webhook in an office's Chatwoot: made with all events, or given those that it lacks; its secret stays."""

from typing import Any

import pytest

from ponte.chatwoot.setup import OUR_SUBSCRIPTIONS
from ponte.outcome import Rejected, Succeeded
from ponte.runtime.chatwoot_limits import ChatwootLimits
from ponte.runtime.integrations import Integrations
from ponte.runtime.office_calls import OfficeCalls
from ponte.storage.audit import Audit
from ponte.storage.buckets import Buckets
from tests.core.runtime.talk_bench import TENANT, Bench

URL = "https://ponte.example/webhooks/chatwoot/silva"


def integrations(bench: Bench) -> Integrations:
    limits = ChatwootLimits(Buckets(bench.tables.state, bench.clock), bench.clock)
    calls = OfficeCalls(bench.offices, bench.sender, limits)
    return Integrations(bench.offices, calls, Audit(bench.tables.audit), bench.clock, lambda *_a, **_k: None)


def subscriptions(bench: Bench) -> dict[str, set[str]]:
    return {one["url"]: set(one["subscriptions"]) for one in bench.account.config["webhooks"] if one.get("url")}


def test_a_new_one_wants_people_and_talk() -> None:
    bench = Bench()
    outcome = integrations(bench).subscribe(TENANT, URL, "ana")
    assert isinstance(outcome, Succeeded)
    assert outcome.result["signed"] is True
    assert subscriptions(bench) == {URL: set(OUR_SUBSCRIPTIONS)}


@pytest.mark.parametrize("had", [["contact_updated"], ["contact_updated", "webwidget_triggered"], [*OUR_SUBSCRIPTIONS]])
def test_one_that_is_there_is_given_what_it_lacks(had: list[str]) -> None:
    bench = Bench()
    row: dict[str, Any] = {"id": 2, "url": URL, "secret": "whsec-2", "subscriptions": had}
    bench.account.config["webhooks"].append(row)
    assert isinstance(integrations(bench).subscribe(TENANT, URL, "ana"), Succeeded)
    assert subscriptions(bench) == {URL: {*OUR_SUBSCRIPTIONS, *had}}
    office = bench.offices.read(TENANT)
    assert office is not None
    assert office.chatwoot is not None
    assert office.chatwoot.secrets == ("whsec-2", "whsec-1")
    assert (("PATCH", "2") in bench.asked) is (set(had) != set(OUR_SUBSCRIPTIONS))


def test_where_it_may_not_be_changed_that_is_said() -> None:
    bench = Bench()
    bench.account.config["webhooks"].append({"id": 2, "url": URL, "secret": "s", "subscriptions": ["contact_updated"]})
    bench.fails["PATCH", "2"] = "400"
    assert isinstance(integrations(bench).subscribe(TENANT, URL, "ana"), Rejected)
