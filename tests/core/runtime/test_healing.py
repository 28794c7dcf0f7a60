"""After an outage every operator's message goes onto the queue once, in order, and nothing else does."""

import pytest

from ponte.bitrix24.events import OperatorMessage, from_payload
from ponte.runtime.healing import Wish
from ponte.storage import keys
from ponte.storage.cursors import Cursors
from ponte.storage.table import Update
from tests.core.runtime.healing_bench import CONNECTOR, HOUR, LINE, MINUTE, Bench, chat, portal

MEMBER = "member-a"


def event_id(chat_id: int, message_id: int) -> str:
    return f"b24|{MEMBER}|ONIMCONNECTORMESSAGEADD|{CONNECTOR}|{chat_id}|{message_id}"


def test_what_no_webhook_brought_is_queued_in_ascending_order_under_the_webhooks_event_id() -> None:
    bench = Bench(portal("a", [chat(11)]))
    ids = [bench.writes(11, f"n{n}", ago_ms=(20 - n) * HOUR) for n in range(5)]
    report = bench.run()
    assert bench.sent() == [(f"n{n}", number) for n, number in enumerate(ids)]
    assert [envelope.id for envelope in bench.queue.sent] == [event_id(11, number) for number in ids]
    assert {envelope.conversation for envelope in bench.queue.sent} == {f"{CONNECTOR}|5511900000011"}
    assert (report.checked, report.missing, report.sent_on, report.complete) == (1, 5, 5, True)


def test_the_event_is_the_one_a_webhook_would_have_brought() -> None:
    bench = Bench(portal("a", [chat(11)]))
    number = bench.writes(11, "Boa [b]tarde[/b]")
    bench.run()
    at = (bench.clock.now - HOUR) // 1000
    wanted = OperatorMessage(CONNECTOR, LINE, "11", str(number), "5511900000011", "27", "Boa [b]tarde[/b]", (), at)
    assert from_payload(bench.queue.sent[0].payload) == wanted
    assert bench.queue.sent[0].kind == "OperatorMessage"


def test_a_line_that_signs_gets_the_name_of_each_operator_before_the_text() -> None:
    bench = Bench(portal("a", [chat(11)], signature=True))
    bench.writes(11, "um", author=27)
    bench.writes(11, "dois", author=31)
    bench.run()
    assert [text for text, _ in bench.sent()] == ["[b]Ana Souza:[/b] [br]um", "[b]Bruno Lima:[/b] [br]dois"]


def test_a_second_run_queues_nothing_again_before_and_after_the_workers_did_it() -> None:
    bench = Bench(portal("a", [chat(11)]))
    bench.writes(11, "uma vez")
    bench.run()
    waiting = bench.run()
    assert (len(bench.queue.sent), waiting.missing, waiting.waiting) == (1, 0, 1)
    bench.work_off()
    assert bench.run().missing == 0
    assert bench.queue.sent == []


def test_several_chats_of_several_portals_are_all_healed() -> None:
    bench = Bench(portal("a", [chat(11), chat(12)]), portal("b", [chat(11, external="55211"), chat(13)]))
    for name, number in (("a", 11), ("a", 12), ("b", 11), ("b", 13)):
        bench.writes(number, f"{name}{number}", name=name)
    report = bench.run()
    assert sorted(text for text, _ in bench.sent()) == ["a11", "a12", "b11", "b13"]
    assert {envelope.scope for envelope in bench.queue.sent} == {"member-a", "member-b"}
    assert (report.portals, report.checked) == (2, 4)


def test_acknowledged_and_known_messages_are_not_sent_again() -> None:
    sent = {"im_message_id": 70, "wamids": ["wamid.S"], "external": "5511900000011"}
    bench = Bench(portal("a", [chat(11)], sent=[sent]))
    bench.writes(11, "acknowledged", connector_mids=["wamid.A"])
    known = bench.writes(11, "known by the ledger alone")
    lost = bench.writes(11, "lost")
    bench.run()
    envelope = next(one for one in bench.queue.sent if one.order == known)
    bench.ledger.complete(bench.claim(envelope), bench.clock.now)
    bench.queue.sent.clear()
    bench.run(since_ms=24 * HOUR)
    assert bench.sent() == []
    assert lost > known


@pytest.mark.parametrize(
    ("author", "more"),
    [
        (500_011, {}),
        (0, {}),
        (27, {"whisper": True}),
        (27, {"connector_mids": ["wamid.X"]}),
    ],
    ids=["the customer", "the portal itself", "a whisper among operators", "acknowledged"],
)
def test_what_is_no_operators_message_to_the_customer_is_left_alone(author: int, more: dict[str, object]) -> None:
    bench = Bench(portal("a", [chat(11)]))
    bench.writes(11, "x", author=author, **more)
    assert bench.run().missing == 0
    assert bench.sent() == []


def test_our_own_notice_is_left_alone_even_if_the_portal_shows_it_as_the_apps_users() -> None:
    bench = Bench(portal("a", [chat(11)]))
    bench.writes(11, "⚠️ Mensagem não enviada ao WhatsApp: x", author=1)
    bench.writes(11, "⚠️ preço novo amanhã", author=27)
    bench.writes(11, "bom dia", author=1)
    bench.run()
    assert [text for text, _ in bench.sent()] == ["⚠️ preço novo amanhã", "bom dia"]


def test_an_empty_text_without_a_file_is_nothing() -> None:
    bench = Bench(portal("a", [chat(11)]))
    bench.writes(11, "  ")
    assert bench.run().missing == 0


