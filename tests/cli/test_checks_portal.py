"""A portal's side: each finding from the outcomes that lead to it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from cli.doctor.findings import Failed, Finding
from cli.doctor.portal import (
    SCOPES,
    LineProbe,
    PortalProbe,
    connector,
    events,
    installed,
    lines,
    portal,
    portals,
    scopes,
    token,
)
from ponte.bitrix24.setup import EVENTS
from ponte.mappings import Line, MemberId, Number, PhoneNumberId, Portal
from ponte.outcome import Blocked, Moved, Outcome, Rejected, Succeeded, Transient, Unknown
from ponte.storage.directory import NUMBER_RATE, PAIR_RATE, PORTAL_RATE

URL = "https://api.example/webhooks/bitrix24/outbound"
OLD = "https://old.example/webhooks/bitrix24/outbound"
MEMBER = MemberId("0f1e2d3c4b5a69788796a5b4c3d2e1f0")
NUMBER_ID = PhoneNumberId("106540352242922")
PORTAL = Portal(
    MEMBER,
    "contoso.bitrix24.com.br",
    "https://contoso.bitrix24.com.br/rest/",
    "",
    "hash",
    "active",
    "contact",
    PORTAL_RATE,
    0,
    1,
)
LINE = Line(MEMBER, "ponte_whatsapp", 107, NUMBER_ID, signature=True, active=True)
NUMBER = Number(NUMBER_ID, "1", "+55 11 3030-4040", MEMBER, "ponte_whatsapp", 107, NUMBER_RATE, PAIR_RATE)


def answered(result: Any) -> Succeeded:
    return Succeeded({"result": result})


def bound(urls: Sequence[str], names: Sequence[str] = EVENTS) -> Succeeded:
    return answered([{"event": name, "handler": url, "offline": 0} for url in urls for name in names])


WORKS = answered({"STATUS": True, "CONFIGURED": True, "ERROR": False})
WHOLE = PortalProbe(
    PORTAL,
    app_info=answered({"INSTALLED": True, "PAYMENT_EXPIRED": "N"}),
    scope=answered([*SCOPES, "placement"]),
    connectors=answered({"livechat": "x", "ponte_whatsapp": "WhatsApp"}),
    events=bound([URL]),
    lines=(LineProbe(LINE, NUMBER, WORKS),),
)


def told(finding: Finding) -> tuple[str, str]:
    return finding.state, finding.key.removeprefix("doctor.")


def test_a_portal_in_order_has_no_problem() -> None:
    findings = portal(WHOLE, "ponte_whatsapp", URL)
    assert {finding.state for finding in findings} == {"ok"}
    assert [finding.check for finding in findings] == [
        "portal.token",
        "portal.scopes",
        "portal.installed",
        "portal.connector",
        "portal.events",
        "portal.line",
        "portal.number",
    ]


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Blocked("portal_reauth"), ("problem", "portal.token.reauth")),
        (Blocked("no_grant"), ("problem", "portal.token.reauth")),
        (Blocked("expired_token"), ("problem", "portal.token.reauth")),
        (Blocked("portal_disabled"), ("problem", "portal.token.disabled")),
        (Blocked("invalid_client"), ("problem", "portal.token.client")),
        (Blocked("payment_required"), ("problem", "reason.bitrix24.payment_required")),
        (Blocked("portal_deleted"), ("problem", "reason.bitrix24.portal_deleted")),
        (Transient("query_limit_exceeded"), ("unchecked", "no_answer")),
        (Unknown("http_502"), ("unchecked", "no_answer")),
        (Moved("https://x.bitrix24.com/rest/"), ("unchecked", "no_answer")),
    ],
)
def test_token(outcome: Outcome, expected: tuple[str, str]) -> None:
    assert told(token(PortalProbe(PORTAL, outcome))) == expected


def test_without_a_token_nothing_else_of_the_portal_is_judged() -> None:
    lost = Blocked("portal_reauth")
    probe = PortalProbe(PORTAL, lost, lines=(LineProbe(LINE, NUMBER, lost),))
    states = {finding.check: finding.state for finding in portal(probe, "ponte_whatsapp", URL)}
    assert states == {
        "portal.token": "problem",
        "portal.scopes": "unchecked",
        "portal.installed": "unchecked",
        "portal.connector": "unchecked",
        "portal.events": "unchecked",
        "portal.line": "unchecked",
        "portal.number": "ok",
    }


def test_a_removed_app_is_no_problem_unless_lines_still_point_to_it() -> None:
    gone = PortalProbe(replace(PORTAL, status="disabled"), Blocked("portal_disabled"))
    (finding,) = portal(gone, "ponte_whatsapp", URL)
    assert told(finding) == ("unchecked", "portal.token.uninstalled")
    with_line = replace(gone, lines=(LineProbe(LINE, NUMBER, gone.app_info),))
    assert told(portal(with_line, "ponte_whatsapp", URL)[0]) == ("problem", "portal.token.disabled")


@pytest.mark.parametrize(
    ("outcome", "expected", "what"),
    [
        (answered(list(SCOPES)), ("ok", ""), ""),
        (answered([scope.upper() for scope in SCOPES]), ("ok", ""), ""),
        (answered(["crm", "im", "imconnector"]), ("problem", "portal.scopes.missing"), "imopenlines, user_brief"),
        (answered([]), ("problem", "portal.scopes.missing"), "imopenlines"),
        (Rejected("error_method_not_found"), ("problem", "reason.bitrix24.error_method_not_found"), ""),
    ],
)
def test_scopes(outcome: Outcome, expected: tuple[str, str], what: str) -> None:
    finding = scopes(replace(WHOLE, scope=outcome))
    assert told(finding) == expected
    assert what in finding.sentence("pt-BR")


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        ({"INSTALLED": True}, ("ok", "")),
        ({"INSTALLED": "Y", "PAYMENT_EXPIRED": "N"}, ("ok", "")),
        ({"INSTALLED": False}, ("problem", "portal.installed.unfinished")),
        ({}, ("problem", "portal.installed.unfinished")),
        ({"INSTALLED": True, "PAYMENT_EXPIRED": "Y"}, ("problem", "portal.installed.unpaid")),
    ],
)
def test_installed(info: dict[str, Any], expected: tuple[str, str]) -> None:
    assert told(installed(replace(WHOLE, app_info=answered(info)))) == expected


@pytest.mark.parametrize(
    ("known", "probed", "expected"),
    [
        ({"ponte_whatsapp": "W"}, WHOLE.lines, "ok"),
        ({"PONTE_WHATSAPP": "W"}, WHOLE.lines, "ok"),
        ({"livechat": "L"}, WHOLE.lines, "problem"),
        ([], WHOLE.lines, "problem"),
        ({"ponte_whatsapp": "W"}, (), "ok"),
        ({"ponte_whatsapp": "W"}, (replace(WHOLE.lines[0], line=replace(LINE, connector="other")),), "problem"),
    ],
    ids=["known", "in capitals", "missing", "php's empty map", "before the first line", "a line's own connector"],
)
def test_connector(known: Any, probed: tuple[LineProbe, ...], expected: str) -> None:
    probe = replace(WHOLE, connectors=answered(known), lines=probed)
    assert connector(probe, "ponte_whatsapp").state == expected


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (bound([URL]), ("ok", "")),
        (bound([URL, OLD]), ("problem", "portal.events.foreign")),
        (bound([OLD]), ("problem", "portal.events.elsewhere")),
        (bound([URL], EVENTS[1:]), ("problem", "portal.events.missing")),
        (answered([]), ("problem", "portal.events.missing")),
        (
            answered([*bound([URL]).result["result"], {"event": "ONCRMCONTACTUPDATE", "handler": OLD, "offline": 0}]),
            ("ok", ""),
        ),
        (
            answered([{"event": name, "handler": URL, "offline": 1} for name in EVENTS]),
            ("problem", "portal.events.missing"),
        ),
    ],
    ids=["all ours", "twice", "an old stack's", "one missing", "none", "an event of no concern", "offline ones"],
)
def test_events(outcome: Outcome, expected: tuple[str, str]) -> None:
    assert told(events(replace(WHOLE, events=outcome), URL)) == expected


def test_missing_events_and_foreign_handlers_are_named() -> None:
    said = events(replace(WHOLE, events=bound([URL], EVENTS[1:])), URL).sentence("pt-BR")
    assert EVENTS[0] in said
    assert EVENTS[1] not in said
    assert OLD in events(replace(WHOLE, events=bound([URL, OLD])), URL).sentence("pt-BR")


@pytest.mark.parametrize(
    ("line", "status", "expected"),
    [
        (LINE, WORKS, ("ok", "")),
        (LINE, answered({"STATUS": False, "CONFIGURED": False, "ERROR": False}), ("problem", "portal.line.inactive")),
        (LINE, answered({"STATUS": True, "CONFIGURED": True, "ERROR": True}), ("problem", "portal.line.inactive")),
        (replace(LINE, active=False), WORKS, ("problem", "portal.line.inactive")),
        (LINE, Blocked("insufficient_scope"), ("problem", "reason.bitrix24.insufficient_scope")),
        (LINE, Transient("rate"), ("unchecked", "no_answer")),
    ],
)
def test_line(line: Line, status: Outcome, expected: tuple[str, str]) -> None:
    assert told(lines(replace(WHOLE, lines=(LineProbe(line, NUMBER, status),)))[0]) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (NUMBER, ("ok", "")),
        (None, ("problem", "portal.number.unknown")),
        (replace(NUMBER, line=108), ("problem", "portal.number.elsewhere")),
        (replace(NUMBER, member_id=MemberId("other")), ("problem", "portal.number.elsewhere")),
        (replace(NUMBER, member_id=MemberId(""), line=0), ("problem", "portal.number.elsewhere")),
    ],
    ids=["joined", "not on the list", "another line's", "another portal's", "free"],
)
def test_line_and_number(number: Number | None, expected: tuple[str, str]) -> None:
    assert told(lines(replace(WHOLE, lines=(LineProbe(LINE, number, WORKS),)))[1]) == expected


def test_a_portal_without_lines_is_not_set_up() -> None:
    assert [told(one) for one in lines(replace(WHOLE, lines=()))] == [("problem", "portal.line.none")]


def test_no_portal_is_a_problem_with_the_address_to_install_from() -> None:
    finding = portals((), "https://api.example/bitrix24/install")
    assert finding.state == "problem"
    assert "https://api.example/bitrix24/install" in finding.sentence("pt-BR")
    assert told(portals(Failed("x"), "")) == ("unchecked", "not_asked")
    assert portals((WHOLE,), "").state == "ok"
