"""Items of the ledger as people read them: which way, and what happened when."""

from typing import Any

from rich.table import Table

from cli.session import Session, moment
from cli.words import knows
from ponte.storage.ledger_items import log_of
from ponte.storage.table import Item


def way(row: Item) -> list[dict[str, Any]]:
    """[{"at_ms", "step", "detail"}] by time: after a redrive the ledger's own order would mislead."""
    return sorted(log_of(row), key=lambda step: int(step["at_ms"]))


def way_table(session: Session, steps: list[dict[str, Any]]) -> Table:
    """The ledger's words in the person's language, as far as they are known."""
    cells = []
    for step in steps:
        name, detail = str(step["step"]), str(step["detail"])
        key = f"step.{name.rstrip('0123456789')}"  # parts of a long text are send0, send1, ...
        name = session.say(key) if knows(key) else name
        if detail.startswith("reason."):
            detail = session.say(detail, code=detail.rpartition(".")[2], detail="-")
        cells.append((moment(int(step["at_ms"])), name, detail))
    return session.table(("at", "step", "detail"), cells)
