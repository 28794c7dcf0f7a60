"""Since when a portal is ours: from the installation on, through every renewal, anew after an uninstallation."""

import json
from typing import cast

import pytest

from ponte.http import HttpRequest, HttpResponse
from ponte.queue.sqs import SqsQueue
from ponte.runtime.composition import make_means
from ponte.runtime.installation import Claimed, Installation
from ponte.runtime.outside import Outside
from ponte.runtime.settings import read
from ponte.storage.directory import Directory
from ponte.storage.table import Tables
from sandbox.memory.files import MemoryFiles
from sandbox.memory.objects import MemoryStore
from sandbox.memory.streams import WholeStreamer
from sandbox.memory.table import MemoryTable
from tests.core.runtime.clocks import Clock
from tests.core.runtime.healing_bench import OpenCipher, Queue, Secrets

CLAIMED = Claimed("member", "access", "refresh", 3600, "https://oauth.bitrix.info/rest/", "token")
OWNER = {
    "client_id": "client",
    "scope": "im",
    "user_id": 1,
    "install": {"member_id": "member", "domain": "a.bitrix24.com.br", "status": "L", "installed": True},
}


def answer(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(200, {"content-type": "application/json"}, json.dumps({"result": OWNER}).encode())


class Bench:
    def __init__(self) -> None:
        self.clock = Clock()
        tables = Tables(MemoryTable(), MemoryTable(), MemoryTable(), MemoryTable())
        directory = Directory(tables.core, self.clock, cache_ms=0)
        outside = Outside(
            tables=tables,
            store=MemoryStore(),
            queue=lambda _: cast(SqsQueue, Queue()),
            secrets=Secrets(),
            directory=directory,
            files=MemoryFiles(),
            sender=answer,
            streamer=WholeStreamer(answer),
            tenant_sender=lambda _: answer,
            cipher=OpenCipher(),
            clock=self.clock,
            owner=lambda: "o",
            jitter=lambda: 0.5,
            log=lambda *_a, **_k: None,
            bug=lambda *_a, **_k: None,
        )
        self.means = make_means(outside, read({}))
        self.installation = Installation(self.means, cast(SqsQueue, Queue()), "wa", "pt-BR", outside.log)

    def install(self) -> int:
        """The time that is kept."""
        assert self.installation.install(CLAIMED) is not None
        portal = self.means.directory.portal("member", fresh=True)
        assert portal is not None
        return portal.installed_ms


def test_a_first_installation_is_the_beginning() -> None:
    bench = Bench()
    assert bench.install() == bench.clock.now


@pytest.mark.parametrize(("status", "anew"), [("active", False), ("reauth", False), ("disabled", True)])
def test_only_an_uninstalled_portal_begins_anew(status: str, anew: bool) -> None:
    bench = Bench()
    first = bench.install()
    if status == "disabled":
        bench.means.grants.erase("member")
    else:
        bench.means.grants.set_status("member", status)
    bench.clock.now += 3_600_000
    assert bench.install() == (bench.clock.now if anew else first)