def test_younger_than_two_minutes_may_still_come_by_webhook() -> None:
    bench = Bench(portal("a", [chat(11)]))
    bench.writes(11, "under way", ago_ms=119_000)
    assert bench.run().missing == 0
    bench.clock.now += 2_000
    assert bench.run().missing == 1


def test_a_young_message_stays_for_the_next_run_although_an_older_one_is_settled() -> None:
    bench = Bench(portal("a", [chat(11)]))
    bench.writes(11, "old", ago_ms=HOUR)
    bench.run()
    bench.work_off()
    bench.writes(11, "young", ago_ms=MINUTE)
    bench.run()
    assert bench.sent() == []
    bench.clock.now += 5 * MINUTE
    bench.run()
    assert [text for text, _ in bench.sent()] == ["young"]


def test_a_first_look_goes_back_a_day_and_not_into_the_past() -> None:
    bench = Bench(portal("a", [chat(11)]))
    bench.writes(11, "before", ago_ms=25 * HOUR)
    bench.writes(11, "within", ago_ms=23 * HOUR)
    bench.run()
    assert [text for text, _ in bench.sent()] == ["within"]


def test_a_wider_range_is_looked_at_by_option_alone() -> None:
    bench = Bench(portal("a", [chat(11)]))
    bench.writes(11, "two days ago", ago_ms=50 * HOUR)
    bench.run()
    assert bench.sent() == []
    bench.run(since_ms=72 * HOUR)
    assert [text for text, _ in bench.sent()] == ["two days ago"]


def test_an_outage_longer_than_a_day_is_healed_from_where_the_last_run_stood() -> None:
    bench = Bench(portal("a", [chat(11)], expires_at=4_000_000_000))
    bench.writes(11, "before", ago_ms=HOUR, connector_mids=["wamid.A"])
    bench.run()
    bench.clock.now += 40 * HOUR
    bench.writes(11, "during", ago_ms=35 * HOUR)
    bench.run()
    assert [text for text, _ in bench.sent()] == ["during"]


def test_nothing_from_before_the_app_was_installed_or_the_conversation_was_ours() -> None:
    bench = Bench(portal("a", [chat(11), chat(12)]))
    for number in (11, 12):
        bench.writes(number, "before", ago_ms=6 * HOUR)
        bench.writes(number, "after", ago_ms=HOUR)
    at = bench.clock.now - 3 * HOUR
    bench.tables.core.write(Update(*keys.chat(MEMBER, CONNECTOR, LINE, "5511900000011"), set={"opened_ms": at}))
    bench.run()
    assert sorted(text for text, _ in bench.sent()) == ["after", "after", "before"]
    bench.queue.sent.clear()
    again = Bench(portal("a", [chat(11)]))
    again.tables.core.write(Update(*keys.portal(MEMBER), set={"installed_ms": at}))
    again.writes(11, "before", ago_ms=6 * HOUR)
    again.writes(11, "after", ago_ms=HOUR)
    again.run()
    assert [text for text, _ in again.sent()] == ["after"]


def test_more_messages_than_a_page_all_come_in_order() -> None:
    bench = Bench(portal("a", [chat(11)]))
    for n in range(130):
        bench.writes(11, f"n{n}", ago_ms=10 * HOUR - n * MINUTE)
    bench.run()
    assert [text for text, _ in bench.sent()] == [f"n{n}" for n in range(130)]
    bench.work_off()
    for n in range(120):
        bench.writes(11, f"m{n}", ago_ms=HOUR)
    bench.run()
    assert [text for text, _ in bench.sent()] == [f"m{n}" for n in range(120)]


def test_a_dry_run_shows_what_would_be_sent_and_touches_nothing() -> None:
    bench = Bench(portal("a", [chat(11)]))
    number = bench.writes(11, "lost")
    before = bench.state()
    report = bench.run(dry_run=True)
    assert (report.missing, report.sent_on, bench.queue.sent) == (1, 0, [])
    assert [sample["message"] for sample in report.samples] == [str(number)]
    rows = [row for row in bench.state() if not str(row["pk"]).startswith("RB#")]
    assert rows == before == []
    assert bench.healing().last_report() is None
    assert bench.run().sent_on == 1


def test_only_the_portal_that_was_asked_for_is_looked_at() -> None:
    bench = Bench(portal("a", [chat(11)]), portal("b", [chat(11, external="55211")]))
    bench.writes(11, "a", name="a")
    bench.writes(11, "b", name="b")
    bench.run(portal="b.bitrix24.com.br")
    assert [text for text, _ in bench.sent()] == ["b"]


def test_the_report_is_kept_and_holds_no_text_and_no_phone() -> None:
    bench = Bench(portal("a", [chat(11), chat(12, history_access="none")]))
    bench.writes(11, "segredo do cliente")
    report = bench.run()
    kept = bench.healing().last_report()
    assert kept == report.as_data()
    assert "segredo" not in str(kept)
    assert "5511900000012" not in str(kept)
    assert ("heal_gaps missing", 1) in bench.notes
    assert ("heal_gaps uncheckable", 1) in bench.notes


def test_two_runs_at_once_are_one() -> None:
    bench = Bench(portal("a", [chat(11)]))
    bench.writes(11, "uma vez")
    assert Cursors(bench.tables.state, bench.clock).lock("somebody", 300_000)
    report = bench.healing().run(Wish(), 280_000)
    assert (report.busy, report.complete, bench.queue.sent) == (True, False, [])
    bench.clock.now += 300_001
    assert bench.run().sent_on == 1, "the lease of a run that died runs out"
