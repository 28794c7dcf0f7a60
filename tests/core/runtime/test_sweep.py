"""Spilled entries go on in order, whoever else sweeps at the same time."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from ponte.queue.sqs import Entry
from ponte.runtime.schedules import sweep
from sandbox.memory.objects import MemoryStore


class Queue:
    """Takes what `refused` does not name."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.refused: set[str] = set()

    def send_entries(self, entries: Sequence[Entry]) -> list[Entry]:
        self.sent += [entry.body for entry in entries if entry.body not in self.refused]
        return [entry for entry in entries if entry.body in self.refused]


def spilled(*bodies: str) -> MemoryStore:
    store = MemoryStore()
    for n, body in enumerate(bodies):
        store.put(f"spill/whatsapp_events/{n:013d}-x.json", json.dumps([Entry(body, "g", body).as_json()]).encode())
    return store


def run(store: Any, queue: Any) -> dict[str, int]:
    return sweep(store, {"whatsapp_events": queue}, lambda *_a, **_k: None)


def test_what_was_spilled_is_sent_in_order_and_deleted() -> None:
    store, queue = spilled("a", "b", "c"), Queue()
    assert run(store, queue) == {"sent": 3, "left": 0}
    assert (queue.sent, list(store.keys("spill/"))) == (["a", "b", "c"], [])


def test_what_sqs_refuses_again_stays_and_nothing_overtakes_it() -> None:
    store, queue = spilled("a", "b", "c"), Queue()
    queue.refused = {"b"}
    assert run(store, queue) == {"sent": 1, "left": 1}
    assert (queue.sent, len(list(store.keys("spill/")))) == (["a"], 2)


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_an_object_that_another_sweep_took_meanwhile_is_passed_over(gone: int) -> None:
    store, queue = spilled("a", "b", "c"), Queue()

    class Raced(MemoryStore):
        def keys(self, prefix: str) -> Any:
            found = list(store.keys(prefix))
            store.delete(found[gone])
            return iter(found)

        get, delete = staticmethod(store.get), staticmethod(store.delete)

    assert run(Raced(), queue) == {"sent": 2, "left": 0}
    assert queue.sent == [body for n, body in enumerate("abc") if n != gone]
