"""Everybody of an office, page by page: each person once, however often the process is killed."""

import pytest

from ponte.runtime.people_backfill import LEASE_MS, QUEUED, Busy, NoOffice, Progress
from ponte.storage import keys
from ponte.storage.table import Delete
from tests.core.runtime.people_bench import TENANT, Bench, Killed, client


@pytest.fixture
def bench() -> Bench:
    terceiro = {"id": 1, "tipo_pessoa": "pj", "nome": "Perito", "tipo_parte": "PERITO", "polo": "ATIVO"}
    return Bench(*(client(number) for number in range(1, 121)), terceiros=[terceiro])


def test_everybody_gets_one_contact(bench: Bench) -> None:
    told: list[Progress] = []
    progress = bench.backfill(told.append)
    bench.work()
    assert (progress.done, progress.queued, progress.finished_ms > 0) == (progress.total, 121, True)
    assert len(bench.account.contacts) == 121
    assert bench.calls("POST", "/contacts") == 121
    assert bench.calls("GET", "/contacts/search") == 0
    assert [one.done for one in told] == sorted(one.done for one in told)
    assert told[0].total == 242, "people, and as many links as there will be"


def test_a_second_backfill_of_people_in_step_looks_at_nobody(bench: Bench) -> None:
    bench.backfill()
    bench.work()
    progress = bench.backfill()
    assert (progress.queued, progress.done) == (0, 242)
    assert len(bench.queue) == 0


@pytest.mark.parametrize("kill_at", range(12))
def test_whoever_is_killed_anywhere_goes_on_and_does_nothing_twice(bench: Bench, kill_at: int) -> None:
    bench.kill_at = kill_at
    with pytest.raises(Killed):
        bench.backfill()
    with pytest.raises(Busy):
        bench.backfill()
    bench.clock.now += LEASE_MS + 1
    progress = bench.backfill()
    bench.work()
    assert (progress.resumed, progress.finished_ms > 0) == (kill_at >= 3, True), "the first three calls count"
    assert len(bench.account.contacts) == 121
    assert bench.calls("POST", "/contacts") == 121
    assert bench.events() == 121, "a page that was queued twice holds the same looks"


def test_ten_thousand_people_killed_twice() -> None:
    bench = Bench(*(client(number) for number in range(1, 10_001)))
    seen: list[Progress] = []
    for kill_at in (400, 150):
        bench.kill_at = kill_at
        with pytest.raises(Killed):
            bench.backfill(seen.append)
        bench.clock.now += LEASE_MS + 1
    assert 0 < seen[-1].done < 10_000
    progress = bench.backfill(seen.append)
    bench.work()
    assert (progress.done, progress.finished_ms > 0) == (20_000, True)
    assert len(bench.account.contacts) == 10_000
    assert bench.calls("POST", "/contacts") == 10_000
    assert len({one["identifier"] for one in bench.account.contacts.values()}) == 10_000
    assert bench.events() == 10_000
    assert bench.problems() == []


def test_edits_in_chatwoot_and_deletions_on_either_side_are_brought_in(bench: Bench) -> None:
    bench.backfill()
    bench.work()
    bench.account.change_contact(bench.contact(2), {"email": "nova@exemplo.com.br"})
    bench.account.remove_contact(bench.contact(3))
    bench.delete(4)
    progress = bench.backfill(sides=("chatwoot",))
    bench.work()
    assert progress.queued == 3
    assert bench.row(2)["emails"] == ["nova@exemplo.com.br"]
    assert bench.link(3).error == "CONTACT_NOT_FOUND"
    assert bench.links.of_person(TENANT, "cliente", 4) is None


def test_only_active_people_are_walked_where_that_is_asked(bench: Bench) -> None:
    bench.edit(5, ativo=False)
    progress = bench.backfill(sides=("zattar",), only_active=True)
    bench.work()
    assert "zattar_cliente_5" not in {one["identifier"] for one in bench.account.contacts.values()}
    assert progress.queued == 120


