"""The emulated AWS, started once for the whole run; nothing here needs more than loopback."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.emulator import Emulator
from sandbox.settings import Settings


def _free_port_block() -> int:
    """The emulator listens seven ports after the first; take a block whose last port is free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1]) - 7


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    folder: Path = tmp_path_factory.mktemp("emulator")
    emulated = Emulator(Settings(_free_port_block(), folder, open_browser=False, overrides={}))
    emulated.start()
    yield emulated
    emulated.stop()


@pytest.fixture(scope="session")
def dynamodb(emulator: Emulator) -> Any:
    return emulator.client("dynamodb")


@pytest.fixture(scope="session")
def sqs(emulator: Emulator) -> Any:
    return emulator.client("sqs")


@pytest.fixture(scope="session")
def s3(emulator: Emulator) -> Any:
    return emulator.client("s3")
