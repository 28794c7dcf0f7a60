"""A scenario's rows brought into a fake database: completed with ids and defaults, and judged as the real one would."""

from sandbox.fakes.postgrest_errors import PostgrestError
from sandbox.fakes.zattar_catalogue import TABLES
from sandbox.fakes.zattar_database import ZattarDatabase
from sandbox.office_scenario import Tenant, Zattar
from sandbox.shapes import Refused

IN_ORDER = (
    *("usuarios", "enderecos", "clientes", "partes_contrarias", "terceiros"),
    *("usuarios_chatwoot", "integracoes", "notificacoes"),
)
"""The tables that a scenario fills, those that others refer to first. partes_chatwoot and conversas_chatwoot of a
scenario are the bridge's own store, so Zattar's tables of these names begin empty."""


def fill(database: ZattarDatabase, *, is_whole: bool) -> None:
    """Complete the rows that stand in the database's lists, as one statement. is_whole: `complete` has done so before.
    Raises Broken with table and place of the first bad one."""
    now = database.now()
    for name in IN_ORDER:
        for place, row in enumerate(database.rows[name]):
            try:
                database.seed(name, row, now, is_whole=is_whole)
            except PostgrestError as error:
                raise Broken(name, place, f"{error.code} {error.message}") from error


def complete(zattar: Zattar, now_us: int) -> None:
    """Complete every row. Raises Refused with the path of the first one that the real database would not hold."""
    for at, tenant in enumerate(zattar["tenants"]):
        where = f"zattar.tenants[{at}].tables"
        _refuse_unknown_columns(tenant, where)
        try:
            fill(ZattarDatabase(tenant["tables"], lambda: now_us), is_whole=False)
        except Broken as broken:
            raise Refused(broken.reason, f"{where}.{broken.table}[{broken.place}]") from None


class Broken(Exception):
    """A row that the real database would not hold."""

    def __init__(self, table: str, place: int, reason: str) -> None:
        super().__init__(table)
        self.table = table
        self.place = place
        self.reason = reason


def _refuse_unknown_columns(tenant: Tenant, where: str) -> None:
    for name, rows in tenant["tables"].items():
        for place, row in enumerate(rows):
            for column in row:
                if column not in TABLES[name].columns:
                    raise Refused("unknown key", f"{where}.{name}[{place}].{column}")
