"""`ponte replay`: what would be done now about a parked or skipped message, then, on a yes, doing what is missing."""

import uuid
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.console import Console

from cli.session import Session, quiet
from cli.words import knows
from ponte.runtime import wiring
from ponte.runtime.lookup import among_parked, by_key
from ponte.runtime.redrive import direction, public_id, redrive
from ponte.runtime.replay import Plan, Planned, Replay, Unplanned
from ponte.storage.table import Item

Ids = Annotated[
    list[str], typer.Argument(help="ids, como em parked list ou trace / as parked list or trace shows them")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="não pergunta / do not ask")]


def replay(context: typer.Context, ids: Ids, yes: Yes = False) -> None:
    """Mostra o que seria feito agora e, com o seu sim, faz só o que falta / show what would be done now, then do it"""
    session: Session = context.obj
    session.enter()
    with quiet():
        means, planner = wiring.means(), Replay(wiring.outside(), wiring.settings())
        tenants = wiring.offices().tenants
        found = {each: by_key(means, each, tenants) or among_parked(means, each) for each in dict.fromkeys(ids)}
        plans = {each: planner.plan(row) for each, row in found.items() if row is not None}
    rows = [row for each, row in found.items() if row is not None and _is_worth_it(plans[each])]
    all_worth_it = len(rows) == len(found)
    answer = _plans(found, plans)
    if session.as_json and not yes:
        session.show(answer, lambda _: None)
        raise typer.Exit(0 if all_worth_it else 1)
    if not session.as_json:
        session.show(answer, lambda console: _print(session, console, found, plans))
    if rows:
        session.confirm(yes, "replay.confirm", count=len(rows))
    with quiet():
        done = redrive(means.ledger, wiring.queue, wiring.CLOCK, lambda: uuid.uuid4().hex, rows)
    states: list[tuple[str, str]] = [(public_id(row), one.state) for row, one in zip(rows, done, strict=True)]
    answer |= {"messages": [{"id": each, "state": state} for each, state in states]}

    def human(console: Console) -> None:
        if states:
            cells = [(each, session.say(f"parked.state.{state}")) for each, state in states]
            console.print(session.table(("id", "state"), cells))

    session.show(answer, human)
    raise typer.Exit(0 if all_worth_it and all(state == "redriven" for _, state in states) else 1)


def _is_worth_it(plan: Plan | Unplanned) -> bool:
    return isinstance(plan, Plan) and plan.is_worth_it


def _plans(found: dict[str, Item | None], plans: dict[str, Plan | Unplanned]) -> dict[str, Any]:
    return {"plans": [as_json(each, row, plans.get(each)) for each, row in found.items()]}


def as_json(given: str, row: Item | None, plan: Plan | Unplanned | None) -> dict[str, Any]:
    """state: "planned", "not_worth_it", "not_found", or why there is no plan. then: how it ended; now: how it would."""
    if row is None or plan is None:
        return {"given": given, "state": "not_found"}
    about = {
        "given": given,
        "id": public_id(row),
        "source_id": str(row.get("source_id", "")),
        "direction": direction(row),
        "then": {"state": str(row.get("st", "")), "reason": _then(row)},
    }
    if not isinstance(plan, Plan):
        return about | {"state": plan}
    return about | {
        "state": "planned" if plan.is_worth_it else "not_worth_it",
        "done": list(plan.done),
        "again": [{"step": step, "refused": code} for step, code in plan.again],
        "missing": [_missing(each) for each in plan.missing],
        "in_doubt": plan.in_doubt,
        "now": {"state": plan.ends, "reason": plan.reason},
    }


def _missing(planned: Planned) -> dict[str, Any]:
    """about: a sentence's key and what it speaks of, where there is more to know of the effect."""
    shown: dict[str, Any] = {"step": planned.step, "effect": planned.effect}
    return shown | {"about": list(planned.about)} if planned.about else shown


def _then(row: Item) -> str:
    """Why it is parked, or why it was skipped: the detail of its last word in the log."""
    if row.get("st") == "SKIPPED":
        return next((str(step.get("detail", "")) for step in reversed(row.get("log", [])) if "detail" in step), "")
    return str(row.get("reason", ""))


def _print(
    session: Session, console: Console, found: dict[str, Item | None], plans: dict[str, Plan | Unplanned]
) -> None:
    for each, row in found.items():
        if row is None:
            console.print(session.say("replay.not_found", id=each), markup=False)
            continue
        plan = plans[each]
        sides = session.say(f"direction.{direction(row)}")
        console.print(session.say("replay.title", id=public_id(row), direction=sides), markup=False, style="bold")
        console.print(session.say("replay.then", how=_how(session, str(row.get("st", "")), _then(row))), markup=False)
        if not isinstance(plan, Plan):
            console.print(session.say(f"replay.{plan}"), markup=False)
            continue
        _print_steps(session, console, plan)
        console.print(session.say("replay.now", how=_how(session, plan.ends.upper(), plan.reason)), markup=False)
        if not plan.is_worth_it:
            console.print(session.say("replay.not_worth_it"), markup=False)


def _print_steps(session: Session, console: Console, plan: Plan) -> None:
    """As a diff: what stays, what is forgotten, what would be done."""
    lines: Sequence[tuple[str, str, str, str]] = (
        *((" ", step, "", "dim") for step in plan.done),
        *(("-", step, "", "red") for step, _ in plan.again),
        *(("+", planned.step, _about(session, planned), "green") for planned in plan.missing),
    )
    for sign, step, more, style in lines:
        console.print(f"  {sign} {_step(session, step)} ({step}){more}", markup=False, style=style)
    if plan.in_doubt:
        console.print(session.say("replay.in_doubt"), markup=False)


def _about(session: Session, planned: Planned) -> str:
    if not planned.about:
        return ""
    key, *values = planned.about
    return f": {session.say(key, **dict(zip(('name', 'language', 'category'), values, strict=False)))}"


def _step(session: Session, step: str) -> str:
    key = f"step.{step.rstrip('0123456789')}"
    return session.say(key) if knows(key) else step


def _how(session: Session, state: str, reason: str) -> str:
    said = session.say(f"replay.state.{state}") if knows(f"replay.state.{state}") else state
    if reason.startswith("reason."):
        reason = session.say(reason, code=reason.rpartition(".")[2], detail="-")
    return f"{said} ({reason})" if reason else said
