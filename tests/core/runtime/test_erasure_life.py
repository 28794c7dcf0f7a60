"""Uninstalling: what is erased of an office, what is kept, and what a crash in between leaves."""

import pytest

from ponte.storage import keys
from ponte.storage.erasure import Erased, Erasure, InUse, Unfinished
from ponte.storage.table import Put
from sandbox.simulate.walk import Walk

from .walks import MEMBER, NUMBER, OTHER_MEMBER, OTHER_NUMBER, SAMPLES, message, preference, walk


def tenants(bundle: Walk) -> dict[str, int]:
    """How many items name the one portal or its number, and the other."""
    rows = [*bundle.tables.core.items(), *bundle.tables.message.items()]  # type: ignore[attr-defined]
    return {
        member: sum(1 for row in rows if member in str(row) or number in str(row))
        for member, number in ((MEMBER, NUMBER), (OTHER_MEMBER, OTHER_NUMBER))
    }


def two_offices() -> Walk:
    bundle = walk()
    for n in range(30):
        bundle.whatsapp(message(f"wamid.{n}", f"n{n}", **{"from": f"55119876543{n:02}"}))
        bundle.whatsapp(message(f"wamid.o{n}", f"n{n}", OTHER_NUMBER, **{"from": f"55119876543{n:02}"}))
    bundle.whatsapp(preference("stop", 1_763_500_000))
    return bundle


UNINSTALL = (SAMPLES / "bitrix24/onappuninstall_clean/body").read_bytes()


def test_an_uninstallation_that_asks_for_it_erases_the_office_and_only_that() -> None:
    bundle = two_offices()
    before = tenants(bundle)
    assert bundle.bitrix24(UNINSTALL) == ["AppUninstalled"]
    after = tenants(bundle)
    assert before[MEMBER] > 100
    assert after == {MEMBER: 1, OTHER_MEMBER: before[OTHER_MEMBER]}  # the one: that the erasing was done
    assert bundle.means.directory.portal(MEMBER, fresh=True) is None
    assert bundle.tables.state.get(*keys.erasure(MEMBER)) is None


def test_an_uninstallation_without_it_keeps_all_but_the_tokens() -> None:
    bundle = two_offices()
    before = tenants(bundle)
    bundle.bitrix24((SAMPLES / "bitrix24/onappuninstall_keep_data/body").read_bytes())
    assert tenants(bundle)[MEMBER] == before[MEMBER] + 1
    item = bundle.tables.core.get(*keys.portal(MEMBER))
    assert item is not None
    assert item["portal_status"] == "disabled"
    assert "access_token_ct" not in item


def test_erasing_goes_on_where_it_was_cut_short(monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = two_offices()
    monkeypatch.setattr("ponte.storage.erasure.PAGE", 7)
    bundle.means.grants.erase(MEMBER)
    slices = 0
    while isinstance(done := Erasure(bundle.tables, bundle.clock).work(MEMBER, 0, "b24|x"), Unfinished):
        slices += 1
    assert isinstance(done, Erased)
    assert slices > 10
    assert done.items > 100
    assert tenants(bundle)[MEMBER] == 0


def test_erasing_stops_when_the_app_is_installed_again() -> None:
    bundle = two_offices()
    bundle.means.grants.erase(MEMBER)
    assert isinstance(Erasure(bundle.tables, bundle.clock).work(MEMBER, 0, "b24|x"), Unfinished)
    item = bundle.tables.core.get(*keys.portal(MEMBER))
    assert item is not None
    bundle.tables.core.write(Put({**item, "portal_status": "active"}))
    left = tenants(bundle)
    assert isinstance(Erasure(bundle.tables, bundle.clock).work(MEMBER, 0, "b24|x"), InUse)
    assert tenants(bundle) == left
