"""The two acceptance tests of the plan: a first sync makes contact and mapping, a second one keeps the mapping."""

import pytest

from tests.core.runtime.people_bench import ACCOUNT, Bench, client


@pytest.fixture
def bench() -> Bench:
    return Bench(client(1, nome="João Silva"))


def test_a_first_sync_creates_the_contact_and_its_mapping(bench: Bench) -> None:
    bench.settle()
    link = bench.link(1)
    assert link.contact_id == bench.contact(1)["id"]
    assert (link.account_id, link.synced, link.error) == (ACCOUNT, True, "")
    assert bench.contact(1)["identifier"] == "zattar_cliente_1"


def test_a_second_sync_returns_the_same_mapping_though_the_name_changed(bench: Bench) -> None:
    bench.settle()
    first = bench.link(1)
    written = bench.calls("PUT", f"/contacts/{first.contact_id}")
    bench.edit(1, nome="João Silva Atualizado")
    bench.settle()
    second = bench.link(1)
    assert (second.contact_id, second.created_ms, second.synced) == (first.contact_id, first.created_ms, True)
    assert "ATUALIZADO" in bench.contact(1)["name"].upper()
    assert bench.calls("PUT", f"/contacts/{first.contact_id}") == written + 1
    assert len(bench.account.contacts) == 1
