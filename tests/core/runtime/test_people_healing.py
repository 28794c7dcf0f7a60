"""An office whose webhooks are all lost: what was edited on either side arrives by healing, once, and within limits."""

from dataclasses import replace

import pytest

from ponte.relays.people_sync import WRITES_PER_HOUR
from ponte.runtime import people_healing
from ponte.runtime.chatwoot_limits import ChatwootLimits
from ponte.runtime.office_looks import look
from ponte.storage.buckets import Buckets
from ponte.zattar.values import Tipo
from sandbox.fakes.postgres_types import written
from tests.core.runtime.people_bench import HOST, HOUR, KEY, MINUTE, TENANT, Bench, client


@pytest.fixture
def bench() -> Bench:
    """Three people, in step and a quarter of an hour old."""
    found = Bench(*(client(number) for number in (1, 2, 3)))
    found.settle()
    found.clock.now += 15 * MINUTE
    found.settle()
    found.clock.now += 15 * MINUTE
    found.asked.clear()
    return found


def test_people_who_were_entered_unheard_get_their_contacts() -> None:
    bench = Bench(client(1), partes_contrarias=[{**client(1), "cpf": None, "emails": None, "numero_celular": None}])
    report = bench.heal()
    assert (report.rows, report.young, report.sent_on) == (2, 2, 2), "entered this moment: no drift yet"
    bench.work()
    assert sorted(one["identifier"] for one in bench.account.contacts.values()) == [
        "zattar_cliente_1",
        "zattar_parte_contraria_1",
    ]


def test_people_in_step_cost_one_read_of_each_side_and_no_look(bench: Bench) -> None:
    report = bench.heal()
    assert (report.sent_on, report.known, report.missing, report.links, report.contacts) == (0, 0, {}, 3, 3)
    chatwoot = [path for provider, _, path in bench.asked if provider == "chatwoot"]
    assert chatwoot == ["/api/v1/accounts/7/contacts/filter"], "all three in one call, and never by search"


def test_an_edit_in_zattar_arrives(bench: Bench) -> None:
    bench.edit(2, numero_celular="977776666")
    bench.clock.now += 5 * MINUTE
    report = bench.settle()
    assert report.missing == {"row_changed": 1}
    assert [(one["tenant"], one["person"], one["what"]) for one in report.samples] == [
        (TENANT, "zattar_cliente_2", "row_changed")
    ]
    assert bench.contact(2)["phone_number"] == "+5531977776666"
    assert bench.settle().sent_on == 0


def test_an_edit_in_chatwoot_arrives(bench: Bench) -> None:
    bench.account.change_contact(bench.contact(2), {"email": "nova@exemplo.com.br", "name": "Outra"})
    assert bench.settle().missing == {"contact_changed": 1}
    assert bench.row(2)["emails"] == ["nova@exemplo.com.br"]
    assert bench.contact(2)["name"] == "PESSOA 2"
    assert bench.settle().sent_on == 0


def test_noise_in_chatwoot_is_no_drift(bench: Bench) -> None:
    bench.account.change_contact(bench.contact(2), {"last_activity_at": 1_800_000_000, "blocked": True})
    assert bench.settle().sent_on == 0


def test_a_deleted_row_ends_its_link_and_leaves_the_contact(bench: Bench) -> None:
    bench.delete(2)
    assert bench.settle().missing == {"person_gone": 1}
    assert bench.links.of_person(TENANT, "cliente", 2) is None
    assert bench.contact(2)["name"] == "PESSOA 2"
    assert bench.settle().sent_on == 0


def test_a_deleted_contact_is_noted_once_and_not_made_again(bench: Bench) -> None:
    bench.account.remove_contact(bench.contact(2))
    assert bench.settle().missing == {"contact_gone": 1}
    assert (bench.link(2).synced, bench.link(2).error) == (False, "CONTACT_NOT_FOUND")
    bench.edit(2, nome="Outro nome")
    assert bench.settle().sent_on == 0
    assert len(bench.account.contacts) == 2


def test_a_merged_contact_is_followed(bench: Bench) -> None:
    old = bench.contact(2)
    heir = bench.account.add_contact({"name": "WhatsApp", "email": None, "phone_number": None})
    email = old["email"]
    bench.account.remove_contact(old)
    bench.account.change_contact(heir, {"email": email})
    bench.settle()
    assert bench.link(2).contact_id == heir["id"]


