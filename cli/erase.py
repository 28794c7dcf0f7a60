"""`ponte offices erase`: what Ponte keeps of one person, shown, and erased after a yes."""

from typing import Annotated, Any

import typer
from rich.console import Console

from cli.offices import Tenant, entered
from cli.session import Session, quiet, who
from ponte.relays.zattar_to_chatwoot import identifier
from ponte.runtime import wiring
from ponte.runtime.person_erasure import Holding, PersonErasure
from ponte.zattar.values import Tipo

app = typer.Typer()
Look = Annotated[bool, typer.Option("--preview", help="só mostra o que há / only show what there is")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="não pergunta / do not ask")]


@app.command("erase")
def erase(
    context: typer.Context,
    tenant: Tenant,
    tipo: Annotated[Tipo, typer.Argument(help="cliente, parte_contraria, terceiro")],
    entity_id: Annotated[int, typer.Argument(help="id no Zattar / id in Zattar", min=1)],
    preview: Look = False,
    yes: Yes = False,
) -> None:
    """Apaga o que o Ponte guarda de uma pessoa (LGPD) / erase what Ponte keeps of a person"""
    session, _ = entered(context, tenant)
    whom = (tenant, tipo.value, entity_id)
    with quiet():
        tables = wiring.tables()
        erasure = PersonErasure(wiring.office_means(), tables.core, tables.message)
        holding = erasure.preview(*whom)
    if preview or not session.as_json:
        session.show(_tree(tipo, entity_id, holding, erased=False), lambda c: _print(session, c, holding))
    if preview:
        return
    session.confirm(yes, "erase.confirm", person=identifier(tipo, entity_id))
    with quiet():
        erased = erasure.erase(*whom, who())
        left = erasure.preview(*whom)
    tree = _tree(tipo, entity_id, erased, erased=True) | {"left": left.events + left.busy + left.audit_values}
    session.show(tree, lambda c: c.print(session.say("erase.busy" if tree["left"] else "erase.done")))
    raise typer.Exit(1 if tree["left"] else 0)


def _tree(tipo: Tipo, entity_id: int, holding: Holding, *, erased: bool) -> dict[str, Any]:
    return {
        "person": identifier(tipo, entity_id),
        "erased": erased,
        "linked": holding.linked,
        "contacts": list(holding.contacts),
        "conflicts": holding.conflicts,
        "suggestions": holding.suggestions,
        "conversations": holding.conversations,
        "events": holding.events,
        "busy": holding.busy,
        "audit_values": holding.audit_values,
    }


def _print(session: Session, console: Console, holding: Holding) -> None:
    counts = {
        "link": int(holding.linked),
        "conflicts": holding.conflicts,
        "suggestions": holding.suggestions,
        "conversations": holding.conversations,
        "events": holding.events,
        "under_way": holding.busy,
        "audit_values": holding.audit_values,
    }
    for name, count in counts.items():
        console.print(f"{session.say(f'erase.{name}')}: {count}", markup=False)
