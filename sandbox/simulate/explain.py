"""One seed told in detail: what was violated, and the way of each message concerned, call by call."""

import json

from rich.console import Console

from sandbox.simulate.ground import START_MS, Ground
from sandbox.simulate.history import History
from sandbox.simulate.invariants import judge
from sandbox.simulate.office_history import OfficeHistory
from sandbox.simulate.office_invariants import judge as judge_office
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
    _ways(console, history, calls, needles)
    return 1 if verdict.violations else 0


def show_office(console: Console, seed: int, needle: str = "") -> int:
    """The same of an office's people: what changed on either side, by whom, and the calls. needle: part of a person's
    name in events, "tipo|id", or of a call's body or address."""
    history = OfficeHistory(seed)
    calls: list[Heard] = []
    history.land.strait.heard = calls.append
    history.run()
    verdict = judge_office(history)
    console.print(f"SEED={seed}: {history.scheduler.steps} passos / steps, {verdict.people} pessoas / people")
    console.print(f"falhas / faults: {history.weather.counts}", highlight=False)
    for kind, what in verdict.violations:
        console.print(f"[red]{kind}[/red]: {what}", highlight=False)
    needles = [needle] if needle else [what.partition(":")[0] for _, what in verdict.violations]
    changes = [
        (f"{key[1]}|{key[2]} of {key[0]}", change) for key, made in history.watch.rows.items() for change in made
    ]
    changes += [(f"contact {key[1]} at {key[0]}", one) for key, made in history.watch.contacts.items() for one in made]
    for key, change in sorted(changes, key=lambda each: (each[1].n, each[0])):
        if not any(one and (one in key or one.replace("|", "_") in change.identifier) for one in needles):
            continue
        at = change.at_ms - START_MS if change.n else 0
        who = "ponte" if change.ours else "people"
        line = f"{at:>9} {change.n:>4} {change.kind} by {who} {key} {change.shows} {change.identifier}"
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    _ways(console, history, calls, needles)
    return 1 if verdict.violations else 0


def _ways(console: Console, history: Ground, calls: list[Heard], needles: list[str]) -> None:
    for item in history.items():
        if any(one and one in str(item["event_id"]) for one in needles):
            console.print(f"\n{item['event_id']} {item['st']}", highlight=False)
            for entry in item.get("log", []):
                at = entry["at_ms"] - START_MS
                console.print(f"  {at:>9} {entry['step']} {entry.get('detail', '')}", highlight=False)
    for call in calls:
        body, address = _plain(call.request.body), call.request.url
        if any(one and (one in body or one in address) for one in needles):
            line = f"{call.at_ms - START_MS:>9} {call.function} {address.rpartition('/')[2]} -> {call.came_to} "
            console.print(line + body[:WIDTH], highlight=False, markup=False, soft_wrap=True)


def _plain(body: bytes) -> str:
    """JSON with its characters, anything else as it is."""
    try:
        return json.dumps(json.loads(body), ensure_ascii=False)
    except ValueError:
        return body.decode("utf-8", "replace")
