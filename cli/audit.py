"""`ponte audit`: who had what done to whom, as far as this can be proved, and whether the trail is whole."""

import json
from typing import Annotated, Any

import typer
from rich.console import Console

from cli.offices import Tenant, entered, known_office
from cli.session import Session, Usage, moment, quiet, stamp, who
from cli.words import knows
from ponte.relays.zattar_to_chatwoot import identifier, read_identifier
from ponte.runtime import wiring
from ponte.runtime.office_audit import READ
from ponte.storage.audit import Audit, Note, Row
from ponte.storage.audit_check import Checked, check
from ponte.texts.masks import masked

app = typer.Typer(no_args_is_help=True, help="Trilha de auditoria / audit trail")

Person = Annotated[str, typer.Option("--person", help="tipo/id no Zattar: cliente/7 / a person of Zattar")]
Contact = Annotated[int, typer.Option("--contact", help="id do contato no Chatwoot / a contact of Chatwoot", min=0)]
Limit = Annotated[int, typer.Option("--limit", help="quantas linhas, até 1000 / how many rows", min=1, max=1000)]
Values = Annotated[bool, typer.Option("--values", help="antes e depois, mascarados / before and after, masked")]
Clear = Annotated[bool, typer.Option("--clear", help="sem máscara; a consulta fica na trilha / unmasked, and noted")]


@app.command("list")
def list_rows(
    context: typer.Context,
    tenant: Tenant,
    person: Person = "",
    contact: Contact = 0,
    limit: Limit = 100,
    values: Values = False,
    clear: Clear = False,
) -> None:
    """Mostra a trilha de um escritório, de uma pessoa ou de um contato / show an office's, person's, contact's trail"""
    session: Session = context.obj
    if person and contact:
        raise Usage(session.say("audit.one_subject"))
    whom = _person(session, person) if person else None
    if clear and not (whom or contact):
        raise Usage(session.say("audit.clear_of_whom"))
    session.enter()
    office = known_office(session, tenant)
    account_id = office.chatwoot.account_id if office.chatwoot else 0
    with quiet():
        audit = wiring.office_means().audit
        if whom:
            rows = audit.of_person(tenant, *whom, limit)
        elif contact:
            rows = audit.of_contact(tenant, account_id, contact, limit)
        else:
            rows = audit.recent(tenant, limit)
        if clear:
            seen = Note(READ, who(), {"rows": str(len(rows))}, whom, (account_id, contact) if contact else None)
            audit.add(tenant, seen, wiring.CLOCK.now_ms())
        trees = [row_json(row, _values(audit, tenant, row, clear=clear) if values or clear else None) for row in rows]

    def human(console: Console) -> None:
        if not rows:
            console.print(session.say("audit.none"))
            return
        cells = [_cells(session, row, tree.get("values")) for row, tree in zip(rows, trees, strict=True)]
        console.print(session.table(("at", "person", "contact", "what", "by", "detail"), cells))

    session.show({"rows": trees}, human)


@app.command("verify")
def verify(context: typer.Context, tenant: Tenant) -> None:
    """Confere se a trilha está inteira e sem alteração / check that the trail is whole and unaltered"""
    session, _ = entered(context, tenant)
    with quiet():
        checked = check(wiring.office_means().audit, tenant, wiring.CLOCK.now_ms())

    def human(console: Console) -> None:
        for broken in checked.broken:
            place = f"{broken.place.chain}/{broken.place.n}"
            console.print(session.say(f"audit.fault.{broken.fault}", place=place), markup=False)
        key = "audit.broken" if checked.broken else "audit.whole"
        console.print(session.say(key, rows=checked.rows, erased=checked.erased))
        for chain, last in checked.heads.items():
            console.print(f"  {chain}: {last}", markup=False, highlight=False, soft_wrap=True)

    session.show(checked_json(checked), human)
    raise typer.Exit(1 if checked.broken else 0)


def row_json(row: Row, values: list[dict[str, Any]] | None) -> dict[str, Any]:
    """values: None where they were not asked for."""
    tree = {
        "chain": row.place.chain,
        "n": row.place.n,
        "at": stamp(row.at_ms),
        "action": row.action,
        "by": row.by,
        "person": identifier(*row.person) if row.person else None,
        "account_id": row.contact[0] if row.contact else None,
        "contact_id": row.contact[1] if row.contact else None,
        "detail": dict(row.detail),
        "has_values": row.has_values,
        "erased": row.has_values and not row.sealed,
    }
    return tree if values is None else tree | {"values": values}


def checked_json(checked: Checked) -> dict[str, Any]:
    return {
        "whole": not checked.broken,
        "rows": checked.rows,
        "erased": checked.erased,
        "broken": [{"chain": each.place.chain, "n": each.place.n, "fault": each.fault} for each in checked.broken],
        "heads": {str(chain): last for chain, last in checked.heads.items()},
    }


def shown(value: Any, *, clear: bool) -> Any:
    """A value of a person, masked wherever it is text."""
    match value:
        case str():
            return value if clear or not value else masked(value, head=3, tail=3)
        case dict():
            return {key: shown(each, clear=clear) for key, each in value.items()}
    return value


def _values(audit: Audit, tenant: str, row: Row, *, clear: bool) -> list[dict[str, Any]]:
    changes = json.loads(audit.values(tenant, row) or "[]")
    return [
        change | {side: shown(change[side], clear=clear or change["name"] == "labels") for side in ("before", "after")}
        for change in changes
    ]


def _cells(session: Session, row: Row, values: list[dict[str, Any]] | None) -> tuple[str, ...]:
    key = f"audit.action.{row.action}"
    status = row.detail.get("status", "")
    what = [session.say(key) if knows(key) else row.action]
    if status:
        what.append(session.say(f"audit.status.{status}"))
    lines = [f"{name}: {value}" for name, value in row.detail.items() if name not in ("status", "event") and value]
    for change in values or ():
        lines.append(f"{change['side'] or '='}.{change['name']}: {change['before'] or '-'} -> {change['after'] or '-'}")
    if row.has_values and not row.sealed:
        lines.append(session.say("audit.erased"))
    return (
        moment(row.at_ms),
        identifier(*row.person) if row.person else "-",
        str(row.contact[1]) if row.contact else "-",
        ", ".join(what),
        row.by,
        "; ".join(lines),
    )


def _person(session: Session, given: str) -> tuple[str, int]:
    """From cliente/7, or an identifier as it stands in Chatwoot. Raises Usage."""
    found = read_identifier(given if given.startswith("zattar_") else f"zattar_{given.replace('/', '_')}")
    if found is None:
        raise Usage(session.say("audit.bad_person"))
    return found[0].value, found[1]
