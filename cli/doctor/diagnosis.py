"""All checks in the order in which a message travels, so that the first problem is the one to mend first."""

from dataclasses import dataclass, field

from cli.doctor import meta, office, portal, queues, stack
from cli.doctor.circuits import CircuitProbe, circuit
from cli.doctor.findings import Failed, Finding
from cli.doctor.meta import AccountProbe, NumberProbe
from cli.doctor.office import OfficeProbe, RefusedProbe
from cli.doctor.portal import PortalProbe
from cli.doctor.queues import QueueProbe
from cli.doctor.stack import Verification
from ponte.storage.secrets import AppSecrets


@dataclass(frozen=True, slots=True)
class Examination:
    """Everything that was asked. Failed in place of a value: our own side did not let us ask.

    bridges: those deployed, "customer" and "office"; of another nothing was asked and nothing is found.
    """

    bridges: frozenset[str]
    base_url: str
    connector_id: str
    resources: dict[str, str]
    secret: AppSecrets | Failed = field(repr=False)
    numbers: tuple[NumberProbe, ...] | Failed
    accounts: tuple[AccountProbe, ...]
    verification: Verification | Failed
    mismatches: int | Failed | None
    portals: tuple[PortalProbe, ...] | Failed
    queues: tuple[QueueProbe, ...]
    parked: int | Failed
    spilled: int | Failed
    circuits: tuple[CircuitProbe, ...] = ()
    offices: tuple[OfficeProbe | Failed, ...] | Failed = ()
    refused: tuple[RefusedProbe, ...] = ()


def diagnose(seen: Examination) -> list[Finding]:
    """One finding per check and thing checked."""
    return [
        stack.resources(seen.resources),
        *(_customer(seen) if "customer" in seen.bridges else ()),
        *(_office(seen) if "office" in seen.bridges else ()),
        *(queues.dead_letters(probe) for probe in seen.queues),
        *(circuit(probe) for probe in seen.circuits),
        queues.parked(seen.parked),
        queues.spill(seen.spilled),
        *(queues.oldest(probe) for probe in seen.queues),
    ]


def _customer(seen: Examination) -> list[Finding]:
    numbers = () if isinstance(seen.numbers, Failed) else seen.numbers
    portals = () if isinstance(seen.portals, Failed) else seen.portals
    handler = f"{seen.base_url}/webhooks/bitrix24/outbound"
    return [
        stack.app_secret(seen.secret),
        meta.numbers_known(seen.numbers),
        meta.token(seen.numbers),
        *(meta.number(probe) for probe in numbers),
        *(meta.subscription(probe) for probe in seen.accounts),
        stack.verification(seen.verification),
        stack.signatures(seen.mismatches),
        *(meta.templates(probe) for probe in seen.accounts),
        portal.portals(seen.portals, f"{seen.base_url}/bitrix24/install"),
        *(finding for probe in portals for finding in portal.portal(probe, seen.connector_id, handler)),
        *(portal.number_joined(probe.number) for probe in numbers),
    ]


def _office(seen: Examination) -> list[Finding]:
    found = () if isinstance(seen.offices, Failed) else seen.offices
    return [
        office.offices(seen.offices),
        *(finding for probe in found for finding in office.office(probe)),
        *(office.refused(probe) for probe in seen.refused),
    ]
