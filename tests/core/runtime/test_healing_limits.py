"""What healing cannot read it lists, what it may not use it leaves, and a run that ends early goes on next time."""

import json

import pytest

from ponte.queue.envelope import Envelope
from ponte.runtime.history_reader import RESERVE
from ponte.storage import keys
from ponte.storage.buckets import Buckets
from ponte.storage.directory import PORTAL_RATE
from ponte.storage.ledger import ENVELOPE_MAX
from ponte.storage.table import Update
from ponte.storage.unsettled import Unsettled
from tests.core.runtime.healing_bench import CONNECTOR, HOUR, LINE, MINUTE, Bench, chat, portal

MEMBER = "member-a"
NO_METHOD = (404, {"error": "ERROR_METHOD_NOT_FOUND", "error_description": "Method not found!"})


def test_fifty_chats_cost_two_requests() -> None:
    """One for the newest page of each, one that shows that there is nothing older."""
    bench = Bench(portal("a", [chat(n) for n in range(1, 51)]))
    for number in range(1, 51):
        bench.writes(number, f"n{number}")
    assert bench.run().missing == 50
    assert bench.requests == ["batch", "batch"]
    bench.requests.clear()
    bench.work_off()
    bench.run()
    assert bench.requests == ["batch", "batch"]
    bench.requests.clear()
    bench.run()
    assert bench.requests == ["batch"], "nothing new since: one look"


@pytest.mark.parametrize(
    "refusal",
    [NO_METHOD, (403, {"error": "insufficient_scope", "error_description": "x"})],
    ids=["no such method", "scope"],
)
def test_a_portal_that_refuses_batch_is_asked_one_by_one(refusal: tuple[int, dict[str, str]]) -> None:
    bench = Bench(portal("a", [chat(11), chat(12)]))
    bench.writes(11, "um")
    bench.writes(12, "dois")
    bench.refuse["batch"] = refusal
    report = bench.run()
    assert sorted(text for text, _ in bench.sent()) == ["dois", "um"]
    assert report.uncheckable == []


@pytest.mark.parametrize("access", ["session_only", "participant"])
def test_a_chat_whose_pages_are_refused_is_read_by_its_last_session(access: str) -> None:
    bench = Bench(portal("a", [chat(11, history_access=access)]))
    for n in range(60):
        bench.writes(11, f"n{n}", ago_ms=5 * HOUR - n * MINUTE)
    if access == "participant":
        bench.refuse["batch"] = bench.refuse["im.dialog.messages.get"] = NO_METHOD
    report = bench.run()
    assert [text for text, _ in bench.sent()] == [f"n{n}" for n in range(60)]
    assert report.uncheckable == []
    bench.work_off()
    assert bench.run().missing == 0


def test_a_session_before_the_last_one_cannot_be_seen_and_is_listed() -> None:
    bench = Bench(portal("a", [chat(11, history_access="session_only")]))
    bench.writes(11, "in a session nobody shows", ago_ms=6 * HOUR)
    bench.chat(11).session_id = bench.portal().next_id()
    bench.writes(11, "in the last one", ago_ms=HOUR)
    report = bench.run()
    assert [text for text, _ in bench.sent()] == ["in the last one"]
    assert [(row["chat"], row["reason"]) for row in report.uncheckable] == [("11", "last_session_only")]


def test_the_session_of_the_last_look_is_read_as_well_when_a_new_one_began() -> None:
    bench = Bench(portal("a", [chat(11, history_access="session_only")]))
    bench.writes(11, "known", ago_ms=HOUR, connector_mids=["wamid.A"])
    bench.run()
    bench.writes(11, "end of the old session", ago_ms=30 * MINUTE)
    bench.chat(11).session_id = bench.portal().next_id()
    bench.writes(11, "start of the new one", ago_ms=20 * MINUTE)
    report = bench.run()
    assert [text for text, _ in bench.sent()] == ["end of the old session", "start of the new one"]
    assert report.uncheckable == []


def test_a_chat_nobody_lets_us_read_is_listed_and_stops_nothing() -> None:
    bench = Bench(portal("a", [chat(11, history_access="none"), chat(12)]))
    bench.writes(11, "unseen")
    bench.writes(12, "seen")
    report = bench.run()
    assert [text for text, _ in bench.sent()] == ["seen"]
    (row,) = report.uncheckable
    assert (row["portal"], row["chat"], row["reason"]) == ("a.bitrix24.com.br", "11", "access_denied")
    assert (report.uncheckable_total, report.checked, report.complete) == (1, 1, True)


def test_a_conversation_without_a_chat_is_listed() -> None:
    bench = Bench(portal("a", [chat(11)]))
    bench.tables.core.write(Update(*keys.conversation("106540352242922", "5511900000011"), remove=["chat_id"]))
    report = bench.run()
    assert [(row["chat"], row["reason"]) for row in report.uncheckable] == [("", "chat_unknown")]


