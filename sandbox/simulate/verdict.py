"""What a judged history comes to."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Verdict:
    """violations: (kind, what), none in a right history. messages: how many were judged. risked: owned up to as
    `dup_risk`; copied: those of them that people really saw twice. unposted: events that no door ever took. files:
    attached ones; untaken: those of them that did not cross, of which somebody was told."""

    violations: list[tuple[str, str]] = field(default_factory=list)
    messages: int = 0
    risked: int = 0
    copied: int = 0
    unposted: int = 0
    late: int = 0
    files: int = 0
    untaken: int = 0

    def add(self, kind: str, what: str) -> None:
        self.violations.append((kind, what))
