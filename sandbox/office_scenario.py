"""The types of a scenario's part `zattar`; its shape and defaults stand in scenario.schema.json."""

from typing import Any, TypedDict


class User(TypedDict):
    """A member of staff. token: what the fake's /auth/v1/user takes. scopes: what they may do on our API."""

    auth_id: str
    token: str
    usuario_id: int
    scopes: list[str]


class Mapping(TypedDict):
    tipo_entidade: str
    entidade_id: int
    chatwoot_contact_id: int
    chatwoot_account_id: int
    dados_sincronizados: dict[str, Any]
    sincronizado: bool


class OfficeSettings(TypedDict):
    auto_assign: bool | dict[str, Any]
    auto_responders: bool | list[Any] | dict[str, Any]
    public_contacts_api: bool
    mirror: bool


class Tenant(TypedDict):
    """tables: rows as in fakes/zattar_schema.json, whole or in part. conversas_chatwoot, mensagens: in the bridge's own
    store (office_talk.py)."""

    tenant: str
    supabase_host: str
    service_key: str
    webhook_secret: str
    path_secret: str
    users: list[User]
    tables: dict[str, list[dict[str, Any]]]
    partes_chatwoot: list[Mapping]
    conversas_chatwoot: list[dict[str, Any]]
    mensagens: list[dict[str, Any]]
    settings: OfficeSettings


class Zattar(TypedDict):
    tenants: list[Tenant]
