"""What the doctor says of offices: what each lacks, who was refused, and nothing about a bridge that is not there."""

from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest

from cli import session
from cli.doctor.diagnosis import diagnose
from cli.doctor.examine import Examiner
from cli.doctor.findings import Failed, Finding
from cli.doctor.office import OfficeProbe, RefusedProbe, office, offices, refused
from cli.place import Place
from tests.handlers.offices import TENANT, chatwoot, put_office

WHOLE = OfficeProbe(TENANT, is_connected=True, database_secrets=1, chatwoot_secrets=1)


def told(finding: Finding) -> tuple[str, str]:
    return finding.state, finding.key.removeprefix("doctor.")


@pytest.mark.parametrize(
    ("probe", "expected"),
    [
        (WHOLE, [("ok", ""), ("ok", "")]),
        (replace(WHOLE, database_secrets=0), [("problem", "office.zattar.no_secret"), ("ok", "")]),
        (replace(WHOLE, is_connected=False), [("ok", ""), ("problem", "office.chatwoot.none")]),
        (replace(WHOLE, chatwoot_secrets=0), [("ok", ""), ("problem", "office.chatwoot.no_secret")]),
        (Failed("AccessDenied"), [("problem", "office.secrets.unreadable")]),
    ],
    ids=["whole", "no database secret", "no integration", "no webhook secret", "unreadable"],
)
def test_what_an_office_lacks(probe: OfficeProbe | Failed, expected: list[tuple[str, str]]) -> None:
    assert [told(finding) for finding in office(probe)] == expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ((), ("ok", "office.offices.none")),
        ((WHOLE,), ("ok", "office.offices.ok")),
        (Failed("AccessDenied"), ("unchecked", "not_asked")),
    ],
    ids=["none", "one", "unreadable"],
)
def test_no_office_is_no_problem(found: tuple[OfficeProbe, ...] | Failed, expected: tuple[str, str]) -> None:
    assert told(offices(found)) == expected


@pytest.mark.parametrize("door", ["zattar", "chatwoot"])
@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (0, ("ok", "")),
        (None, ("unchecked", "not_measured")),
        (Failed("AccessDenied"), ("unchecked", "not_asked")),
    ],
)
def test_who_was_refused(door: str, count: int | Failed | None, expected: tuple[str, str]) -> None:
    assert told(refused(RefusedProbe(door, count))) == expected
    assert told(refused(RefusedProbe(door, 3))) == ("problem", f"office.refused.{door}")


@pytest.fixture
def examine(place: Place) -> Callable[[Place], dict[tuple[str, str], Finding]]:
    def examine(place: Place) -> dict[tuple[str, str], Finding]:
        with httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(404))) as web:
            findings = diagnose(Examiner(place, session.client, web).examine(lambda _: None))
        return {(finding.check, finding.about): finding for finding in findings}

    return examine


def only(place: Place, *bridge: str) -> Place:
    """The same place with the queues of one bridge."""
    kept = {
        name: value
        for name, value in place.environment.items()
        if not name.endswith("_QUEUE_URL") or name.startswith(bridge)
    }
    return replace(place, environment=kept)


def test_where_the_office_bridge_stands_alone_nothing_is_said_of_the_other(
    place: Place, examine: Callable[[Place], dict[tuple[str, str], Finding]]
) -> None:
    session.occupy(place)
    put_office()
    found = examine(only(place, "ZATTAR", "CHATWOOT"))
    assert not [check for check, _ in found if check.startswith(("meta.", "portal", "stack.app_secret"))]
    assert told(found["office.offices", ""]) == ("ok", "office.offices.ok")
    assert (told(found["office.zattar", TENANT]), told(found["office.chatwoot", TENANT])) == (("ok", ""), ("ok", ""))
    assert ("queue.dead", "ZattarEvents") in found


def test_an_office_whose_webhooks_would_all_be_refused_is_named(
    place: Place, examine: Callable[[Place], dict[tuple[str, str], Finding]]
) -> None:
    session.occupy(place)
    put_office(chatwoot(secrets=(), path_secrets=()))
    assert told(examine(place)["office.chatwoot", TENANT]) == ("problem", "office.chatwoot.no_secret")


def test_where_the_customer_bridge_stands_alone_no_office_is_asked_for(
    place: Place, examine: Callable[[Place], dict[tuple[str, str], Finding]]
) -> None:
    session.occupy(place)
    found = examine(only(place, "WHATSAPP", "BITRIX24"))
    assert not [check for check, _ in found if check.startswith("office.")]
    assert "meta.token" in {check for check, _ in found}
