"""`ponte backfill people` and `ponte offices verify`: what is queued, told and masked, and which exit status."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from cli.main import run
from ponte.runtime import wiring
from ponte.runtime.people_backfill import Busy
from ponte.runtime.tenant_hosts import TenantHosts
from ponte.storage.table import Put
from sandbox import office_seed
from sandbox.scenario import load
from tests.cli.conftest import Run
from tests.core.runtime.people_bench import TENANT, Bench, client, scenario
from tests.handlers.conftest import Aws


@pytest.fixture
def bench(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """Three people behind the command's own way out, their office in the place's own tables."""
    found = Bench(*(client(number) for number in (1, 2, 3)))
    monkeypatch.setattr(TenantHosts, "sender", lambda _self, _host: found.send)
    cipher = wiring.outside().cipher
    for item in office_seed.office_items(load(scenario(), 1_800_000_000), cipher, found.clock.now):
        wiring.tables().core.write(Put(item))
    return found


def bodies(aws: Aws) -> list[dict[str, Any]]:
    return [one["payload"] for one in aws.messages("ZATTAR_EVENTS")]


def test_everybody_is_put_on_the_queue(ponte: Run, bench: Bench, aws: Aws) -> None:
    status, answer = ponte("backfill", "people", TENANT, "--page-size", "2")
    assert status == 0
    told = answer["backfill"]
    assert (told["done"], told["queued"], told["stopped"], told["resumed"]) == (3, 3, None, False)
    assert sorted(one["entity_id"] for one in bodies(aws)) == [1, 2, 3]
    assert all(one["yields"] for one in bodies(aws))


def test_a_dry_run_tells_and_queues_nothing(ponte: Run, bench: Bench, aws: Aws) -> None:
    status, answer = ponte("backfill", "people", TENANT, "--dry-run")
    assert (status, answer["dry_run"]["counts"], answer["dry_run"]["looked_at"]) == (0, {"create": 3}, 3)
    assert bodies(aws) == []


def test_what_would_be_written_is_masked(ponte: Run, bench: Bench) -> None:
    bench.settle()
    bench.edit(1, emails=["outra.pessoa@exemplo.com.br"])
    for item in bench.tables.core.items():  # type: ignore[attr-defined]
        if item["sk"] in ("LINK", "UQ"):
            wiring.tables().core.write(Put(item))
    (one,) = ponte("backfill", "people", TENANT, "--dry-run")[1]["dry_run"]["differences"]
    assert one == {
        "person": "zattar_cliente_1",
        "what": "write_contact",
        "field": "email",
        "before": "p1@….br",
        "after": "out….br",
    }


def test_the_page_size_comes_from_the_environment_too(
    ponte: Run, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYNC_BATCH_SIZE", "1")
    ponte("backfill", "people", TENANT, "--from", "zattar")
    assert len([path for _, verb, path in bench.asked if (verb, path) == ("GET", "/rest/v1/clientes")]) == 4


@pytest.mark.parametrize("wrong", [("--page-size", "0"), ("--page-size", "1001"), ("--from", "nowhere")])
def test_wrong_options_are_refused(bench: Bench, place: object, wrong: tuple[str, str]) -> None:
    assert run(["backfill", "people", TENANT, *wrong, "--sandbox", "--json"]) == 2


def test_an_unknown_office_is_told(ponte: Run, bench: Bench) -> None:
    assert ponte("backfill", "people", "nobody")[0] == 2
    assert ponte("offices", "verify", "nobody")[0] == 2


def test_two_at_once_are_one_too_many(ponte: Run, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object) -> None:
        raise Busy

    monkeypatch.setattr("ponte.runtime.people_backfill.Backfill.run", busy)
    assert ponte("backfill", "people", TENANT) == (1, {"error": "busy"})


def test_a_side_that_refuses_us_is_no_success_and_named(ponte: Run, bench: Bench) -> None:
    bench.office.config["service_key"] = "rotated"
    status, answer = ponte("backfill", "people", TENANT)
    assert (status, bool(answer["backfill"]["stopped"])) == (1, True)
    assert ponte("backfill", "people", TENANT, "--dry-run")[0] == 1


def test_links_in_order_are_a_success_and_broken_ones_are_not(ponte: Run, bench: Bench) -> None:
    assert ponte("offices", "verify", TENANT) == (0, {"problems": [], "counts": {}})
    bench.settle()
    item = next(one for one in bench.tables.core.items() if one["sk"] == "LINK")  # type: ignore[attr-defined]
    wiring.tables().core.write(Put(item))
    status, answer = ponte("offices", "verify", TENANT)
    assert (status, answer["counts"]) == (1, {"contact_unclaimed": 1})


@pytest.mark.parametrize(("lang", "words"), [("pt-BR", ["Pronto", "conferidos"]), ("en", ["Done", "looked at"])])
def test_people_read_what_was_done(
    bench: Bench, place: object, capsys: pytest.CaptureFixture[str], lang: str, words: list[str]
) -> None:
    assert run(["backfill", "people", TENANT, "--sandbox", f"--lang={lang}"]) == 0
    told = capsys.readouterr()
    assert all(word in told.out for word in words)
    assert "%" in told.err
    assert json.dumps("exemplo") not in told.out
    assert run(["backfill", "people", TENANT, "--dry-run", "--sandbox", f"--lang={lang}"]) == 0
    assert run(["offices", "verify", TENANT, "--sandbox", f"--lang={lang}"]) == 0
    assert run(["heal", "--sandbox", f"--lang={lang}"]) == 0
