"""`ponte doctor`: examine, diagnose, show."""

from collections import Counter

import httpx
import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.doctor.diagnosis import diagnose
from cli.doctor.examine import Examiner
from cli.doctor.findings import Finding
from cli.session import Session, client, quiet
from cli.words import plain

SIGNS = {"ok": ("✓", "green"), "problem": ("✗", "bold red"), "unchecked": ("?", "yellow")}


def doctor(context: typer.Context) -> None:
    """Diz qual passo está quebrado e como consertar / name the broken step and its fix"""
    session: Session = context.obj
    place = session.enter()
    waiting = Console(stderr=True)
    # trust_env: our own address may be behind the office's proxy; providers are reached as the functions reach them
    with httpx.Client(timeout=10, follow_redirects=False, trust_env=not place.is_sandbox) as web, quiet():
        examiner = Examiner(place, client, web)
        with waiting.status("…") as status:
            findings = diagnose(examiner.examine(lambda key: status.update(f"{session.say(key)}…")))
    counts: Counter[str] = Counter(finding.state for finding in findings)
    tree = {
        "place": place.name,
        "healthy": not counts["problem"],
        "counts": {state: counts[state] for state in SIGNS},
        "findings": [finding.as_json(session.lang) for finding in findings],
    }
    session.show(tree, lambda console: _print(session, console, findings, counts))
    raise typer.Exit(1 if counts["problem"] else 0)


def _print(session: Session, console: Console, findings: list[Finding], counts: Counter[str]) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(ratio=2, overflow="fold")
    table.add_column(ratio=3, overflow="fold")
    for finding in findings:
        sign, style = SIGNS[finding.state]
        what = Text(finding.title(session.lang)).append(f"\n{plain(finding.about)}" if finding.about else "", "dim")
        table.add_row(Text(sign, style=style), what, Text(finding.sentence(session.lang)))
    console.print(table)
    key = "doctor.summary.problems" if counts["problem"] else "doctor.summary.healthy"
    console.print(
        session.say(key, count=len(findings), problems=counts["problem"], unchecked=counts["unchecked"]), markup=False
    )
