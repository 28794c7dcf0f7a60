"""`ponte heal`: after an outage, find what operators wrote meanwhile and send it on; the code is the schedule's own."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.console import Console

from cli.session import Session, Usage, moment, quiet
from ponte.runtime import wiring
from ponte.runtime.healing import SINCE_MAX_MS, Wish

BUDGET_MS = 600_000  # a person waits no longer; the next run goes on there
COUNTS = (
    *("checked", "missing", "stale", "waiting", "sent_on", "unknown_resolved", "unknown_left"),
    *("swept", "spilled", "uncheckable_total"),
)
PEOPLE_COUNTS = ("young", "waiting", "known", "unreadable", "sent_on")
_SPAN = re.compile(r"([1-9][0-9]{0,4})([mhd])")
_UNIT_MS = {"m": 60_000, "h": 3_600_000, "d": 86_400_000}

Since = Annotated[str, typer.Option(help="até onde voltar / how far back: 90m, 24h, 3d (máx. 7d)")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="só mostra o que enviaria / only show what would be sent")]
OnlyPortal = Annotated[str, typer.Option("--portal", help="só este: domínio ou member_id / this one only")]
Last = Annotated[bool, typer.Option("--report", help="o relatório da última vez / the report of the last run")]


def heal(
    context: typer.Context, since: Since = "", dry_run: DryRun = False, portal: OnlyPortal = "", report: Last = False
) -> None:
    """Recupera o que uma queda nossa perdeu / make up for what an outage of ours lost"""
    session: Session = context.obj
    if report and (since or dry_run or portal):
        raise Usage(session.say("heal.report_alone"))
    since_ms = _milliseconds(session, since) if since else None
    session.enter()
    if report:
        _show_last(session)
        return
    with quiet():
        portals = wiring.directory().portals()
        known = not portal or any(portal in (one.member_id, one.domain) for one in portals)
        found = wiring.healing().run(Wish(since_ms, portal, dry_run), BUDGET_MS).as_data() if known else None
    if found is None:
        session.show({"error": "portal_unknown"}, lambda _: session.tell("heal.portal_unknown", portal=portal))
        raise typer.Exit(1)
    session.show({"report": found}, lambda console: _print(session, console, found))
    if not found["complete"]:
        raise typer.Exit(1)


def _milliseconds(session: Session, since: str) -> int:
    span = _SPAN.fullmatch(since)
    if span is None or int(span[1]) * _UNIT_MS[span[2]] > SINCE_MAX_MS:
        raise Usage(session.say("heal.bad_since"))
    return int(span[1]) * _UNIT_MS[span[2]]


def _show_last(session: Session) -> None:
    with quiet():
        found = wiring.healing().last_report()
    if found is None:
        session.show({"report": None}, lambda console: console.print(session.say("heal.no_report")))
        raise typer.Exit(1)
    last = found
    session.show({"report": dict(last)}, lambda console: _print(session, console, last))


def _print(session: Session, console: Console, report: Mapping[str, Any]) -> None:
    if report["busy"]:
        console.print(session.say("heal.busy"))
        return
    key = "heal.title_dry" if report["dry_run"] else "heal.title"
    seconds = f"{report['took_ms'] / 1000:.1f}"
    console.print(session.say(key, at=moment(report["at_ms"]), seconds=seconds), markup=False)
    counts = [(session.say(f"heal.{name}"), str(report[name])) for name in COUNTS if report[name] or name == "checked"]
    counts += [
        (session.say("heal.dead_letters", queue=queue), str(count))
        for queue, count in report["dead_letters"].items()
        if count
    ]
    console.print(session.table(("what", "amount"), counts))
    if report["samples"]:
        console.print(session.say("heal.samples"))
        rows = [
            (moment(row["at_ms"]), row["portal"], row["chat"], row["message"], session.say(f"heal.{row['what']}_one"))
            for row in report["samples"]
        ]
        console.print(session.table(("at", "domain", "chat", "message", "state"), rows))
    if report["uncheckable"]:
        console.print(session.say("heal.uncheckable", count=report["uncheckable_total"]))
        cells = [(row["portal"], row["chat"], row["conversation"], _why(session, row)) for row in report["uncheckable"]]
        console.print(session.table(("domain", "chat", "conversation", "reason"), cells))
    if report["people"]["offices"]:
        _print_people(session, console, report["people"])
    for stop in report["stopped"]:
        why = session.say(f"heal.stop.{stop['why']}" if stop["why"] in ("time", "rate") else "heal.stop.other", **stop)
        console.print(why, markup=False)


def _print_people(session: Session, console: Console, people: Mapping[str, Any]) -> None:
    console.print(
        session.say("heal.people", **{name: people[name] for name in ("offices", "rows", "links", "contacts")})
    )
    counts = [*people["missing"].items(), *((name, people[name]) for name in PEOPLE_COUNTS)]
    rows = [(session.say(f"heal.people.{name}"), str(count)) for name, count in counts if count]
    if rows:
        console.print(session.table(("what", "amount"), rows))
    if people["samples"]:
        cells = [
            (moment(row["at_ms"]), row["tenant"], row["person"], session.say(f"heal.people.{row['what']}"))
            for row in people["samples"]
        ]
        console.print(session.table(("at", "tenant", "person", "what"), cells))
    for stop in people["stopped"]:
        why = stop["why"] if stop["why"] in ("time", "full", "more", "rate") else "other"
        console.print(session.say(f"heal.people.stop.{why}", **stop), markup=False)


def _why(session: Session, row: Mapping[str, str]) -> str:
    """Our own words for our own reasons, the vendors' sentences for theirs."""
    reason = row["reason"]
    own = ("last_session_only", "too_long", "author_unknown", "chat_unknown")
    return session.say(f"heal.why.{reason}" if reason in own else f"reason.bitrix24.{reason}", code=reason, detail="-")
