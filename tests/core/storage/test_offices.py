"""Offices: kept whole, secrets shut and bound to their place, read through a cache that no forger gets past."""

from dataclasses import replace

import pytest

from ponte.storage import keys
from ponte.storage.offices import FORCED_MS, HOSTS, Chatwoot, Office, Offices, Zattar
from ponte.storage.table import Put
from sandbox.memory.table import MemoryTable
from tests.core.runtime.bundle import OpenCipher
from tests.core.runtime.clocks import Clock

OFFICE = Office(
    "silva",
    "Silva Advogados",
    Zattar("abc.supabase.co", "sb_secret_1", ("old", "new")),
    Chatwoot("chat.silva.adv.br", 7, "token-1", 3, "pub", ("s1", "s2"), ("p" * 32,), "row", "Atendimento"),
)


class Kept:
    def __init__(self) -> None:
        self.table, self.clock = MemoryTable(), Clock()
        self.offices = Offices(self.table, OpenCipher(), self.clock)


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.mark.parametrize("office", [OFFICE, replace(OFFICE, chatwoot=None)])
def test_an_office_comes_back_as_it_was_put(kept: Kept, office: Office) -> None:
    kept.offices.put(office)
    assert kept.offices.read("silva") == replace(office, version=1)
    assert kept.offices.tenants() == ["silva"]
    assert kept.offices.read("other") is None


def test_no_secret_lies_open(kept: Kept) -> None:
    kept.offices.put(OFFICE)
    item = kept.table.get(*keys.office("silva")) or {}
    assert all(isinstance(item["zattar"][name], bytes | list) for name in ("key_ct", "secrets_ct"))
    assert "sb_secret_1" not in repr(OFFICE)
    assert "token-1" not in repr(OFFICE)


def test_a_secret_moved_to_another_office_does_not_open(kept: Kept) -> None:
    kept.offices.put(OFFICE)
    item = kept.table.get(*keys.office("silva")) or {}
    pk, sk = keys.office("souza")
    kept.table.write(Put(item | {"pk": pk, "sk": sk, "tenant": "souza"}))
    with pytest.raises(AssertionError):
        kept.offices.read("souza")


def test_it_is_read_once_a_minute(kept: Kept) -> None:
    kept.offices.put(OFFICE)
    kept.offices.read("silva")
    Offices(kept.table, OpenCipher(), kept.clock).put(replace(OFFICE, name="Silva & Souza"))
    assert (kept.offices.read("silva") or OFFICE).name == "Silva Advogados"
    kept.clock.now += 60_001
    assert (kept.offices.read("silva") or OFFICE).name == "Silva & Souza"


def test_whoever_knocks_with_wrong_secrets_makes_one_read_in_ten_seconds(kept: Kept) -> None:
    kept.offices.put(OFFICE)
    kept.offices.read("silva")
    Offices(kept.table, OpenCipher(), kept.clock).put(replace(OFFICE, name="Silva & Souza"))
    assert (kept.offices.read("silva", fresh=True) or OFFICE).name == "Silva Advogados"
    kept.clock.now += FORCED_MS + 1
    assert (kept.offices.read("silva", fresh=True) or OFFICE).name == "Silva & Souza"


def test_a_new_office_shows_up_soon(kept: Kept) -> None:
    assert kept.offices.read("silva") is None
    Offices(kept.table, OpenCipher(), kept.clock).put(OFFICE)
    kept.clock.now += 6_001
    assert kept.offices.read("silva") is not None


def test_an_office_is_found_by_the_host_of_its_zattar_and_by_no_other(kept: Kept) -> None:
    assert kept.offices.by_host("abc.supabase.co") is None
    put = kept.offices.put(OFFICE)
    assert kept.offices.by_host("abc.supabase.co") == put
    assert kept.offices.by_host("abd.supabase.co") is None


