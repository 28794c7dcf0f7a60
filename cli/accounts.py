"""`ponte accounts`: what Meta told last of each WhatsApp account, number and template."""

from typing import Any

import typer
from rich.console import Console

from cli.session import Session, moment, quiet, stamp
from ponte.runtime import wiring
from ponte.storage.accounts import Accounts
from ponte.storage.table import Item

NAMES = ("account", "field", "subject", "event", "detail")


def accounts(context: typer.Context) -> None:
    """Mostra o que a Meta avisou sobre contas, números e modelos / show Meta's word on accounts, numbers, templates"""
    session: Session = context.obj
    session.enter()
    with quiet():
        states = sorted(
            Accounts(wiring.tables().core).states(), key=lambda row: (not row["needs_attention"], -row["at"])
        )

    def human(console: Console) -> None:
        if not states:
            console.print(session.say("accounts.none"))
            return
        cells = [
            (
                session.say("accounts.attention" if row["needs_attention"] else "accounts.fine"),
                str(row["account"]),
                f"{row['field']} {row['subject']}".strip(),
                f"{row['event']} {row['detail']}".strip(),
                moment(int(row["at"]) * 1000),
            )
            for row in states
        ]
        console.print(session.table(("state", "account", "about", "told", "at"), cells))

    session.show({"accounts": [_as_json(row) for row in states]}, human)


def _as_json(row: Item) -> dict[str, Any]:
    told = {name: str(row[name]) for name in NAMES}
    return {**told, "needs_attention": bool(row["needs_attention"]), "at": stamp(int(row["at"]) * 1000)}
