"""The office that the samples of webhooks speak of, as a scenario: for walking them one by one (docs/coverage.md)."""

import base64
from typing import Any

NUMBER, MEMBER = "106540352242922", "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
CONNECTOR, LINE = "wa_cloud_bridge", 107
NOW_MS = 1_763_500_100_000  # a minute after the samples' stamps, so that the window is open
FILE = b"the file of the sample"  # of which customers' samples tell the name, type and digest only
BODIES = {
    "retomar": "Olá, {{1}}! Podemos continuar?",
    "pedido_pronto": "Olá, {{1}}! O pedido {{2}} está pronto.",
    "visita_marcada": "Olá, {{1}}! A sua visita está marcada.",
}
HEADERS = {"visita_marcada": [{"type": "HEADER", "format": "IMAGE"}]}


def scenario(sent: list[str], media: list[dict[str, Any]], files: list[dict[str, Any]], ago_ms: int) -> dict[str, Any]:
    """The office of the samples: its number, its line, the chat of the operators' samples. sent: wamids in it.

    media: a webhook's own words for the files that lie at Meta. files: those in the portal. ago_ms: since when the
    customer of that chat is silent.
    """
    encoded = {"bytes_base64": base64.b64encode(FILE).decode()}
    number: dict[str, Any] = {
        "phone_number_id": NUMBER,
        "waba_id": "102290129340398",
        "display_phone_number": "15550783881",
    }
    number["window_template"] = {"name": "retomar", "language": "pt_BR", "parameters": ["{primeiro_nome}"]}
    chat = {"chat_id": 1807, "external": "5511900000001", "connector": CONNECTOR, "line": LINE, "bitrix_user_id": 585}
    portal = {
        "member_id": MEMBER,
        "domain": "contoso.bitrix24.com.br",
        "application_token": "d5a1f6c0e9b84723a6c1e0f9b8d7c6a5",
        "access_token": "access",
        "refresh_token": "refresh",
        "expires_at": NOW_MS // 1000 + 3600,
        "lines": [{"connector": CONNECTOR, "line": LINE, "phone_number_id": NUMBER}],
        "chats": [{**chat, "name": "Maria Silva", "last_inbound_ms": NOW_MS - ago_ms}],
        "sent": [{"im_message_id": 86000, "wamids": sent, "external": "5511900000001"}],
        "files": files,
    }
    return {
        "meta": {
            "app_secret": "0123456789abcdef0123456789abcdef",
            "verify_token": "v",
            "access_token": "t",
            "numbers": [number],
            "media": [{"id": each["id"], "mime_type": each["mime_type"], **encoded} for each in media],
            "templates": [
                {
                    "name": name,
                    "language": "pt_BR",
                    "status": "APPROVED",
                    "category": "UTILITY",
                    "components": [*HEADERS.get(name, []), {"type": "BODY", "text": text}],
                }
                for name, text in BODIES.items()
            ],
        },
        "bitrix24": {"client_id": "c", "client_secret": "s", "portals": [portal]},
    }