def test_a_lagging_link_is_looked_at_once_a_day(bench: Bench) -> None:
    bench.links.save(replace(bench.link(2), synced=False, error="REQUEST_REFUSED"), 1)
    assert bench.settle().missing == {"lagging": 1}
    assert bench.link(2).synced


def test_a_link_that_stays_behind_is_asked_for_again_the_next_day(bench: Bench) -> None:
    bench.links.save(replace(bench.link(2), synced=False, error="REQUEST_REFUSED", writes=99), 1)
    sent = []
    for _ in range(3):
        bench.links.save(replace(bench.link(2), writes=99, writes_from_ms=bench.clock.now), 1)
        bench.account.change_contact(bench.contact(2), {"name": "Outra"})
        sent.append(bench.settle().sent_on)
        bench.clock.now += 12 * HOUR
    assert sent == [1, 0, 1]


def test_what_was_parked_is_not_asked_for_again_until_something_changes(bench: Bench) -> None:
    bench.links.save(replace(bench.link(2), writes=WRITES_PER_HOUR, writes_from_ms=bench.clock.now), 1)
    bench.account.change_contact(bench.contact(2), {"email": "nova@exemplo.com.br"})
    assert bench.settle().sent_on == 1
    assert bench.row(2)["emails"] == ["p2@exemplo.com.br"], "that is a loop, and for a person to end"
    report = bench.settle()
    assert (report.known, report.missing, report.sent_on) == (1, {}, 0)
    bench.clock.now += 2 * HOUR
    bench.account.change_contact(bench.contact(2), {"email": "mais.nova@exemplo.com.br"})
    bench.settle()
    assert bench.row(2)["emails"] == ["mais.nova@exemplo.com.br"]


def test_a_refused_key_stops_the_office_until_a_person_has_mended_it(bench: Bench) -> None:
    bench.account.change_contact(bench.contact(2), {"email": "nova@exemplo.com.br"})
    bench.office.config["service_key"] = "rotated"
    report = bench.settle()
    assert ([one["tenant"] for one in report.stopped], report.sent_on) == ([TENANT], 0)
    bench.office.config["service_key"] = KEY
    assert bench.settle().missing == {"contact_changed": 1}


def test_what_is_on_the_queue_is_not_put_there_again(bench: Bench) -> None:
    bench.edit(2, nome="Outro nome")
    bench.clock.now += 5 * MINUTE
    assert bench.heal().sent_on == 1
    bench.work()
    bench.edit(3, nome="Outro nome")
    assert bench.heal().sent_on == 1


def test_a_row_that_was_committed_late_is_found_behind_the_end(bench: Bench) -> None:
    """Its transaction began before the last run read, and ended after it."""
    stamp = bench.clock.now - 4 * MINUTE
    bench.edit(3, nome="Depois")
    bench.settle()
    bench.edit(2, nome="Antes")
    bench.row(2)["updated_at"] = written(stamp * 1000)
    bench.clock.now += 15 * MINUTE
    report = bench.heal()
    assert report.sent_on == 1
    assert report.rows == 2, "and only what is young is read again"


def test_rows_that_ended_long_ago_are_not_read_again(bench: Bench) -> None:
    bench.settle()
    bench.clock.now += HOUR
    bench.settle()
    assert bench.heal().rows == 0


def test_a_run_takes_a_bounded_number_and_the_next_one_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people_healing, "PAGE", 2)
    monkeypatch.setattr(people_healing, "LOOKS_PER_RUN", 4)
    bench = Bench(*(client(number) for number in range(1, 10)))
    sent = []
    for _ in range(4):
        report = bench.heal()
        sent.append(report.sent_on)
        assert report.stopped == ([{"tenant": TENANT, "why": "full"}] if report.sent_on == 4 else [])
        bench.work()
    assert sent == [4, 4, 1, 0]
    assert len(bench.account.contacts) == 9


def test_more_rows_than_a_run_reads_are_told_and_left_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people_healing, "PAGE", 2)
    monkeypatch.setattr(people_healing, "ROWS_PER_RUN", 4)
    bench = Bench(*(client(number) for number in range(1, 7)))
    first, second = bench.settle(), bench.settle()
    assert (first.rows, first.stopped) == (4, [{"tenant": TENANT, "why": "more"}])
    assert (second.rows, second.stopped) == (2, [])


