"""What a function is told by its environment: read once at the composition root, checked, typed.

Stdlib only: the ingress functions import this. Every name appears in template.yaml; the sandbox adds EGRESS.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ponte.errors import Misconfigured

EGRESS = "PONTE_EGRESS_URL"


@dataclass(frozen=True, slots=True)
class Settings:
    """public_base_url: of the HTTP API, no trailing slash. egress_url: "" in production (see runtime/egress.py)."""

    core_table: str
    message_table: str
    audit_table: str
    state_table: str
    store_bucket: str
    data_key_arn: str
    app_secret_arn: str
    whatsapp_events_queue_url: str
    whatsapp_statuses_queue_url: str
    bitrix24_events_queue_url: str
    public_base_url: str
    stage: str
    graph_version: str
    connector_id: str
    language: str
    function_name: str
    egress_url: str
    zattar_events_queue_url: str = ""
    chatwoot_events_queue_url: str = ""
    whatsapp_events_dead_letters_url: str = ""
    whatsapp_statuses_dead_letters_url: str = ""
    bitrix24_events_dead_letters_url: str = ""
    zattar_events_dead_letters_url: str = ""
    chatwoot_events_dead_letters_url: str = ""


_NAMES = {
    "core_table": "CORE_TABLE",
    "message_table": "MESSAGE_TABLE",
    "audit_table": "AUDIT_TABLE",
    "state_table": "STATE_TABLE",
    "store_bucket": "STORE_BUCKET",
    "data_key_arn": "DATA_KEY_ARN",
    "app_secret_arn": "APP_SECRET_ARN",
    "whatsapp_events_queue_url": "WHATSAPP_EVENTS_QUEUE_URL",
    "whatsapp_statuses_queue_url": "WHATSAPP_STATUSES_QUEUE_URL",
    "bitrix24_events_queue_url": "BITRIX24_EVENTS_QUEUE_URL",
    "zattar_events_queue_url": "ZATTAR_EVENTS_QUEUE_URL",
    "chatwoot_events_queue_url": "CHATWOOT_EVENTS_QUEUE_URL",
    "public_base_url": "PUBLIC_BASE_URL",
    "whatsapp_events_dead_letters_url": "WHATSAPP_EVENTS_DEAD_LETTERS_QUEUE_URL",
    "whatsapp_statuses_dead_letters_url": "WHATSAPP_STATUSES_DEAD_LETTERS_QUEUE_URL",
    "bitrix24_events_dead_letters_url": "BITRIX24_EVENTS_DEAD_LETTERS_QUEUE_URL",
    "zattar_events_dead_letters_url": "ZATTAR_EVENTS_DEAD_LETTERS_QUEUE_URL",
    "chatwoot_events_dead_letters_url": "CHATWOOT_EVENTS_DEAD_LETTERS_QUEUE_URL",
}


def read(environ: Mapping[str, str]) -> Settings:
    """Settings from an environment. A function gets only the names it needs; `require` is called where one is used."""
    given = {field: environ.get(name, "") for field, name in _NAMES.items()}
    given["public_base_url"] = given["public_base_url"].rstrip("/")
    return Settings(
        **given,
        stage=environ.get("STAGE", "dev"),
        graph_version=environ.get("GRAPH_VERSION", "v26.0"),
        connector_id=environ.get("CONNECTOR_ID", "ponte_whatsapp"),
        language=environ.get("LANGUAGE", "pt-BR"),
        function_name=environ.get("AWS_LAMBDA_FUNCTION_NAME", ""),
        egress_url=environ.get(EGRESS, "").rstrip("/"),
    )


def require(settings: Settings, field: str) -> str:
    """The setting, or Misconfigured with its environment name: the function was deployed without it."""
    value: str = getattr(settings, field)
    if not value:
        raise Misconfigured(f"missing_setting:{_NAMES.get(field, field)}")
    return value