def test_a_portal_without_authorisation_is_listed_as_a_whole() -> None:
    bench = Bench(portal("a", [chat(11)], status="reauth"), portal("b", [chat(12)]))
    bench.writes(12, "seen", name="b")
    report = bench.run()
    assert [text for text, _ in bench.sent()] == ["seen"]
    assert [(row["portal"], row["reason"]) for row in report.uncheckable] == [("a.bitrix24.com.br", "portal_reauth")]


def test_a_portal_that_is_away_is_left_to_the_next_run_and_others_are_healed() -> None:
    bench = Bench(portal("a", [chat(11)]), portal("b", [chat(12)]))
    bench.writes(11, "later")
    bench.writes(12, "now", name="b")
    bench.silent = 3
    report = bench.run()
    assert [text for text, _ in bench.sent()] == ["now"]
    assert (report.complete, report.stopped) == (False, [{"portal": "a.bitrix24.com.br", "why": "no_answer"}])
    bench.run()
    assert [text for text, _ in bench.sent()] == ["now", "later"]


def test_live_traffic_keeps_its_share_of_the_portals_rate() -> None:
    bench = Bench(portal("a", [chat(11)]))
    bench.writes(11, "x")
    buckets, bucket = Buckets(bench.tables.state, bench.clock, max_wait_ms=0), keys.bucket("b24", MEMBER)
    bench.run()
    left = 0
    while not buckets.take(bucket, PORTAL_RATE):
        left += 1
    assert left >= RESERVE


def test_where_live_traffic_takes_everything_healing_takes_nothing() -> None:
    bench = Bench(portal("a", [chat(11)]))
    bench.writes(11, "x")
    buckets, bucket = Buckets(bench.tables.state, bench.clock), keys.bucket("b24", MEMBER)
    buckets.hold(bucket, PORTAL_RATE, 120)
    report = bench.run()
    assert (bench.requests, report.stopped[0]["why"], report.complete) == ([], "rate", False)
    bench.clock.now += 10 * MINUTE
    assert bench.run().sent_on == 1


def test_a_run_that_ends_early_goes_on_where_it_stopped() -> None:
    bench = Bench(portal("a", [chat(n, last_inbound_ms=1_799_999_000_000 + n) for n in range(1, 351)]))
    for number in range(1, 351):
        bench.writes(number, f"n{number}")
    bench.seconds_per_call = 10
    runs = 0
    while not bench.run(budget_ms=60_000).complete:
        runs += 1
        assert runs < 20
    assert runs > 1
    assert sorted(text for text, _ in bench.sent()) == sorted(f"n{n}" for n in range(1, 351))


def test_a_run_ends_within_its_budget_however_slow_a_portal_is() -> None:
    bench = Bench(portal("a", [chat(n) for n in range(1, 351)]), portal("b", [chat(900)]))
    bench.seconds_per_call = 20
    began = bench.clock.now
    report = bench.run(budget_ms=60_000)
    assert bench.clock.now - began <= 60_000 + 20_000
    assert {"time"} == {row["why"] for row in report.stopped}


def test_the_next_run_begins_with_the_portal_that_time_did_not_suffice_for() -> None:
    bench = Bench(portal("a", [chat(n) for n in range(1, 101)]), portal("b", [chat(900)]))
    bench.writes(900, "of the second", name="b")
    bench.seconds_per_call = 20
    bench.run(budget_ms=44_000)
    assert bench.sent() == []
    bench.run(budget_ms=44_000)
    assert [text for text, _ in bench.sent()] == ["of the second"]


def test_an_idle_portals_token_is_not_renewed_by_the_clock() -> None:
    bench = Bench(portal("a", [chat(11)], expires_at=1_799_999_000))
    bench.run()
    first = list(bench.requests)
    bench.requests.clear()
    for _ in range(12):
        bench.clock.now += 15 * MINUTE
        report = bench.run()
    assert (bench.requests, report.portals, report.portals_left) == ([], 0, 1)
    bench.clock.now += 24 * HOUR
    assert bench.run().portals == 1
    assert first


def test_an_idle_portal_with_a_good_token_is_looked_at_in_every_run() -> None:
    bench = Bench(portal("a", [chat(11)], expires_at=4_000_000_000))
    bench.run()
    bench.writes(11, "x")
    assert bench.run().sent_on == 1


def outbound(number: int, bench: Bench) -> Envelope:
    source_id = f"ONIMCONNECTORMESSAGEADD|{CONNECTOR}|11|{number}"
    return Envelope(
        "b24", MEMBER, source_id, "OperatorMessage", f"{CONNECTOR}|5511900000011", number, bench.clock.now, {"n": 1}
    )