def test_a_host_that_an_office_left_is_nobodys(kept: Kept) -> None:
    kept.offices.put(OFFICE)
    kept.offices.put(replace(OFFICE, zattar=replace(OFFICE.zattar, host="new.supabase.co")))
    assert kept.offices.by_host("abc.supabase.co") is None
    found = kept.offices.by_host("new.supabase.co")
    assert found is not None
    assert found.tenant == "silva"


def test_hosts_that_are_made_up_cost_no_memory(kept: Kept) -> None:
    for number in range(HOSTS + 5):
        kept.offices.by_host(f"made-up-{number}.supabase.co")
    assert len(kept.offices._hosts) <= HOSTS


class CountingCipher(OpenCipher):
    def __init__(self) -> None:
        self.decrypted = 0

    def decrypt(self, data: bytes, context: dict[str, str]) -> str:
        self.decrypted += 1
        return super().decrypt(data, context)


def hour(offices: Offices, clock: Clock, every_ms: int, *, fresh: bool = False) -> None:
    for _ in range(3_600_000 // every_ms):
        offices.read("silva", fresh=fresh)
        clock.now += every_ms


SECRETS = 7  # of OFFICE: Zattar's key and two secrets, Chatwoot's token, two secrets and a path secret


def test_an_hour_of_webhooks_decrypts_each_secret_six_times_not_sixty() -> None:
    table, clock, cipher = MemoryTable(), Clock(), CountingCipher()
    offices = Offices(table, cipher, clock)
    offices.put(OFFICE)
    hour(offices, clock, 1_000)
    assert cipher.decrypted == 6 * SECRETS


def test_an_hour_of_forgeries_decrypts_no_more() -> None:
    table, clock, cipher = MemoryTable(), Clock(), CountingCipher()
    offices = Offices(table, cipher, clock)
    offices.put(OFFICE)
    hour(offices, clock, 1_000, fresh=True)
    assert cipher.decrypted == 6 * SECRETS


def test_a_replaced_secret_is_decrypted_and_used_at_once() -> None:
    table, clock, cipher = MemoryTable(), Clock(), CountingCipher()
    door, operator = Offices(table, cipher, clock), Offices(table, cipher, clock)
    operator.put(OFFICE)
    door.read("silva")
    operator.put(replace(OFFICE, zattar=replace(OFFICE.zattar, secrets=("new", "newest"))))
    clock.now += FORCED_MS
    found = door.read("silva", fresh=True)
    assert found is not None
    assert found.zattar.secrets == ("new", "newest")


def test_bytes_moved_to_another_field_are_not_taken_as_opened() -> None:
    table, clock = MemoryTable(), Clock()
    offices = Offices(table, OpenCipher(), clock)
    offices.put(OFFICE)
    offices.read("silva")
    item = table.get(*keys.office("silva")) or {}
    item["zattar"]["key_ct"] = item["chatwoot"]["token_ct"]
    table.write(Put(item))
    clock.now += FORCED_MS
    with pytest.raises(AssertionError):
        offices.read("silva", fresh=True)


def test_two_changes_of_an_office_never_undo_each_other(kept: Kept) -> None:
    """Zattar's new row is taken over while an operator gives a new key."""
    kept.offices.put(OFFICE)
    others = Offices(kept.table, OpenCipher(), kept.clock)
    asked: list[str] = []

    def rename(office: Office) -> Office:
        if not asked:
            others.change(OFFICE.tenant, lambda now: replace(now, zattar=replace(now.zattar, key="new-key")))
        asked.append(office.zattar.key)
        return replace(office, name="Souza")

    changed = kept.offices.change(OFFICE.tenant, rename)
    assert changed is not None
    assert (changed.name, changed.zattar.key) == ("Souza", "new-key")
    assert asked == [OFFICE.zattar.key, "new-key"]
    assert kept.offices.read(OFFICE.tenant) == changed


def test_nobody_is_changed_who_is_not_there(kept: Kept) -> None:
    assert kept.offices.change("nobody", lambda office: office) is None
    assert kept.table.items() == []
