"""Conversations and messages of a scenario as the bridge's own store holds them, and that store shown as a scenario's.

Both ways go through the functions' own storage classes.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ponte.chatwoot.tame import ms
from ponte.conversas.values import MOST_UNREAD, ON_HOLD, Conversa, Direcao, Mensagem, Tipo, Unread
from ponte.storage import mensagens as message_store
from ponte.storage.conversas import conversa_of
from ponte.storage.conversas import items_of as conversa_items
from ponte.storage.table import Item
from sandbox.chatwoot_times import iso
from sandbox.office_scenario import Tenant

type Row = Mapping[str, Any]

_DIRECOES: dict[str, Direcao] = {"cliente": "entrada", "nota_interna": "interna"}


def conversa_rows(tenant: Tenant, now_ms: int) -> list[Item]:
    """Core items of the tenant's conversas_chatwoot. A state without updated_at is older than any that comes."""
    found: list[Item] = []
    for row in tenant["conversas_chatwoot"]:
        found += conversa_items(_conversa(tenant, row, now_ms))
    return found


def mensagem_rows(tenant: Tenant, now_ms: int) -> list[Item]:
    """Items of the Message table."""
    found: list[Item] = []
    for row in tenant["mensagens"]:
        found += message_store.items_of(_mensagem(tenant["tenant"], row, now_ms))
    return found


def shown(items: Iterable[Item]) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """tenant -> {"conversas_chatwoot", "mensagens"} of all items of both tables, in their order."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    rows = sorted(items, key=lambda item: (str(item["pk"]), str(item["sk"])))
    pieces = {(str(item["pk"]), str(item["sk"])): item for item in rows if "piece" in item}
    for item in rows:
        if item["sk"] == "TALK":
            one = conversa_of(item)
            _of(found, one.tenant)["conversas_chatwoot"].append(_shown_conversa(one))
        elif "message_id" in item:
            text = "".join(str(pieces[str(item["pk"]), name]["piece"]) for name in item["pieces"])
            said = message_store.mensagem_of({**item, "conteudo": str(item["conteudo"]) + text})
            _of(found, said.tenant)["mensagens"].append(_shown_mensagem(said))
    return found


def _of(found: dict[str, dict[str, list[dict[str, Any]]]], tenant: str) -> dict[str, list[dict[str, Any]]]:
    return found.setdefault(tenant, {"conversas_chatwoot": [], "mensagens": []})


def _conversa(tenant: Tenant, row: Row, now_ms: int) -> Conversa:
    status = str(row.get("chatwoot_status") or {"on_hold": "pending"}.get(row["status"], row["status"]))
    account_id, number = int(row["chatwoot_account_id"]), int(row["chatwoot_conversation_id"])
    usuario_id = int(row.get("usuario_id") or 0)
    agent_id = _agent_of(tenant, usuario_id, account_id)
    unread = min(int(row.get("mensagens_nao_lidas") or 0), MOST_UNREAD)
    customers = [one for one in tenant["mensagens"] if _is_in(one, account_id, number) and one["tipo"] == "cliente"]
    return Conversa(
        tenant=tenant["tenant"],
        account_id=account_id,
        number=number,
        contact_id=int(row.get("chatwoot_contact_id") or _contact_of(tenant, row)),
        tipo=str(row.get("tipo_entidade") or ""),
        entity_id=int(row.get("entidade_id") or 0),
        assignee_id=agent_id,
        assignee_kind="User" if agent_id else "",
        usuario_id=usuario_id,
        titulo=str(row.get("titulo") or ""),
        assunto=str(row.get("assunto") or ""),
        status=status,
        held_as=status if status in ON_HOLD else "",
        prioridade=str(row.get("prioridade") or ""),
        etiquetas=tuple(row.get("etiquetas") or ()),
        unread=tuple(
            Unread(int(one["chatwoot_message_id"]), ms(one.get("criado_em")) or now_ms)
            for one in (customers[-unread:] if unread else [])
        ),
        ultima_atividade_ms=ms(row.get("ultima_atividade")),
        updated_us=ms(row.get("updated_at")) * 1000,
        synced=bool(row.get("sincronizado", True)),
        created_ms=now_ms,
        saved_ms=now_ms,
        version=1,
    )


def _mensagem(tenant: str, row: Row, now_ms: int) -> Mensagem:
    tipo: Tipo = row["tipo"]
    return Mensagem(
        tenant=tenant,
        account_id=int(row["chatwoot_account_id"]),
        number=int(row["chatwoot_conversation_id"]),
        message_id=int(row["chatwoot_message_id"]),
        tipo=tipo,
        direcao=_DIRECOES.get(tipo, "saida"),
        autor_id=int(row.get("autor_id") or 0),
        autor_nome=str(row.get("autor_nome") or ""),
        conteudo=str(row.get("conteudo") or ""),
        estado=row.get("estado") or "sent",
        apagada=bool(row.get("apagada")),
        criada_ms=ms(row.get("criado_em")) or now_ms,
        saved_ms=now_ms,
        version=1,
    )


def _is_in(row: Row, account_id: int, number: int) -> bool:
    return (row["chatwoot_account_id"], row["chatwoot_conversation_id"]) == (account_id, number)


def _contact_of(tenant: Tenant, row: Row) -> int:
    """The contact that the person of the conversation is mapped to."""
    wanted = (row.get("tipo_entidade"), row.get("entidade_id"), row["chatwoot_account_id"])
    for one in tenant["partes_chatwoot"]:
        if (one["tipo_entidade"], one["entidade_id"], one["chatwoot_account_id"]) == wanted:
            return one["chatwoot_contact_id"]
    return 0


def _agent_of(tenant: Tenant, usuario_id: int, account_id: int) -> int:
    tables = tenant["tables"]
    login = next((one.get("auth_user_id") for one in tables.get("usuarios", []) if one.get("id") == usuario_id), None)
    for one in tables.get("usuarios_chatwoot", []):
        if login and (one.get("usuario_id"), one.get("chatwoot_account_id")) == (login, account_id):
            return int(one["chatwoot_agent_id"])
    return 0


def _shown_conversa(one: Conversa) -> dict[str, Any]:
    return {
        "chatwoot_conversation_id": one.number,
        "chatwoot_account_id": one.account_id,
        "chatwoot_contact_id": one.contact_id or None,
        "tipo_entidade": one.tipo or None,
        "entidade_id": one.entity_id or None,
        "usuario_id": one.usuario_id or None,
        "titulo": one.titulo,
        "assunto": one.assunto,
        "status": one.situacao,
        "chatwoot_status": one.status,
        "prioridade": one.prioridade or None,
        "etiquetas": list(one.etiquetas),
        "mensagens_nao_lidas": one.mensagens_nao_lidas,
        "ultima_atividade": iso(one.ultima_atividade_ms) if one.ultima_atividade_ms else None,
        "updated_at": one.updated_us / 1_000_000 if one.updated_us else None,
        "sincronizado": one.synced,
    }


def _shown_mensagem(one: Mensagem) -> dict[str, Any]:
    return {
        "chatwoot_message_id": one.message_id,
        "chatwoot_conversation_id": one.number,
        "chatwoot_account_id": one.account_id,
        "tipo": one.tipo,
        "autor_id": one.autor_id or None,
        "autor_nome": one.autor_nome,
        "conteudo": None if one.apagada else one.conteudo,
        "estado": one.estado,
        "apagada": one.apagada,
        "criado_em": iso(one.criada_ms),
    }
