"""The law offices of a scenario: Zattar's tables of each, its users, and the calls that its triggers make."""

import json
from collections.abc import Callable
from typing import Any

from sandbox.calls import Call
from sandbox.fakes.zattar_database import RowChange, ZattarDatabase
from sandbox.office_scenario import Tenant, User
from sandbox.office_tables import IN_ORDER, fill
from sandbox.webhooks import Webhook

type OnWebhook = Callable[[str, Webhook], None]

_LEFT_OUT: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("clientes", "partes_contrarias", "terceiros"), ("dados_anteriores",)),
    "enderecos": ("dados_pje_completo",),
    "integracoes": ("configuracao", "metadata"),
}
_UNSEEN = ("updated_at", "ultima_atualizacao_pje")


class OfficeState:
    """What one office's database holds. `config` is the scenario's tenant itself: its tables show in GET /scenario.

    on_webhook: told (table, webhook) of each call that a trigger makes.
    """

    def __init__(self, config: Tenant, now_us: Callable[[], int], on_webhook: OnWebhook) -> None:
        self.config = config
        self._on_webhook = on_webhook
        self.database = ZattarDatabase({name: config["tables"].setdefault(name, []) for name in IN_ORDER}, now_us)
        fill(self.database, is_whole=True)
        self.database.on_change = self._post

    def user_of(self, token: str) -> User | None:
        return next((user for user in self.config["users"] if token and user["token"] == token), None)

    def _post(self, change: RowChange) -> None:
        if webhook := database_webhook(self.config, change):
            self._on_webhook(change.table, webhook)


def with_scopes(offices: list[OfficeState], call: Call, body: bytes) -> bytes:
    """What a server in the fake's place says of a user, with the scopes that the scenario gives them, where it tells of
    none itself: it may know who they are without knowing our scopes."""
    try:
        told = json.loads(body)
    except ValueError:
        return body
    token = call.headers.get("authorization", "").partition(" ")[2].strip()
    office = next((one for one in offices if one.config["supabase_host"] == call.host), None)
    user = office.user_of(token) if office else None
    metadata = told.get("app_metadata") if isinstance(told, dict) else None
    if user is None or not isinstance(told, dict) or "scopes" in (metadata if isinstance(metadata, dict) else {}):
        return body
    known = metadata if isinstance(metadata, dict) else {}
    return json.dumps({**told, "app_metadata": {**known, "scopes": user["scopes"]}}).encode()


def database_webhook(tenant: Tenant, change: RowChange) -> Webhook | None:
    """What the triggers of sql/install.sql post for a change, None where they stay silent; a test compares the two."""
    left_out = _LEFT_OUT.get(change.table)
    if left_out is None:
        return None
    old, record = change.old, change.record
    if old is not None and record is not None:
        rotated = change.table == "integracoes" and old["configuracao"] != record["configuracao"]
        unseen = (*left_out, *_UNSEEN)
        if not rotated and _without(old, unseen) == _without(record, unseen):
            return None
    tree = {
        "type": change.operation,
        "table": change.table,
        "schema": "public",
        "record": _without(record, left_out),
        "old_record": _without(old, left_out),
    }
    headers = {"content-type": "application/json", "x-ponte-secret": tenant["webhook_secret"], "user-agent": "pg_net"}
    return Webhook(f"/webhooks/zattar/{tenant['tenant']}", headers, json.dumps(tree).encode())


def _without(row: dict[str, Any] | None, columns: tuple[str, ...]) -> dict[str, Any] | None:
    return None if row is None else {name: value for name, value in row.items() if name not in columns}
