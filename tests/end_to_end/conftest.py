"""The whole bundle on this machine: one sandbox for the run, driven through its documented interface only."""

import hashlib
import hmac
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "tests" / "samples"
START_SECONDS = 120
APP_SECRET = "0123456789abcdef0123456789abcdef"
MEMBER = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
TOKEN = "d5a1f6c0e9b84723a6c1e0f9b8d7c6a5"
NUMBER = "106540352242922"
CONNECTOR = "wa_cloud_bridge"
LINE = 107


def scenario(**portal: Any) -> dict[str, Any]:
    """One portal, one line, one number, as the contract samples name them; quick timing."""
    return {
        "timing": {"unknown_wait_s": 2, "retry_first_s": 1, "retry_cap_s": 2, "lease_s": 4},
        "meta": {
            "app_secret": APP_SECRET,
            "verify_token": "verify-me",
            "access_token": "EAA-end-to-end",
            "numbers": [
                {
                    "phone_number_id": NUMBER,
                    "waba_id": "102290129340398",
                    "display_phone_number": "+55 11 5078-3881",
                    "rate": {"per_s": 80, "burst": 80, "pair_per_s": 50, "pair_burst": 200},
                }
            ],
        },
        "bitrix24": {
            "client_id": "local.65f0c0ffee0000.12345678",
            "client_secret": "client-secret-end-to-end",
            "portals": [
                {
                    "member_id": MEMBER,
                    "domain": "contoso.bitrix24.com.br",
                    "application_token": TOKEN,
                    "status": "active",
                    "access_token": "access-token-end-to-end",
                    "refresh_token": "refresh-token-end-to-end",
                    "expires_at": int(time.time()) + 3000,
                    "crm": "contact",
                    "rate": {"per_s": 50, "burst": 200},
                    "contacts": [],
                    "lines": [{"connector": CONNECTOR, "line": LINE, "signature": False, "phone_number_id": NUMBER}],
                    "chats": [],
                    "sent": [],
                    **portal,
                }
            ],
        },
    }


def seeded_chat(external: str = "5511900000001", **more: Any) -> dict[str, Any]:
    """The chat that the samples of operators' messages speak of."""
    return {
        "chat_id": 1807,
        "external": external,
        "connector": CONNECTOR,
        "line": LINE,
        "bitrix_user_id": 585,
        "name": "Maria Silva",
        **more,
    }


def sample(platform: str, event: str) -> tuple[bytes, dict[str, str]]:
    folder = SAMPLES / platform / event
    return (folder / "body").read_bytes(), json.loads((folder / "headers.json").read_text())


