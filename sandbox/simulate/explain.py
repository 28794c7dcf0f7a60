"""One seed told in detail: what was violated, and the way of each message concerned, call by call."""

import json

from rich.console import Console

from sandbox.simulate.history import START_MS, History
from sandbox.simulate.invariants import judge
from sandbox.simulate.ports import Heard

WIDTH = 180


def show(console: Console, seed: int, needle: str = "") -> int:
    """needle: part of an event id or of a call's body; "" for the messages that were violated. Exit status."""
    history = History(seed)
    calls: list[Heard] = []
    history.land.strait.heard = calls.append
    history.run()
    verdict = judge(history)
    console.print(f"SEED={seed}: {history.scheduler.steps} passos / steps, {verdict.messages} mensagens / messages")
    console.print(f"falhas / faults: {history.weather.counts}", highlight=False)
    for kind, what in verdict.violations:
        console.print(f"[red]{kind}[/red]: {what}", highlight=False)
    needles = [needle] if needle else [what.partition(":")[0] for _, what in verdict.violations]
    for item in history.items():
        if any(one and one in str(item["event_id"]) for one in needles):
            console.print(f"\n{item['event_id']} {item['st']}", highlight=False)
            for entry in item.get("log", []):
                at = entry["at_ms"] - START_MS
                console.print(f"  {at:>9} {entry['step']} {entry.get('detail', '')}", highlight=False)
    for call in calls:
        body = _plain(call.request.body)
        if any(one and one in body for one in needles):
            method = call.request.url.rpartition("/")[2]
            line = f"{call.at_ms - START_MS:>9} {call.function} {method} -> {call.came_to} {body[:WIDTH]}"
            console.print(line, highlight=False, markup=False)
    return 1 if verdict.violations else 0


def _plain(body: bytes) -> str:
    """JSON with its characters, anything else as it is."""
    try:
        return json.dumps(json.loads(body), ensure_ascii=False)
    except ValueError:
        return body.decode("utf-8", "replace")
