"""`ponte doctor`: examine, diagnose, show."""

from collections import Counter

import httpx
import typer
from rich.console import Console
from rich.text import Text

from cli.doctor.diagnosis import diagnose
from cli.doctor.examine import Examiner
from cli.doctor.findings import Finding
from cli.session import Session, client, quiet

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
    counts = Counter(finding.state for finding in findings)
    tree = {
        "place": place.name,
        "healthy": not counts["problem"],
        "counts": {state: counts[state] for state in SIGNS},
        "findings": [finding.as_json(session.lang) for finding in findings],
    }
    session.show(tree, lambda console: _print(session, console, findings, counts))
    raise typer.Exit(1 if counts["problem"] else 0)


def _print(session: Session, console: Console, findings: list[Finding], counts: Counter[str]) -> None:
    rows = []
    for finding in findings:
        sign, style = SIGNS[finding.state]
        state = Text(f"{sign} {session.say(f'doctor.{finding.state}')}", style=style)
        rows.append((state, finding.title(session.lang), finding.about, finding.sentence(session.lang)))
    console.print(session.table(("state", "check", "about", "fix"), rows))
    key = "doctor.summary.problems" if counts["problem"] else "doctor.summary.healthy"
    console.print(
        session.say(key, count=len(findings), problems=counts["problem"], unchecked=counts["unchecked"]), markup=False
    )
