"""What one run of healing found of offices' people: counts, and samples by our own names of people."""

from dataclasses import dataclass, field
from typing import Any

from ponte.relays.people_drift import Finding
from ponte.relays.zattar_to_chatwoot import identifier

MAX_SAMPLES = 20


@dataclass
class PeopleDrift:
    """offices: looked at; offices_left: without a Chatwoot, or left to the next run. rows: of Zattar that were read.
    links, contacts: checked against both sides. missing: what nobody had told us, by kind (relays/people_drift.py);
    young: just changed, its webhook may be under way. waiting: on the queue already. known: looked at before, to no
    avail. unreadable: rows without a usable id. sent_on: looks put on the queue. stopped: why a run was cut short."""

    offices: int = 0
    offices_left: int = 0
    rows: int = 0
    links: int = 0
    contacts: int = 0
    missing: dict[str, int] = field(default_factory=dict)
    young: int = 0
    waiting: int = 0
    known: int = 0
    unreadable: int = 0
    sent_on: int = 0
    samples: list[dict[str, Any]] = field(default_factory=list)
    stopped: list[dict[str, str]] = field(default_factory=list)

    @property
    def missing_total(self) -> int:
        return sum(self.missing.values())

    def miss(self, tenant: str, finding: Finding) -> None:
        self.missing[finding.what] = self.missing.get(finding.what, 0) + 1
        if len(self.samples) < MAX_SAMPLES:
            person = identifier(finding.tipo, finding.entity_id)
            entry = {"tenant": tenant, "person": person, "what": finding.what, "at_ms": finding.since_ms}
            self.samples.append(entry)

    def stop(self, tenant: str, why: str) -> None:
        """The run ends here for this office and goes on next time."""
        self.stopped.append({"tenant": tenant, "why": why})

    def as_data(self) -> dict[str, Any]:
        """JSON data."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}
