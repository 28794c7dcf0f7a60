"""`ponte offices conflicts`, `undo` and `leave`: what one side did not take over, and what a person says to it."""

from typing import Annotated, NoReturn

import typer
from rich.console import Console

from cli.offices import Tenant, entered
from cli.session import Session, quiet, stamp, who
from ponte.relays.zattar_to_chatwoot import identifier
from ponte.runtime import wiring
from ponte.runtime.conflicts import ConflictDesk, NotUndone
from ponte.texts.masks import masked

app = typer.Typer()
CALL_SECONDS = 10.0
One = Annotated[str, typer.Argument(help="id do conflito / the conflict's id")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="não pergunta / do not ask")]


@app.command("conflicts")
def conflicts(context: typer.Context, tenant: Tenant) -> None:
    """Mostra o que um lado não aceitou do outro / show what one side did not take over from the other"""
    session, _ = entered(context, tenant)
    with quiet():
        listed = wiring.office_means().dissents.listed(tenant)

    def human(console: Console) -> None:
        if not listed:
            console.print(session.say("offices.no_conflicts"))
            return
        cells = [
            (
                each.id,
                session.say(f"offices.field.{each.name}"),
                session.say(f"offices.kind.{each.kind}"),
                masked(each.kept, head=3, tail=3) if each.kept else "-",
                masked(each.lost, head=3, tail=3) if each.lost else "-",
            )
            for each in listed
        ]
        console.print(session.table(("id", "field", "what", "kept", "lost"), cells))

    tree = [
        {
            "id": each.id,
            "person": identifier(each.tipo, each.entity_id),
            "field": each.name,
            "kind": each.kind,
            "kept": masked(each.kept, head=3, tail=3) if each.kept else None,
            "lost": masked(each.lost, head=3, tail=3) if each.lost else None,
            "count": each.count,
            "first_at": stamp(each.first_ms),
        }
        for each in listed
    ]
    session.show({"conflicts": tree}, human)


@app.command("undo")
def undo(context: typer.Context, tenant: Tenant, id: One, yes: Yes = False) -> None:
    """Faz valer nos dois lados o valor que não ficou / let the value that was not kept stand on both sides"""
    session, desk = _desk(context, tenant)
    session.confirm(yes, "conflict.confirm_undo", id=id)
    try:
        with quiet():
            undone = desk.undo(tenant, id, who(), CALL_SECONDS)
    except NotUndone as error:
        _refuse(session, error)
    session.show({"id": undone.id}, lambda console: console.print(session.say("conflict.undone")))


@app.command("leave")
def leave(context: typer.Context, tenant: Tenant, id: One) -> None:
    """Fecha um conflito; fica como está / close a conflict and leave things as they are"""
    session, desk = _desk(context, tenant)
    try:
        with quiet():
            left = desk.close(tenant, id, who())
    except NotUndone as error:
        _refuse(session, error)
    session.show({"id": left.id}, lambda console: console.print(session.say("conflict.left")))


def _desk(context: typer.Context, tenant: str) -> tuple[Session, ConflictDesk]:
    session, _ = entered(context, tenant)
    with quiet():
        return session, ConflictDesk(wiring.office_means(), wiring.queue("zattar_events_queue_url"))


def _refuse(session: Session, error: NotUndone) -> NoReturn:
    code = str(getattr(error.outcome, "code", "")) or error.code
    sentence = session.say_reason("zattar", code) if error.outcome else session.say(f"conflict.{code}")
    session.show({"error": code, "sentence": sentence}, lambda _: typer.echo(sentence, err=True))
    raise typer.Exit(1)
