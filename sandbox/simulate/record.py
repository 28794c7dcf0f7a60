"""A long run, kept: each chunk of seeds is one line of a file, so that a run that was stopped goes on where it was, and
runs of other ranges or machines are added by putting their lines together (`cat`).

One line is JSON: {"code", "first", "count", "tally"}. Lines of another state of the code (`code`) are not counted.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

from sandbox.simulate.report import Tally

_SOURCES = ("layers/ponte/python/ponte", "sandbox")
_ROOT = Path(__file__).resolve().parents[2]


class Record:
    """Append-only; a line that was cut off by a kill is left out."""

    def __init__(self, path: Path, code: str) -> None:
        self._path = path
        self._code = code

    def done(self) -> dict[range, Tally]:
        """What is known of each chunk, by its seeds, each seed once. Where two lines tell of one chunk, the same is in
        both; a chunk that shares seeds with the one before it is left out."""
        if not self._path.exists():
            return {}
        found: dict[range, Tally] = {}
        for line in self._path.read_text().splitlines():
            try:
                kept = json.loads(line)
                if kept["code"] == self._code:
                    found[range(kept["first"], kept["first"] + kept["count"])] = _read(kept["tally"])
            except (ValueError, KeyError, TypeError):
                continue
        seen, whole = -1, {}
        for seeds in sorted(found, key=lambda each: (each.start, -each.stop)):
            if seeds.start > seen:
                whole[seeds], seen = found[seeds], seeds.stop - 1
        return whole

    def add(self, seeds: range, tally: Tally) -> None:
        kept = {each.name: getattr(tally, each.name) for each in fields(tally)}
        line = {"code": self._code, "first": seeds.start, "count": len(seeds), "tally": kept}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a") as file:
            file.write(json.dumps(line) + "\n")


def code_of(folders: Iterable[str] = _SOURCES) -> str:
    """A short name for the code that runs: whatever it did before may be otherwise after a change."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted((_ROOT / folder).rglob("*.py")):
            digest.update(str(path.relative_to(_ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def paragraph(chunks: Iterable[range], tally: Tally, day: str) -> str:
    """The run in words, as docs/proof.md tells of it. day: when it ended."""
    others = len(tally.violations) - sum(map(tally.kinds, ("lost", "doubled", "reordered")))
    return (
        f"Seeds {_ranges(chunks)} on {day}: {tally.histories:,} histories, {tally.messages:,} messages, "
        f"{tally.files:,} files, {tally.invocations:,} invocations, {sum(tally.faults.values()):,} faults; "
        f"{tally.kinds('lost')} lost, {tally.kinds('doubled')} doubled, {tally.kinds('reordered')} reordered, "
        f"{others} other violations; {tally.unposted:,} operators' events that no door took, all found by healing; "
        f"{tally.risked:,} sends counted as `dup_risk`, {tally.copied:,} of which somebody saw twice; "
        f"{tally.late:,} late; {tally.untaken:,} files that did not cross and were told of. "
        f"{tally.histories / max(tally.seconds, 0.001):.1f} histories per second and core."
    )


def office_paragraph(chunks: Iterable[range], tally: Tally, day: str) -> str:
    """The same of people of law offices."""
    return (
        f"Seeds {_ranges(chunks)} on {day}: {tally.histories:,} histories of {tally.people:,} people, {tally.edits:,} "
        f"edits by people, {tally.writes:,} writes by Ponte, {tally.invocations:,} invocations, "
        f"{sum(tally.faults.values()):,} faults, {tally.untold:,} webhooks that no door took; "
        f"{len(tally.violations)} violations; {tally.listed:,} conflicts listed. "
        f"{tally.histories / max(tally.seconds, 0.001):.1f} histories per second and core."
    )


def _ranges(chunks: Iterable[range]) -> str:
    joined: list[range] = []
    for chunk in sorted(chunks, key=lambda each: each.start):
        if joined and joined[-1].stop >= chunk.start:
            joined[-1] = range(joined[-1].start, max(joined[-1].stop, chunk.stop))
        else:
            joined.append(chunk)
    return ", ".join(f"{each.start:,} to {each.stop - 1:,}" for each in joined)


def _read(kept: dict[str, object]) -> Tally:
    tally = Tally(**kept)  # type: ignore[arg-type]
    tally.faults = Counter(tally.faults)
    tally.violations = [(int(seed), str(kind), str(what)) for seed, kind, what in tally.violations]
    return tally