def test_the_walk_through_the_links_comes_round(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people_healing, "PAGE", 1)
    monkeypatch.setattr(people_healing, "LINKS_PER_RUN", 2)
    for number in (1, 2, 3):
        bench.account.change_contact(bench.contact(number), {"email": f"nova{number}@exemplo.com.br"})
    assert [bench.settle().sent_on for _ in range(3)] == [2, 1, 0]
    bench.account.change_contact(bench.contact(1), {"email": "mais.nova@exemplo.com.br"})
    assert 1 in [bench.settle().sent_on for _ in range(2)]


@pytest.mark.parametrize("side", ["chatwoot", "supabase"])
def test_a_side_that_is_away_stops_the_office_and_loses_nothing(bench: Bench, side: str) -> None:
    bench.edit(2, numero_celular="977776666")
    bench.account.change_contact(bench.contact(3), {"email": "nova@exemplo.com.br"})
    bench.away = {side}
    report = bench.heal()
    assert [one["tenant"] for one in report.stopped] == [TENANT]
    bench.queue.clear()
    bench.away = set()
    bench.clock.now += 5 * MINUTE
    bench.settle()
    bench.settle()
    assert bench.contact(2)["phone_number"] == "+5531977776666"
    assert bench.row(3)["emails"] == ["nova@exemplo.com.br"]


def test_live_traffic_goes_first(bench: Bench) -> None:
    """Where it has used up all but the reserve, healing asks Chatwoot nothing."""
    limits = limits_of_a_process(bench)
    while not limits.wait(HOST, yields=True):
        limits = limits_of_a_process(bench)
    assert bench.heal().stopped == [{"tenant": TENANT, "why": "rate"}]
    assert not limits.wait(HOST), "and there is something left for a live call"


def test_looks_of_healing_yield_too_and_live_ones_do_not(bench: Bench) -> None:
    bench.edit(2, nome="Outro nome")
    bench.heal()
    (found,) = bench.queue.values()
    bench.queue.clear()
    limits = limits_of_a_process(bench)
    while not limits.wait(HOST, yields=True):
        limits = limits_of_a_process(bench)
    bench.send_batch([found])
    before, now = len(bench.asked), bench.clock.now
    bench.work()
    assert bench.clock.now > now, "it waited until there was plenty again"
    live = look(TENANT, Tipo.CLIENTE, 3, "by hand", bench.clock.now)
    assert (found.payload["yields"], live.payload["yields"]) == (True, False)
    while not limits.wait(HOST, yields=True):
        limits = limits_of_a_process(bench)
    now = bench.clock.now
    bench.send_batch([live])
    bench.work()
    assert (bench.clock.now, len(bench.asked) > before) == (now, True)


def test_a_contact_that_carries_somebody_elses_identifier_is_read_alone(bench: Bench) -> None:
    bench.account.change_contact(bench.contact(2), {"identifier": "123.456.789-09"})
    bench.asked.clear()
    assert bench.settle().sent_on == 0
    assert bench.calls("GET", f"/contacts/{bench.link(2).contact_id}") == 1


def test_a_dry_run_finds_all_and_changes_nothing(bench: Bench) -> None:
    bench.edit(2, numero_celular="977776666")
    bench.clock.now += 5 * MINUTE
    before = bench.tables.state.items()  # type: ignore[attr-defined]
    report = bench.heal(dry_run=True)
    assert (report.missing, report.sent_on, dict(bench.queue)) == ({"row_changed": 1}, 0, {})
    kept = [one for one in bench.tables.state.items() if one["pk"].startswith("CUR#")]  # type: ignore[attr-defined]
    assert kept == [one for one in before if one["pk"].startswith("CUR#")]


def test_a_run_whose_time_is_over_begins_at_that_office_the_next_time(bench: Bench) -> None:
    report = bench.heal(budget_ms=1_000)
    assert report.stopped == [{"tenant": TENANT, "why": "time"}]
    assert bench.heal().offices == 1


def test_reports_hold_nothing_of_a_person(bench: Bench) -> None:
    bench.edit(2, nome="Segredo de Tal", emails=["segredo@exemplo.com.br"])
    told = str(bench.heal().as_data()).lower()
    assert "segredo" not in told
    assert "exemplo" not in told


def limits_of_a_process(bench: Bench) -> ChatwootLimits:
    return ChatwootLimits(Buckets(bench.tables.state, bench.clock, max_wait_ms=0), bench.clock)
