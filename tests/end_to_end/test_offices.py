"""The office bridge in the sandbox, each function under its own role: what an office's secrets let in and what not."""

import hashlib
import hmac
import json
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.end_to_end.conftest import Sandbox

pytestmark = pytest.mark.end_to_end
EVENTS = Path(__file__).parents[2] / "events"
TENANT, SECRET, SIGNS = "zattar-advogados", "database-secret-of-the-samples", "whsec-fixture-8Zr2kQ"
HOST = "chat.zattar.example"


def scenario() -> dict[str, Any]:
    integration = {"api_url": f"https://{HOST}", "api_key": "api-key-of-the-office", "account_id": 7}
    return {
        "timing": {"unknown_wait_s": 1, "retry_first_s": 1, "retry_cap_s": 2, "lease_s": 4},
        "chatwoot": {
            "accounts": [
                {
                    "host": HOST,
                    "account_id": 7,
                    "api_key": "api-key-of-the-office",
                    "integration_user_id": 3,
                    "webhooks": [{"id": 1, "secret": SIGNS, "subscriptions": ["contact_updated"]}],
                }
            ]
        },
        "zattar": {
            "tenants": [
                {
                    "tenant": TENANT,
                    "supabase_host": "abcdefghijklmnop.supabase.co",
                    "service_key": "service-key-of-the-office",
                    "webhook_secret": SECRET,
                    "tables": {
                        "integracoes": [
                            {
                                "id": "0d9c7c7e-5a0e-4b57-9b1c-0c8a1f0a7d11",
                                "tipo": "chatwoot",
                                "nome": "Atendimento",
                                "ativo": True,
                                "configuracao": integration,
                            }
                        ]
                    },
                }
            ]
        },
    }


def body(function: str, case: str) -> bytes:
    event = json.loads((EVENTS / function / f"{case}.json").read_text(encoding="utf-8"))
    return str(event["body"]).encode()


def from_zattar(sandbox: Sandbox, secret: str, tenant: str = TENANT) -> int:
    headers = {"content-type": "application/json", "x-ponte-secret": secret}
    url = f"{sandbox.gateway}/webhooks/zattar/{tenant}"
    return httpx.post(url, content=body("zattar_webhook", "cliente_updated"), headers=headers).status_code


def from_chatwoot(sandbox: Sandbox, secret: str, case: str = "contact_updated") -> int:
    content, stamp = body("chatwoot_webhook", case), str(int(time.time()))
    signature = hmac.new(secret.encode(), stamp.encode() + b"." + content, hashlib.sha256).hexdigest()
    headers = {
        "content-type": "application/json",
        "x-chatwoot-timestamp": stamp,
        "x-chatwoot-signature": f"sha256={signature}",
    }
    url = f"{sandbox.gateway}/webhooks/chatwoot/{TENANT}"
    return httpx.post(url, content=content, headers=headers).status_code


def test_an_offices_events_reach_their_workers_and_a_forgers_do_not(running: Sandbox) -> None:
    running.put(scenario())
    assert from_zattar(running, "guess") == 401
    assert from_zattar(running, SECRET, "another-office") == 404
    assert from_chatwoot(running, "guess") == 401
    assert from_chatwoot(running, SIGNS, "foreign_account") == 200
    assert running.drain(10)["quiet"], "nothing of it is queued"
    assert from_chatwoot(running, SIGNS) == 200
    running.settle()
    assert running.trace("contact_updated|5012|1781706002771")["status"] == "SKIPPED", "of a contact that is nobody's"
    assert from_zattar(running, SECRET) == 200
    assert taken(running, "clientes|1842|1781706002771000|UPDATE")


def taken(sandbox: Sandbox, source_id: str, seconds: float = 20) -> bool:
    """Whether a worker wrote the event down; what becomes of it is the providers' affair."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if "status" in sandbox.trace(source_id):
            return True
        time.sleep(0.05)
    return False
