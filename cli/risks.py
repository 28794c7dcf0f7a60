"""`ponte risks`: which messages somebody may have seen twice, because a lost send was repeated without proof."""

from typing import Annotated, Any

import typer
from rich.console import Console

from cli.session import Session, moment, quiet, stamp
from cli.words import words
from ponte.runtime import wiring
from ponte.runtime.redrive import direction, public_id
from ponte.storage.ledger_items import word
from ponte.storage.risks import Risk

app = typer.Typer(no_args_is_help=True, help="Mensagens talvez repetidas / messages perhaps seen twice")
Limit = Annotated[int, typer.Option(min=1, max=1000, help="quantas, das mais novas / how many, newest first")]


def as_json(risk: Risk) -> dict[str, Any]:
    """step: what was repeated ("send0" is the first part of an operator's text). status: as in a trace."""
    return {
        "id": public_id(risk.row),
        "source_id": str(risk.row.get("source_id", "")),
        "direction": direction(risk.row),
        "status": word(risk.row),
        "step": risk.step,
        "repeated_at": stamp(risk.at_ms),
    }


@app.command("list")
def list_risks(context: typer.Context, limit: Limit = 50) -> None:
    """Lista, das mais novas às antigas / list them, newest first"""
    session: Session = context.obj
    session.enter()
    with quiet():
        risks = wiring.means().ledger.risks(limit)

    def human(console: Console) -> None:
        if not risks:
            console.print(session.say("risks.none"))
            return
        rows = [
            (
                public_id(risk.row),
                moment(risk.at_ms),
                session.say(f"direction.{direction(risk.row)}"),
                words(f"status.{word(risk.row)}", session.lang),
            )
            for risk in risks
        ]
        console.print(session.table(("id", "at", "direction", "status"), rows))

    session.show({"risks": [as_json(risk) for risk in risks]}, human)
