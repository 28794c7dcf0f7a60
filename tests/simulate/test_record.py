"""A long run goes on where it was stopped, and ranges add up to one report."""

import json
from collections import Counter
from pathlib import Path

import pytest

from sandbox.simulate.record import Record, code_of, paragraph
from sandbox.simulate.report import CHUNK, Tally, chunks_of, merged


def tally(histories: int = 20, **more: int) -> Tally:
    return Tally(histories=histories, seconds=1.0, faults=Counter(crash=2), **more)


@pytest.mark.parametrize(("first", "count"), [(0, 1), (0, 20), (7, 50), (40, 100), (19, 2)])
def test_chunks_cover_each_seed_once_and_are_the_same_for_ranges_that_meet(first: int, count: int) -> None:
    chunks = chunks_of(first, count)
    assert [seed for chunk in chunks for seed in chunk] == list(range(first, first + count))
    whole = {chunk for chunk in chunks if len(chunk) == CHUNK}
    assert whole <= set(chunks_of(0, 200))


def test_what_was_kept_is_read_again(tmp_path: Path) -> None:
    record = Record(tmp_path / "build" / "run.jsonl", "code")
    kept = tally(messages=500)
    kept.violations = [(7, "lost", "x")]
    record.add(range(20), kept)
    record.add(range(20, 40), tally())
    assert record.done() == {range(20): kept, range(20, 40): tally()}


def test_lines_cut_off_or_of_other_code_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    Record(path, "older").add(range(20), tally())
    Record(path, "code").add(range(20, 40), tally())
    whole = path.read_text()
    path.write_text(whole + whole.splitlines()[1][:-30] + "\n7\n")
    assert list(Record(path, "code").done()) == [range(20, 40)]
    assert Record(tmp_path / "none", "code").done() == {}


def test_a_line_is_plain_json(tmp_path: Path) -> None:
    Record(tmp_path / "run.jsonl", "code").add(range(5, 9), tally(4))
    line = json.loads((tmp_path / "run.jsonl").read_text())
    assert (line["code"], line["first"], line["count"], line["tally"]["histories"]) == ("code", 5, 4, 4)


def test_ranges_that_meet_are_told_as_one() -> None:
    told = paragraph([range(40, 60), range(20), range(20, 40), range(80, 100)], tally(80, messages=1200), "2026-01-02")
    assert told.startswith("Seeds 0 to 59, 80 to 99 on 2026-01-02: 80 histories, 1,200 messages")
    assert "0 lost, 0 doubled, 0 reordered, 0 other violations" in told


def test_tallies_add_up() -> None:
    one, other = tally(messages=5), tally(messages=7)
    one.violations, other.violations = [(9, "lost", "")], [(3, "lost", "")]
    total = merged([one, other])
    assert (total.histories, total.messages, total.faults["crash"]) == (40, 12, 4)
    assert [seed for seed, _, _ in total.violations] == [3, 9]


def test_the_code_has_a_name_of_its_own() -> None:
    assert code_of() == code_of()
    assert code_of(["sandbox/simulate"]) != code_of(["sandbox/memory"])


def test_a_chunk_within_another_is_counted_once(tmp_path: Path) -> None:
    record = Record(tmp_path / "run.jsonl", "code")
    for seeds in (range(30, 40), range(20, 40), range(40, 50), range(40, 45)):
        record.add(seeds, tally(len(seeds)))
    assert list(record.done()) == [range(20, 40), range(40, 50)]
