"""The play API behind Zattar's client page: staff add, change and delete people, as the office's application would."""

from collections.abc import Callable
from typing import Any

from sandbox.fakes.postgrest_errors import PostgrestError
from sandbox.fakes.row_filters import Row
from sandbox.fakes.zattar_catalogue import TABLES
from sandbox.offices import OfficeState
from sandbox.shapes import Refused, check
from sandbox.world import World

PEOPLE = ("clientes", "partes_contrarias", "terceiros")
_EDIT: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["tenant", "table"],
    "properties": {
        "tenant": {"type": "string"},
        "table": {"type": "string", "enum": [*PEOPLE, "enderecos"]},
        "id": {"type": ["integer", "null"], "minimum": 1},
        "changes": {"type": "object", "default": {}},
        "delete": {"type": "boolean", "default": False},
    },
}


class PlayOffice:
    """pending: how many database webhooks wait to be posted."""

    def __init__(self, world: World, pending: Callable[[], int]) -> None:
        self._world = world
        self._pending = pending

    def state(self) -> dict[str, Any]:
        """{"tenants": [{"tenant", "tables": {clientes, partes_contrarias, terceiros, enderecos}}], "pending"}."""
        with self._world.lock:
            tenants = [
                {
                    "tenant": office.config["tenant"],
                    "tables": {
                        name: [dict(row) for row in office.database.rows[name]] for name in (*PEOPLE, "enderecos")
                    },
                }
                for office in self._world.offices
            ]
        return {"tenants": tenants, "pending": self._pending()}

    def edit(self, data: Any) -> dict[str, Any]:
        """{"row"}: as it is after the edit, null once it is deleted. Raises Refused, with PostgreSQL's words too."""
        asked = check(data, _EDIT)
        with self._world.lock:
            office = next((one for one in self._world.offices if one.config["tenant"] == asked["tenant"]), None)
            if office is None:
                raise Refused("unknown", "tenant")
            for column in asked["changes"]:
                if column not in TABLES[asked["table"]].columns:
                    raise Refused("unknown key", f"changes.{column}")
            try:
                return {"row": _edit(office, asked)}
            except PostgrestError as error:
                raise Refused(f"{error.code} {error.message}", "changes") from None


def _edit(office: OfficeState, asked: dict[str, Any]) -> Row | None:
    table, number = asked["table"], asked.get("id")
    if number is None:
        (made,), _ = office.database.insert(table, [asked["changes"]])
        return dict(made)
    row = office.database.by_id(table, number)
    if row is None:
        raise Refused("unknown", "id")
    if asked["delete"]:
        office.database.delete(table, [row])
        return None
    office.database.update(table, [row], asked["changes"])
    return dict(row)