def test_a_message_that_a_worker_has_holds_back_those_behind_it() -> None:
    """They are queued behind it and have no ledger item yet: no drift, and no second copy on the queue."""
    bench = Bench(portal("a", [chat(11)]))
    head = bench.writes(11, "head", ago_ms=3 * HOUR)
    bench.writes(11, "follower", ago_ms=2 * HOUR)
    bench.ledger.release(bench.claim(outbound(head, bench)), bench.clock.now, "x", counts=True)
    report = bench.run()
    assert (report.missing, report.waiting, bench.queue.sent) == (0, 2, [])


@pytest.mark.parametrize("state", ["sending", "retry"])
def test_what_no_worker_has_touched_for_long_is_put_on_the_queue_again_once(state: str) -> None:
    bench = Bench(portal("a", [chat(11)], expires_at=4_000_000_000))
    number = bench.writes(11, "dead-lettered", ago_ms=3 * HOUR)
    bench.writes(11, "follower", ago_ms=2 * HOUR)
    claim = bench.claim(outbound(number, bench))
    if state == "retry":
        bench.ledger.release(claim, bench.clock.now, "x", counts=True)
    bench.clock.now += 31 * MINUTE
    report = bench.run()
    assert (report.stale, report.missing) == (1, 1)
    assert [text for text, _ in bench.sent()] == ["dead-lettered", "follower"]
    bench.clock.now += 31 * MINUTE
    assert bench.run().sent_on == 0
    bench.clock.now += 6 * HOUR
    assert bench.run().sent_on == 2, "nobody took them from the queue: it may have been purged"


def test_a_message_of_unknown_fate_that_nobody_looks_at_gets_a_new_queue_message() -> None:
    bench = Bench(portal("a", []))
    event = outbound(70, bench)
    bench.ledger.unknown(bench.claim(event), bench.clock.now, "send0", "no_answer", counts=False)
    bench.clock.now += 19 * MINUTE  # a worker that waits as long as it ever does comes back within eighteen
    assert bench.run().unknown_resolved == 0
    bench.clock.now += 2 * MINUTE
    assert bench.run().unknown_resolved == 1
    assert bench.queue.sent == [event]
    assert bench.run().unknown_resolved == 0, "it lies on its queue"
    claim = bench.claim(event)
    assert claim.fate == "unknown", "the worker probes before it repeats anything"


def test_a_message_of_unknown_fate_that_a_worker_looks_at_is_left_to_it_however_long_that_takes() -> None:
    bench = Bench(portal("a", []))
    event = outbound(70, bench)
    for _ in range(30):
        bench.ledger.unknown(bench.claim(event), bench.clock.now, "send0", "no_answer", counts=False)
        bench.clock.now += 18 * MINUTE
        assert bench.run().unknown_resolved == 0
    assert bench.queue.sent == []


def test_an_envelope_too_big_for_the_ledger_is_counted() -> None:
    bench = Bench(portal("a", []))
    event = outbound(70, bench).with_payload({"text": "x" * ENVELOPE_MAX})
    bench.ledger.unknown(bench.claim(event), bench.clock.now, "send0", "no_answer", counts=False)
    bench.clock.now += HOUR
    report = bench.run()
    assert (report.unknown_resolved, report.unknown_left, bench.queue.sent) == (0, 1, [])


def test_a_parked_item_of_unknown_fate_is_no_longer_listed_as_unknown() -> None:
    bench = Bench(portal("a", []))
    event = outbound(70, bench)
    bench.ledger.unknown(bench.claim(event), bench.clock.now, "send0", "no_answer", counts=False)
    bench.ledger.park(bench.claim(event), bench.clock.now, "reason.fate_unknown")
    bench.clock.now += HOUR
    assert Unsettled(bench.tables.message).stale(bench.clock.now) == []
    assert bench.run().unknown_resolved == 0


def test_spilled_entries_are_counted_by_a_dry_run_and_left_where_they_are() -> None:
    bench = Bench(portal("a", []))
    bench.spill.objects["spill/bitrix24_events/1-x.json"] = json.dumps([]).encode()
    report = bench.run(dry_run=True)
    assert (report.spilled, list(bench.spill.objects)) == (1, ["spill/bitrix24_events/1-x.json"])


def test_an_old_chat_in_which_an_operator_writes_becomes_an_active_one() -> None:
    bench = Bench(portal("a", [chat(11)]))
    pointer = keys.chat(MEMBER, CONNECTOR, LINE, "5511900000011")
    before = (bench.tables.core.get(*pointer) or {})["gsi1sk"]
    bench.writes(11, "first word")
    bench.run()
    after = (bench.tables.core.get(*pointer) or {})["gsi1sk"]
    assert str(before).startswith("00000000")
    assert str(after) > f"{(bench.clock.now - 2 * HOUR) // HOUR:08d}"
