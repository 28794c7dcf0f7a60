"""The office bridge: which offices there are, what each lacks to be let in, and who was refused at its doors."""

from collections.abc import Sequence
from dataclasses import dataclass

from cli.doctor.findings import Failed, Finding, ok, problem, unasked, unchecked
from ponte.storage.offices import Office


@dataclass(frozen=True, slots=True)
class OfficeProbe:
    """is_connected: whether it has an active integration with Chatwoot. database_secrets, chatwoot_secrets: how many
    its webhooks may come with, those in an address among them."""

    tenant: str
    is_connected: bool
    database_secrets: int
    chatwoot_secrets: int


def probed(tenant: str, office: Office | None) -> OfficeProbe:
    """office: as stored, None for one that went while it was looked for."""
    chatwoot = office.chatwoot if office else None
    return OfficeProbe(
        tenant,
        chatwoot is not None,
        len(office.zattar.secrets) if office else 0,
        len(chatwoot.secrets) + len(chatwoot.path_secrets) if chatwoot else 0,
    )


@dataclass(frozen=True, slots=True)
class RefusedProbe:
    """door: "zattar" or "chatwoot". count: webhooks of the last hour with a wrong secret or signature, or for an office
    that is not there; None where nobody counts them (a sandbox)."""

    door: str
    count: int | Failed | None


def offices(found: Sequence[OfficeProbe | Failed] | Failed) -> Finding:
    """None at all is no problem: the bridge is deployed by default."""
    check = "office.offices"
    if isinstance(found, Failed):
        return unasked(check, found)
    return ok(check, key="doctor.office.offices.ok" if found else "doctor.office.offices.none", count=str(len(found)))


def office(probe: OfficeProbe | Failed) -> list[Finding]:
    if isinstance(probe, Failed):
        return [problem("office.secrets", "doctor.office.secrets.unreadable", code=probe.code)]
    zattar, chatwoot = ok("office.zattar", probe.tenant), ok("office.chatwoot", probe.tenant)
    if not probe.database_secrets:
        zattar = problem("office.zattar", "doctor.office.zattar.no_secret", probe.tenant)
    if not probe.is_connected:
        chatwoot = problem("office.chatwoot", "doctor.office.chatwoot.none", probe.tenant)
    elif not probe.chatwoot_secrets:
        chatwoot = problem("office.chatwoot", "doctor.office.chatwoot.no_secret", probe.tenant)
    return [zattar, chatwoot]


def refused(probe: RefusedProbe) -> Finding:
    check = "office.refused"
    if probe.count is None:
        return unchecked(check, "doctor.not_measured", probe.door)
    if isinstance(probe.count, Failed):
        return unasked(check, probe.count, probe.door)
    if probe.count:
        return problem(check, f"doctor.office.refused.{probe.door}", probe.door, count=str(probe.count))
    return ok(check, probe.door)