def test_the_queue_is_never_filled_so_far_that_live_events_wait(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    most = 0
    work = bench.work

    def slowly(_most: int = 0) -> int:
        nonlocal most
        most = max(most, len(bench.queue))
        return work(1)

    monkeypatch.setattr("ponte.runtime.people_backfill.QUEUED", 30)
    monkeypatch.setattr(bench, "work", slowly)
    bench.backfill(page_size=10)
    assert 30 <= most <= 40
    assert QUEUED == 500


@pytest.mark.parametrize("side", ["chatwoot", "supabase"])
def test_a_side_that_is_away_for_a_while_is_waited_for(bench: Bench, side: str) -> None:
    bench.away = {side}
    sleep = bench.clock.sleep_ms

    def back_after_a_while(ms: int) -> None:
        sleep(ms)
        bench.away.clear()

    bench.clock.sleep_ms = back_after_a_while  # type: ignore[method-assign]
    assert bench.backfill().stopped == ""


def test_a_side_that_stays_away_ends_it_with_the_reason_and_the_next_one_goes_on(bench: Bench) -> None:
    def leaves(progress: Progress) -> None:
        if progress.done >= 50:
            bench.away = {"supabase"}

    progress = bench.backfill(leaves)
    assert (progress.done, progress.finished_ms, bool(progress.stopped)) == (50, 0, True)
    bench.away = set()
    progress = bench.backfill()
    assert (progress.resumed, progress.done) == (True, 242)


def test_a_refused_key_is_not_tried_again(bench: Bench) -> None:
    bench.office.config["service_key"] = "rotated"
    before = bench.clock.now
    assert bench.backfill().stopped
    assert (bench.clock.now, len(bench.asked)) == (before, 1)


def test_anew_forgets_where_the_last_one_was_left(bench: Bench) -> None:
    bench.kill_at = 9
    with pytest.raises(Killed):
        bench.backfill()
    bench.clock.now += LEASE_MS + 1
    progress = bench.backfill(anew=True)
    assert (progress.resumed, progress.done) == (False, 242)
    bench.work()
    assert bench.calls("POST", "/contacts") == 121


def test_an_unknown_office_is_told(bench: Bench) -> None:
    bench.tables.core.write(Delete(*keys.office(TENANT)))
    with pytest.raises(NoOffice):
        bench.backfill()


def test_a_dry_run_says_what_would_be_done_and_does_nothing(bench: Bench) -> None:
    assert {one.what for page in bench.preview() for one in page.differences} == {"create"}
    bench.backfill()
    bench.work()
    bench.edit(1, numero_celular="977776666")
    bench.account.change_contact(bench.contact(2), {"email": "nova@exemplo.com.br", "name": "Outra"})
    bench.account.remove_contact(bench.contact(3))
    bench.delete(4)
    queued, links = len(bench.queue), bench.links.count(TENANT)
    bench.asked.clear()
    found = [one for page in bench.preview() for one in page.differences]
    told = sorted((one.entity_id, one.what, one.name, one.before, one.after) for one in found)
    assert told == [
        (1, "write_contact", "phone", "+5531900000001", "+5531977776666"),
        (2, "write_contact", "name", "Outra", "PESSOA 2"),
        (2, "write_person", "email", "p2@exemplo.com.br", "nova@exemplo.com.br"),
        (3, "contact_gone", "", "", ""),
        (4, "person_gone", "", "", ""),
    ]
    assert {verb for _, verb, path in bench.asked if not path.endswith("/filter")} == {"GET"}
    assert (len(bench.queue), bench.links.count(TENANT)) == (queued, links)
    assert "exemplo" not in repr(found)
    only_links = [one for page in bench.preview(sides=("chatwoot",)) for one in page.differences]
    assert sorted((one.entity_id, one.what, one.name) for one in only_links) == [one[:3] for one in told]
