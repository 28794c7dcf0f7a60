"""The emulated AWS as a child process: start, clients, commands, and an end that leaves nothing behind."""

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import boto3
from botocore.config import Config

from sandbox.settings import ACCOUNT, HOST, REGION, ROOT, Settings

BOOT_SECONDS = 60.0
STOP_SECONDS = 4.0


class EmulatorError(Exception):
    """The emulated AWS did not start or does not answer; the text says where to look, in Portuguese."""


class Emulator:
    """ministack on a loopback port of its own; all calls of ours go in with the account's root credential."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._process: subprocess.Popen[str] | None = None
        self._commands = threading.Lock()
        self._clients: dict[str, Any] = {}
        self.url = settings.url("emulator")

    @property
    def python(self) -> Path:
        return ROOT / ".venv-sandbox" / "bin" / "python"

    def start(self) -> None:
        """Returns when the emulator answers. Raises EmulatorError."""
        if not self.python.exists():
            raise EmulatorError("Falta o ambiente .venv-sandbox. Rode `make run`, que o prepara.")
        temporary = self._settings.folder / "tmp"
        temporary.mkdir(parents=True, exist_ok=True)
        self._settings.logs.mkdir(parents=True, exist_ok=True)
        with (self._settings.logs / "emulator.log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self.python), str(Path(__file__).with_name("emulator_child.py"))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                bufsize=1,
                start_new_session=True,
                env=self._environment(temporary),
                cwd=temporary,
            )
        self._await_health()

    def _environment(self, temporary: Path) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(temporary),
            "TMPDIR": str(temporary),
            "LANG": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
            "GATEWAY_PORT": str(self._settings.port("emulator")),
            "BIND_HOST": HOST,
            "IOT_MTLS_ENABLED": "0",
            "MINISTACK_REGION": REGION,
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "AUTH": "true",
            "LOG_LEVEL": "WARNING",
            "SANDBOX_LOGS": str(self._settings.logs),
        }

    def _await_health(self) -> None:
        deadline = time.monotonic() + BOOT_SECONDS
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                break
            try:
                with urlopen(f"{self.url}/_ministack/health", timeout=2) as answer:  # noqa: S310  our own loopback URL
                    if answer.status == 200:
                        return
            except (URLError, OSError):
                time.sleep(0.05)
        raise EmulatorError(f"A AWS emulada não subiu. Veja {self._settings.logs / 'emulator.log'}.")

    def client(self, service: str) -> Any:
        """A boto3 client of the account's root; shared, thread safe."""
        if service not in self._clients:
            make: Any = boto3.client  # its overloads want a literal for each service
            self._clients[service] = make(
                service,
                endpoint_url=self.url,
                region_name=REGION,
                aws_access_key_id=ACCOUNT,
                aws_secret_access_key="test",
                config=Config(
                    max_pool_connections=20,
                    read_timeout=150,
                    retries={"total_max_attempts": 1},
                    s3={"addressing_style": "path"},
                ),
            )
        return self._clients[service]

    def command(self, do: str, **arguments: Any) -> None:
        """One command of `emulator_child`. Raises EmulatorError when it could not be carried out."""
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise EmulatorError("A AWS emulada não está rodando.")
        try:
            with self._commands:
                process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
                process.stdin.flush()
                answer = json.loads(process.stdout.readline() or "{}")
        except (OSError, ValueError) as error:
            raise EmulatorError("A AWS emulada parou de responder.") from error
        if not answer.get("ok"):
            raise EmulatorError(f"A AWS emulada não conseguiu: {do}.")

    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Ends the emulator and every function process; safe to call twice and before `start`."""
        process, self._process = self._process, None
        if process is None:
            return
        _signal_group(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
        _signal_group(process.pid, signal.SIGKILL)
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    continue


def _signal_group(pid: int, number: signal.Signals) -> None:
    """To the emulator and its children, which share its process group (it leads a session of its own)."""
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        return
