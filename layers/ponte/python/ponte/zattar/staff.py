"""What we ask about an office's staff: who is which agent in Chatwoot, and the notices that they read in Zattar.

`usuarios_chatwoot.usuario_id` is a login's uuid, which `usuarios.auth_user_id` joins with the number that everything
else in Zattar goes by. A notice's tipo and entidade_tipo are closed sets of Zattar's that know nothing of messages:
"sistema_alerta" is the nearest word, and the lawsuit 0 is none.

Source: zattar-os, supabase/schemas (read 2026-11).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ponte.zattar import filters
from ponte.zattar.answers import rows
from ponte.zattar.requests import MAX_IDS
from ponte.zattar.rest import MAX_ROWS, RestCall

NOTICE_TIPO, NOTICE_ENTIDADE = "sistema_alerta", "processo"
NO_LAWSUIT = 0
MAX_RECIPIENTS = 50
MARKER = "ponte_id"
"""The key in `dados_adicionais` by which a notice is known as ours."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What each of `usuarios` finds among their notices. marker: ours, by which it is written once. details: JSON."""

    usuarios: tuple[int, ...]
    marker: str
    titulo: str
    descricao: str = field(repr=False)
    details: Mapping[str, Any] = field(default_factory=dict)


def agents(account_id: int) -> RestCall:
    """Those of one account of Chatwoot: `logins_of`."""
    params = (
        ("select", "chatwoot_agent_id,usuario_id"),
        filters.eq("chatwoot_account_id", account_id),
        ("order", "id.asc"),
    )
    return RestCall("GET", "usuarios_chatwoot", params, rows=(0, MAX_ROWS - 1))


def users(logins: Sequence[str]) -> RestCall:
    """The active ones of these logins: `users_of`. Raises ValueError for none, or more than MAX_IDS."""
    if not 0 < len(logins) <= MAX_IDS:
        raise ValueError("logins")
    params = (("select", "id,auth_user_id"), filters.one_of("auth_user_id", logins), filters.is_true("ativo"))
    return RestCall("GET", "usuarios", params, rows=(0, len(logins) - 1))


def notify(notice: Notice) -> RestCall:
    """A row for each, all or none. Not harmless to repeat: ask `noticed` first where its fate is unknown.

    Raises ValueError for nobody, or more than MAX_RECIPIENTS.
    """
    if not 0 < len(notice.usuarios) <= MAX_RECIPIENTS:
        raise ValueError("usuarios")
    body = [
        {
            "usuario_id": usuario_id,
            "tipo": NOTICE_TIPO,
            "titulo": notice.titulo,
            "descricao": notice.descricao,
            "entidade_tipo": NOTICE_ENTIDADE,
            "entidade_id": NO_LAWSUIT,
            "dados_adicionais": {**notice.details, MARKER: notice.marker},
        }
        for usuario_id in notice.usuarios
    ]
    return RestCall("POST", "notificacoes", (("select", "id"),), body=body, prefer=("return=representation",))


def noticed(marker: str) -> RestCall:
    """Whether a notice with this marker is there: rows, or none."""
    holds = f"cs.{json.dumps({MARKER: marker}, ensure_ascii=False)}"
    return RestCall("GET", "notificacoes", (("select", "id"), ("dados_adicionais", holds)), rows=(0, 0))


def logins_of(result: Mapping[str, Any]) -> dict[int, str]:
    """Agent -> login."""
    found = {}
    for row in _objects(rows(result)):
        agent, login = row.get("chatwoot_agent_id"), row.get("usuario_id")
        if type(agent) is int and isinstance(login, str):
            found[agent] = login
    return found


def users_of(result: Mapping[str, Any]) -> dict[str, int]:
    """Login -> usuarios.id."""
    found = {}
    for row in _objects(rows(result)):
        login, number = row.get("auth_user_id"), row.get("id")
        if isinstance(login, str) and type(number) is int:
            found[login] = number
    return found


def _objects(found: Iterable[Any]) -> list[dict[str, Any]]:
    return [row for row in found if isinstance(row, dict)]
