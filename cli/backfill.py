"""`ponte backfill people`: everybody of an office looked at once; `ponte offices verify`: are its links right?"""

import time
from collections import Counter
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import Console

from cli.offices import Tenant, entered
from cli.session import Session, quiet, stamp
from ponte.relays.zattar_to_chatwoot import identifier
from ponte.runtime import wiring
from ponte.runtime.people_backfill import Busy, NoOffice, Progress, Side, Wish
from ponte.runtime.people_preview import Difference, Preview
from ponte.runtime.people_reading import Halted
from ponte.runtime.people_verify import Problem, Verify
from ponte.texts.masks import masked

app = typer.Typer(no_args_is_help=True, help="Carga inicial, com retomada / backfill that goes on where it stopped")
MAX_PAGE = 1_000  # rows that Supabase gives in one answer
MAX_LISTED = 200  # all are counted
TELL_SECONDS = 2.0


class From(StrEnum):
    """Whose people are walked."""

    zattar = "zattar"
    chatwoot = "chatwoot"
    both = "both"


SIDES: dict[From, tuple[Side, ...]] = {
    From.zattar: ("zattar",),
    From.chatwoot: ("chatwoot",),
    From.both: ("zattar", "chatwoot"),
}

Walked = Annotated[From, typer.Option("--from", help="de que lado partir / which side to walk")]
PageSize = Annotated[
    int, typer.Option(envvar="SYNC_BATCH_SIZE", min=1, max=MAX_PAGE, help="pessoas por página / people per page")
]
Active = Annotated[bool, typer.Option("--active", help="só cadastros ativos / active people only")]
Restart = Annotated[bool, typer.Option("--restart", help="do começo, mesmo se houver uma parada / from the start")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="só mostra as diferenças / only show the differences")]


@app.command("people")
def people(
    context: typer.Context,
    tenant: Tenant,
    walked: Walked = From.both,
    page_size: PageSize = 50,
    active: Active = False,
    restart: Restart = False,
    dry_run: DryRun = False,
) -> None:
    """Confere todas as pessoas de um escritório, página por página / look at everybody of an office, page by page"""
    session, _ = entered(context, tenant)
    wish = Wish(tenant, SIDES[walked], page_size, active, restart)
    if dry_run:
        _preview(session, wish)
        return
    try:
        with quiet():
            progress = wiring.people_backfill().run(wish, _teller(session))
    except (Busy, NoOffice) as refused:
        key = "busy" if isinstance(refused, Busy) else "no_chatwoot"
        session.show({"error": key}, lambda _: session.tell(f"backfill.{key}"))
        raise typer.Exit(1) from None
    session.show({"backfill": _tree(progress)}, lambda console: console.print(_ended(session, progress), markup=False))
    if progress.stopped:
        raise typer.Exit(1)


def _teller(session: Session) -> Callable[[Progress], None]:
    """A line every few seconds: how far, how fast, how long yet."""
    told_at = -TELL_SECONDS

    def tell(progress: Progress) -> None:
        nonlocal told_at
        if progress.resumed and progress.done == progress.since_done:
            session.tell("backfill.resumed", done=progress.done)
        if time.monotonic() - told_at < TELL_SECONDS:
            return
        told_at, now = time.monotonic(), wiring.CLOCK.now_ms()
        left = progress.seconds_left(now)
        session.tell(
            "backfill.progress",
            stage=session.say(f"backfill.stage.{progress.stages[0] if progress.stages else 'end'}"),
            done=progress.done,
            total=progress.total,
            percent=round(100 * progress.done / progress.total) if progress.total else 100,
            rate=f"{progress.rate(now):.1f}",
            left="?" if left is None else f"{left // 60} min {left % 60} s",
        )

    return tell


def _tree(progress: Progress) -> dict[str, Any]:
    return {
        "job": progress.job,
        "done": progress.done,
        "total": progress.total,
        "queued": progress.queued,
        "unreadable": progress.unreadable,
        "resumed": progress.resumed,
        "started_at": stamp(progress.started_ms),
        "finished_at": stamp(progress.finished_ms),
        "stopped": progress.stopped or None,
    }


def _ended(session: Session, progress: Progress) -> str:
    key = "backfill.stopped" if progress.stopped else "backfill.done"
    counts = {"done": progress.done, "queued": progress.queued, "unreadable": progress.unreadable}
    return session.say(key, why=progress.stopped, **counts)


def _preview(session: Session, wish: Wish) -> None:
    with quiet():
        counts: Counter[str] = Counter()
        listed: list[Difference] = []
        looked, stopped = 0, ""
        try:
            for page in Preview(wiring.people_means()).pages(wish):
                looked += page.people
                counts.update(one.what for one in page.differences)
                listed += page.differences[: MAX_LISTED - len(listed)]
        except Halted as halted:
            stopped = halted.code

    def human(console: Console) -> None:
        console.print(session.say("backfill.dry_run", looked=looked))
        sums = [(session.say(f"backfill.what.{what}"), str(count)) for what, count in sorted(counts.items())]
        console.print(session.table(("what", "amount"), sums))
        cells = [
            (identifier(one.tipo, one.entity_id), session.say(f"backfill.what.{one.what}"), *_shown(session, one))
            for one in listed
        ]
        console.print(session.table(("person", "what", "field", "before", "after"), cells))
        if stopped:
            console.print(session.say("backfill.stopped_dry", why=stopped), markup=False)

    differences = [
        {
            "person": identifier(one.tipo, one.entity_id),
            "what": one.what,
            "field": one.name or None,
            "before": _masked(one.before),
            "after": _masked(one.after),
        }
        for one in listed
    ]
    tree = {"looked_at": looked, "counts": dict(counts), "differences": differences, "stopped": stopped or None}
    session.show({"dry_run": tree}, human)
    if stopped:
        raise typer.Exit(1)


def _shown(session: Session, one: Difference) -> tuple[str, str, str]:
    name = session.say(f"offices.field.{one.name}") if one.name else "-"
    return name, _masked(one.before) or "-", _masked(one.after) or "-"


def _masked(value: str) -> str | None:
    return masked(value, head=3, tail=3) if value else None


def verify(context: typer.Context, tenant: Tenant) -> None:
    """Confere se cada pessoa tem um contato, e cada contato uma pessoa / check the links of an office"""
    session, _ = entered(context, tenant)
    with quiet():
        found = list(Verify(wiring.people_means(), wiring.tables().core).problems(tenant))
    counts = Counter(one.what for one in found)

    def human(console: Console) -> None:
        if not found:
            console.print(session.say("verify.fine"))
            return
        sums = [(session.say(f"verify.{what}"), str(count)) for what, count in sorted(counts.items())]
        console.print(session.table(("problem", "amount"), sums))
        cells = [
            (one.person or "-", str(one.contact_id or "-"), session.say(f"verify.{one.what}"), one.detail or "-")
            for one in found[:MAX_LISTED]
        ]
        console.print(session.table(("person", "contact", "problem", "detail"), cells))

    session.show({"problems": [_problem(one) for one in found[:MAX_LISTED]], "counts": dict(counts)}, human)
    raise typer.Exit(1 if found else 0)


def _problem(one: Problem) -> dict[str, Any]:
    return {
        "what": one.what,
        "person": one.person or None,
        "contact_id": one.contact_id or None,
        "detail": one.detail or None,
    }
