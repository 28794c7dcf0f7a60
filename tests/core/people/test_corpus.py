"""The corpus told to one portal: how many of the true pairs are one person, and whether any false pair is."""

import itertools
import random
from collections import defaultdict

from tests.core.people.corpus import SEED, Life, lives
from tests.core.people.handmade import CASES
from tests.core.people.world import World

LEAST_CASES = 10_000
LEAST_JOINED = 0.995


def _tell(world: World, name: str, life: Life) -> list[tuple[str, str]]:
    """(truth, person as first found) of every message of a life."""
    told = [(truth, world.tell(payload, at), payload) for payload, at, truth in life]
    return [
        (f"{name}/{truth}", person)
        for truth, person, payload in told
        if "message" in payload and payload["message"].get("type") != "system"
    ]


def test_nobody_is_merged_falsely_and_nearly_all_true_pairs_are_joined() -> None:
    world = World()
    people: dict[str, set[str]] = defaultdict(set)
    true_pairs = joined = 0
    found = [_tell(world, name, life) for name, life in lives()]
    for life in found:
        settled = [(truth, world.root(person)) for truth, person in life]
        for truth, root in settled:
            people[root].add(truth)
        for (truth, root), (other, another) in itertools.combinations(settled, 2):
            if truth == other:
                true_pairs += 1
                joined += root == another
    assert len(found) + len(CASES) >= LEAST_CASES
    assert [truths for truths in people.values() if len(truths) > 1] == []
    assert joined / true_pairs >= LEAST_JOINED, (joined, true_pairs)


def test_told_all_at_once_in_time_the_people_are_the_same() -> None:
    """Webhooks of different people between each other, as they come: no life disturbs another."""
    told = [(name, each) for name, life in itertools.islice(lives(), 0, None, 4) for each in life]
    random.Random(SEED).shuffle(told)
    world = World()
    people: dict[str, set[str]] = defaultdict(set)
    in_time = sorted(told, key=lambda each: each[1][1])
    found = [(f"{name}/{each[2]}", world.tell(each[0], each[1]), each[0]) for name, each in in_time]
    for truth, person, payload in found:
        if person and payload["message"].get("type") != "system":
            people[world.root(person)].add(truth)
    assert [truths for truths in people.values() if len(truths) > 1] == []
