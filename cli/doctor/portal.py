"""A portal's side: token, scopes, installation, connector, lines, events."""

from collections.abc import Sequence
from dataclasses import dataclass

from cli.doctor.findings import Failed, Finding, ok, problem, refused, unasked, unchecked
from ponte.bitrix24 import answers, setup
from ponte.bitrix24.tame import branch, strings
from ponte.mappings import Line, Number, Portal
from ponte.outcome import Outcome, Succeeded
from ponte.texts.masks import masked

SCOPES = ("imopenlines", "imconnector", "im", "crm", "user_brief")
_KNOWN = {
    "portal_reauth": "doctor.portal.token.reauth",
    "no_grant": "doctor.portal.token.reauth",
    "invalid_grant": "doctor.portal.token.reauth",
    "expired_token": "doctor.portal.token.reauth",
    "portal_disabled": "doctor.portal.token.disabled",
    "invalid_client": "doctor.portal.token.client",
    "wrong_client": "doctor.portal.token.client",
}


@dataclass(frozen=True, slots=True)
class LineProbe:
    """number: the one that the line names, None where we know no such. status: of imconnector.status."""

    line: Line
    number: Number | None
    status: Outcome


@dataclass(frozen=True, slots=True)
class PortalProbe:
    """Outcomes of app.info, scope, imconnector.list, event.get; all but the first None where app.info failed."""

    portal: Portal
    app_info: Outcome
    scope: Outcome | None = None
    connectors: Outcome | None = None
    events: Outcome | None = None
    lines: tuple[LineProbe, ...] = ()


def portals(probes: Sequence[PortalProbe] | Failed, install_url: str) -> Finding:
    if isinstance(probes, Failed):
        return unasked("portals", probes)
    if not probes:
        return problem("portals", "doctor.portals.none", url=install_url)
    return ok("portals", key="doctor.portals.ok", count=str(len(probes)))


def portal(probe: PortalProbe, connector_id: str, handler: str) -> list[Finding]:
    """All findings about one portal. handler: the address that its events must be bound to."""
    if probe.portal.status == "disabled" and not probe.lines:
        return [unchecked("portal.token", "doctor.portal.token.uninstalled", probe.portal.domain)]
    return [
        token(probe),
        scopes(probe),
        installed(probe),
        connector(probe, connector_id),
        events(probe, handler),
        *lines(probe),
    ]


def token(probe: PortalProbe) -> Finding:
    """app.info answered, with a token that was renewed for it if need be."""
    about = probe.portal.domain
    return refused("portal.token", probe.app_info, about, "bitrix24", _KNOWN) or ok("portal.token", about)


def scopes(probe: PortalProbe) -> Finding:
    check = "portal.scopes"
    if finding := _not_asked(check, probe, probe.scope):
        return finding
    given = {scope.lower() for scope in strings(_result(probe.scope))}
    if missing := [scope for scope in SCOPES if scope not in given]:
        return problem(check, "doctor.portal.scopes.missing", probe.portal.domain, what=", ".join(missing))
    return ok(check, probe.portal.domain)


def installed(probe: PortalProbe) -> Finding:
    """Until the install page called installFinish, the portal binds events and delivers none."""
    check, about = "portal.installed", probe.portal.domain
    if not isinstance(probe.app_info, Succeeded):
        return unchecked(check, "doctor.portal.no_token", about)
    info = probe.app_info.result
    if not answers.is_installed(info):
        return problem(check, "doctor.portal.installed.unfinished", about)
    if str(branch(info["result"], "PAYMENT_EXPIRED")).upper() in {"Y", "TRUE"}:
        return problem(check, "doctor.portal.installed.unpaid", about)
    return ok(check, about)


def connector(probe: PortalProbe, connector_id: str) -> Finding:
    """Known to the portal: each connector that a line of ours uses; before there is one, the stack's own."""
    check, about = "portal.connector", probe.portal.domain
    if finding := _not_asked(check, probe, probe.connectors):
        return finding
    known = _result(probe.connectors)
    registered = {str(name).lower() for name in known} if isinstance(known, dict) else set()
    wanted = sorted({each.line.connector for each in probe.lines}) or [connector_id]
    if missing := [name for name in wanted if name.lower() not in registered]:
        return problem(check, "doctor.portal.connector.missing", about, connector=", ".join(missing))
    return ok(check, about)


def events(probe: PortalProbe, handler: str) -> Finding:
    """Every event of ours is bound to our address, and none to another one as well: it would come twice."""
    check, about = "portal.events", probe.portal.domain
    if finding := _not_asked(check, probe, probe.events):
        return finding
    bound = answers.handlers(probe.events.result) if isinstance(probe.events, Succeeded) else []
    missing = [event for event in setup.EVENTS if (event, handler) not in bound]
    foreign = sorted({url for event, url in bound if event in setup.EVENTS and url != handler})
    if missing and foreign:
        return problem(
            check,
            "doctor.portal.events.elsewhere",
            about,
            what=", ".join(missing),
            where=", ".join(foreign),
            url=handler,
        )
    if missing:
        return problem(check, "doctor.portal.events.missing", about, what=", ".join(missing), url=handler)
    if foreign:
        return problem(check, "doctor.portal.events.foreign", about, where=", ".join(foreign))
    return ok(check, about)


def lines(probe: PortalProbe) -> list[Finding]:
    """Two findings per line: it works in the portal, and a WhatsApp number stands behind it."""
    if not probe.lines:
        return [problem("portal.line", "doctor.portal.line.none", probe.portal.domain)]
    return [finding for each in probe.lines for finding in (_line_works(probe, each), _line_joined(probe, each))]


def _about(probe: PortalProbe, line: Line) -> str:
    return f"{probe.portal.domain} #{line.line}"


def _line_works(probe: PortalProbe, each: LineProbe) -> Finding:
    check, about = "portal.line", _about(probe, each.line)
    if not isinstance(probe.app_info, Succeeded):
        return unchecked(check, "doctor.portal.no_token", about)
    if finding := refused(check, each.status, about, "bitrix24", _KNOWN):
        return finding
    working = isinstance(each.status, Succeeded) and answers.line_works(each.status.result)
    if not working or not each.line.active:
        return problem(check, "doctor.portal.line.inactive", about, line=str(each.line.line))
    return ok(check, about)


def _line_joined(probe: PortalProbe, each: LineProbe) -> Finding:
    check, about, line = "portal.number", _about(probe, each.line), each.line
    if each.number is None:
        return problem(check, "doctor.portal.number.unknown", about, phone_number_id=str(line.phone_number_id) or "-")
    there = (each.number.member_id, each.number.connector, each.number.line)
    if there != (line.member_id, line.connector, line.line):
        return problem(check, "doctor.portal.number.elsewhere", about, phone_number_id=str(line.phone_number_id))
    return ok(check, about)


def number_joined(number: Number) -> Finding:
    """A number without a line: its customers' messages are parked."""
    about = f"{number.phone_number_id} ({masked(number.display_phone_number, head=3)})"
    if not number.member_id or not number.line:
        return problem("meta.joined", "doctor.meta.joined.free", about)
    return ok("meta.joined", about)


def _not_asked(check: str, probe: PortalProbe, outcome: Outcome | None) -> Finding | None:
    if outcome is None:
        return unchecked(check, "doctor.portal.no_token", probe.portal.domain)
    return refused(check, outcome, probe.portal.domain, "bitrix24", _KNOWN)


def _result(outcome: Outcome | None) -> object:
    return outcome.result.get("result") if isinstance(outcome, Succeeded) else None
