"""Five hundred messages both ways while functions are killed and providers fail: each arrives once, and in order."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.end_to_end.conftest import CONNECTOR, LINE, MEMBER, TOKEN, Sandbox, scenario, seeded_chat

pytestmark = pytest.mark.end_to_end
CUSTOMERS = [f"55119876500{n:02d}" for n in range(10)]
FIRST_ID = 50_000
EACH_WAY = 25  # messages per customer and direction: 500 in all
KINDS: tuple[dict[str, Any], ...] = (
    {"kind": "timeout_after_effect", "delay_ms": 50},
    {"kind": "reset_before"},
    {"kind": "html", "status": 502},
    {"kind": "status", "status": 503},
    {"kind": "delay", "delay_ms": 300},
)
TARGETS = (
    {"provider": "bitrix24", "match": {"path": "imconnector.send.messages"}},
    {"provider": "bitrix24", "match": {"path": "imconnector.send.status.delivery"}},
    {"provider": "meta", "match": {"path": "/messages"}},
)


def chat_of(n: int) -> dict[str, Any]:
    return seeded_chat(CUSTOMERS[n], chat_id=1900 + n, bitrix_user_id=600 + n, name=f"Cliente {n}")


def event(n: int, message_id: int, text: str) -> bytes:
    element = "data[MESSAGES][0]"
    fields = {
        "event": "ONIMCONNECTORMESSAGEADD",
        "data[CONNECTOR]": CONNECTOR,
        "data[LINE]": LINE,
        f"{element}[im][chat_id]": 1900 + n,
        f"{element}[im][message_id]": message_id,
        f"{element}[message][user_id]": 27,
        f"{element}[message][text]": text,
        f"{element}[chat][id]": CUSTOMERS[n],
        "ts": int(time.time()),
        "auth[domain]": "contoso.bitrix24.com.br",
        "auth[member_id]": MEMBER,
        "auth[application_token]": TOKEN,
    }
    return urlencode(fields).encode()


class Chaos:
    """Deals blows until told to stop: kills function processes wherever they are, and lets providers fail."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._rng = random.Random(500)
        self._over = threading.Event()
        self.killed = 0
        self._thread = threading.Thread(target=self._rage)

    def __enter__(self) -> "Chaos":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _rage(self) -> None:
        while not self._over.wait(0.4):
            self._sandbox.fault(**self._rng.choice(TARGETS), **self._rng.choice(KINDS))
            pids = function_pids(self._sandbox)
            if pids and self._rng.random() < 0.6:
                os.kill(self._rng.choice(pids), signal.SIGKILL)
                self.killed += 1


def function_pids(sandbox: Sandbox) -> list[int]:
    """Processes that run the workers' code: grandchildren of the sandbox whose environment names a worker."""
    top = int(json.loads((sandbox.folder / "endpoints.json").read_text())["pid"])
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environment = (process / "environ").read_bytes()
            parents = _ancestors(int(process.name))
        except (OSError, ValueError):
            continue
        name = re.search(rb"AWS_LAMBDA_FUNCTION_NAME=([^\0]*)", environment)
        if name and top in parents and re.fullmatch(rb"on_(whatsapp|bitrix24)_event", name[1]):
            found.append(int(process.name))
    return found


def _ancestors(pid: int) -> list[int]:
    found = []
    while pid > 1:
        pid = int((Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[1])
        found.append(pid)
    return found


def in_threads(jobs: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_what_flows_through_kills_and_failures_arrives_once_and_in_order(running: Sandbox) -> None:
    assert running.put(scenario(chats=[chat_of(n) for n in range(len(CUSTOMERS))])).status_code == 200
    running.http.post(f"{running.playground}/play/receipts", json={"mode": "auto"}).raise_for_status()
    refused: list[int] = []

    def customer(n: int) -> None:
        for k in range(EACH_WAY):
            body = running.text(f"wamid.C{n}.{k}", f"c{n}.{k}", sender=CUSTOMERS[n])
            refused.append(running.post_whatsapp(body).status_code)

    def operator(n: int) -> None:
        for k in range(EACH_WAY):
            refused.append(running.post_bitrix(event(n, FIRST_ID + n * 1000 + k, f"o{n}.{k}")).status_code)

    with Chaos(running) as chaos:
        everyone = range(len(CUSTOMERS))
        in_threads([*(lambda n=n: customer(n) for n in everyone), *(lambda n=n: operator(n) for n in everyone)])  # type: ignore[misc]
    assert set(refused) == {200}
    assert chaos.killed > 0
    assert running.drain(120)["quiet"]
    late = {row["source_id"] for row in running.parked()}  # twice lost without any receipt: a person decides
    if late:
        redrive_all(running)
        assert running.drain(60)["quiet"]
    assert running.parked() == []
    for n in everyone:
        assert shown_of(running, n) == [f"c{n}.{k}" for k in range(EACH_WAY)]
        sent = sent_to(running, n)
        assert set(sent) == {f"o{n}.{k}" for k in range(EACH_WAY)}
        order = [text for text in dict.fromkeys(sent) if message_id_of(text) not in late]
        assert order == sorted(order, key=lambda text: int(text.partition(".")[2]))
        for text, copies in Counter(sent).items():
            steps = [step["step"] for step in running.trace(message_id_of(text))["steps"]]
            assert copies == 1 or "dup_risk" in steps, f"{text} {copies} times"


def message_id_of(text: str) -> str:
    n, k = text.removeprefix("o").split(".")
    return str(FIRST_ID + int(n) * 1000 + int(k))


def redrive_all(sandbox: Sandbox) -> None:
    ponte = [str(Path(sys.executable).with_name("ponte")), f"--sandbox={sandbox.folder}", "parked", "redrive"]
    subprocess.run([*ponte, "--all", "--yes"], check=True, capture_output=True, timeout=60)  # noqa: S603


def shown_of(sandbox: Sandbox, n: int) -> list[str]:
    """What the operator's screen shows of a customer."""
    elements = [
        call["body"]["MESSAGES"][0] for call in sandbox.calls("imconnector.send.messages") if call["took_effect"]
    ]
    return [element["message"]["text"] for element in elements if element["chat"]["id"] == CUSTOMERS[n]]


def sent_to(sandbox: Sandbox, n: int) -> list[str]:
    """What reached a customer's phone."""
    return [body["text"]["body"] for body in sandbox.sends() if body["to"] == CUSTOMERS[n]]
