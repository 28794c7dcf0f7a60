"""A customer's new number at their CRM contact: added once, never in the place of another, and no loop follows."""

from dataclasses import replace
from typing import Any

import pytest

from sandbox.simulate.walk import Walk
from tests.core.runtime.walks import MARIA, MEMBER, NUMBER, event, message, states, texts, walk, webhook

NEW = "5521988887777"
CONTACT = 3  # entityTypeId


def came(**more: Any) -> Walk:
    """An office to which Maria has written."""
    bundle = walk(**more)
    bundle.whatsapp(message("wamid.1", "Oi"))
    return bundle


def moved(new: str = NEW, wamid: str = "wamid.MOVED") -> bytes:
    change = {"type": "user_changed_number", "wa_id": new, "body": f"User changed from {MARIA} to {new}"}
    one = {"from": MARIA, "id": wamid, "timestamp": "1763500050", "type": "system", "system": change}
    return webhook({"messages": [one]})


def contacts(bundle: Walk) -> list[list[str]]:
    """The phones of each contact of the portal."""
    found = bundle.world.portal_of_member(MEMBER)
    assert found is not None
    return [[each["value"] for each in item["fm"]] for item in found.items[CONTACT].values()]


def updates(bundle: Walk) -> int:
    return sum(name == "crm.item.update" for name, _ in bundle.calls)


def test_the_new_number_stands_beside_the_old_one() -> None:
    bundle = came()
    bundle.whatsapp(moved())
    assert contacts(bundle) == [[f"+{MARIA}", f"+{NEW}"]]
    assert texts(bundle, "system")[0].startswith("📱 O cliente mudou de número")


def test_told_again_it_is_added_once_and_the_portals_own_event_starts_nothing() -> None:
    bundle = came()
    for wamid in ("wamid.MOVED", "wamid.MOVED", "wamid.AGAIN"):
        bundle.whatsapp(moved(wamid=wamid))
    calls = len(bundle.calls)
    for _ in range(3):
        assert bundle.bitrix24(event("ONCRMCONTACTUPDATE", {"data[FIELDS][ID]": "1"})) == ["Ignored"]
    assert (updates(bundle), len(bundle.calls)) == (1, calls)
    bundle.whatsapp(message("wamid.2", "Cheguei", **{"from": NEW}))
    assert contacts(bundle) == [[f"+{MARIA}", f"+{NEW}"]]


@pytest.mark.parametrize("stands", [f"+{NEW}", "+55 21 8888-7777"], ids=["as it is", "without the ninth digit"])
def test_a_number_that_another_contact_has_is_left_there(stands: str) -> None:
    bundle = came(contacts=[{"id": 77, "name": "Bia", "phones": [stands]}])
    bundle.whatsapp(moved())
    assert updates(bundle) == 0
    assert sorted(map(len, contacts(bundle))) == [1, 1]
    assert len(texts(bundle, "system")) == 1


def test_where_the_number_says_so_the_crm_is_left_alone() -> None:
    bundle = came()
    number = bundle.means.directory.number(NUMBER, fresh=True)
    assert number is not None
    bundle.means.directory.save_number(replace(number, tells_crm=False))
    bundle.means.directory.forget()
    bundle.whatsapp(moved())
    assert contacts(bundle) == [[f"+{MARIA}"]]
    assert len(texts(bundle, "system")) == 1


@pytest.mark.parametrize("crm", ["lead", "none"])
def test_only_contacts_are_told(crm: str) -> None:
    bundle = came(crm=crm)
    bundle.whatsapp(moved())
    assert updates(bundle) == 0
    assert len(texts(bundle, "system")) == 1


@pytest.mark.parametrize("new", ["", "0", "x", "12"])
def test_what_is_no_number_is_added_nowhere(new: str) -> None:
    bundle = came()
    bundle.whatsapp(moved(new))
    assert updates(bundle) == 0
    assert set(states(bundle).values()) == {"SENT"}