@dataclass
class Sandbox:
    """A running sandbox. Every method is a call of its documented interface."""

    gateway: str
    control: str
    playground: str
    folder: Path
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30, trust_env=False))

    def put(self, tree: dict[str, Any]) -> httpx.Response:
        return self.http.put(f"{self.control}/scenario", json=tree)

    def post_whatsapp(self, tree: Any, secret: str = APP_SECRET) -> httpx.Response:
        body = tree if isinstance(tree, bytes) else json.dumps(tree, separators=(",", ":")).encode()
        signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"content-type": "application/json", "x-hub-signature-256": f"sha256={signature}"}
        return self.http.post(f"{self.gateway}/webhooks/meta", content=body, headers=headers)

    def text(self, wamid: str, text: str, sender: str = "5511987654321", user_id: str = "", at: int = 0) -> Any:
        """A webhook with one text of a customer."""
        message = {"from": sender, "id": wamid, "timestamp": str(at or int(time.time())), "type": "text"}
        contact: dict[str, Any] = {"profile": {"name": "Maria Silva"}, "wa_id": sender}
        if user_id:
            message["from_user_id"] = contact["user_id"] = user_id
        return value({"contacts": [contact], "messages": [{**message, "text": {"body": text}}]})

    def status(self, wamid: str, status: str, **more: Any) -> Any:
        at = str(int(time.time()))
        return value({"statuses": [{"id": wamid, "status": status, "timestamp": at, "recipient_id": "55119", **more}]})

    def post_bitrix(self, body: bytes) -> httpx.Response:
        headers = {"content-type": "application/x-www-form-urlencoded"}
        return self.http.post(f"{self.gateway}/webhooks/bitrix24/outbound", content=body, headers=headers)

    def operator(self, message_id: int, text: str, external: str = "5511900000001", token: str = TOKEN) -> bytes:
        """ONIMCONNECTORMESSAGEADD as PHP writes it."""
        message = "data[MESSAGES][0]"
        return urlencode(
            {
                "event": "ONIMCONNECTORMESSAGEADD",
                "data[CONNECTOR]": CONNECTOR,
                "data[LINE]": LINE,
                f"{message}[im][chat_id]": 1807,
                f"{message}[im][message_id]": message_id,
                f"{message}[message][user_id]": 27,
                f"{message}[message][text]": f"[b]Ana:[/b] [br]{text}",
                f"{message}[chat][id]": external,
                "ts": int(time.time()),
                "auth[domain]": "contoso.bitrix24.com.br",
                "auth[member_id]": MEMBER,
                "auth[application_token]": token,
            }
        ).encode()

    def drain(self, timeout_s: float = 40) -> dict[str, Any]:
        answer = self.http.post(f"{self.control}/drain", json={"timeout_s": timeout_s}, timeout=timeout_s + 10)
        tree: dict[str, Any] = answer.json()
        return tree

    def settle(self) -> None:
        state = self.drain()
        assert state["quiet"], state

    def journal(self, provider: str) -> list[dict[str, Any]]:
        answer = self.http.get(f"{self.control}/journal", params={"provider": provider, "after": 0}).json()
        rows: list[dict[str, Any]] = answer if isinstance(answer, list) else answer["entries"]
        return rows

    def await_calls(self, provider: str, path: str, seconds: float = 20) -> list[dict[str, Any]]:
        """Calls whose path ends so, as soon as there are any."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = [row for row in self.journal(provider) if row["path"].endswith(path)]
            if found:
                return found
            time.sleep(0.05)
        raise AssertionError(f"no call to {provider} {path}")

    def calls(self, method: str) -> list[dict[str, Any]]:
        """Bitrix24 calls of one REST method, in order."""
        return [
            row for row in self.journal("bitrix24") if row["path"].split("/rest/")[-1].removesuffix(".json") == method
        ]

    def sends(self) -> list[dict[str, Any]]:
        """Graph sends that took effect, without read marks."""
        return [
            row["body"]
            for row in self.journal("meta")
            if row["path"].endswith("/messages") and row["body"].get("status") != "read" and row["took_effect"]
        ]

    def shown(self) -> list[str]:
        """Texts of the customer's messages that took effect in the portal, in order."""
        return [
            call["body"]["MESSAGES"][0]["message"]["text"]
            for call in self.calls("imconnector.send.messages")
            if call["took_effect"]
        ]

    def notices(self) -> list[str]:
        return [str(call["body"].get("MESSAGE", "")) for call in self.calls("im.message.add") if call["took_effect"]]

    def fault(self, **fault: Any) -> None:
        answer = self.http.post(f"{self.control}/faults", json=[{"times": 1, "match": {}, **fault}])
        assert answer.status_code < 300, answer.text

    def parked(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.http.get(f"{self.control}/parked").json()
        return rows

    def trace(self, source_id: str) -> dict[str, Any]:
        tree: dict[str, Any] = self.http.get(f"{self.control}/trace/{source_id}").json()
        return tree


def value(value: dict[str, Any]) -> dict[str, Any]:
    metadata = {"display_phone_number": "551150783881", "phone_number_id": NUMBER}
    change = {"value": {"messaging_product": "whatsapp", "metadata": metadata, **value}, "field": "messages"}
    return {"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": [change]}]}


def _port_block() -> int:
    """First of nine free ports in a row; each parallel test process looks in a range of its own."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    for first in range(18_700 + 1_000 * worker, 19_700 + 1_000 * worker, 10):
        try:
            for port in range(first, first + 9):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first
    raise RuntimeError("no nine free ports in a row")


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    folder = tmp_path_factory.mktemp("sandbox")
    environment = {
        **os.environ,
        "SANDBOX_PORT": str(_port_block()),
        "SANDBOX_DIR": str(folder),
        "NO_BROWSER": "1",
    }
    with (folder / "console.log").open("w") as console:
        process = subprocess.Popen(
            [sys.executable, "-m", "sandbox"], cwd=ROOT, env=environment, stdout=console, stderr=subprocess.STDOUT
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        endpoints = folder / "endpoints.json"
        while not endpoints.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"the sandbox did not start:\n{(folder / 'console.log').read_text()[-3000:]}")
            time.sleep(0.1)
        urls = json.loads(endpoints.read_text())
        yield Sandbox(urls["gateway"], urls["control"], urls["playground"], folder)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    """With the plain scenario loaded and everything else forgotten."""
    answer = running.put(scenario())
    assert answer.status_code == 200, answer.text
    return running


@pytest.fixture
def with_chat(running: Sandbox) -> Sandbox:
    """As `sandbox`, and the operator's chat of the samples is there."""
    answer = running.put(scenario(chats=[seeded_chat()]))
    assert answer.status_code == 200, answer.text
    return running
