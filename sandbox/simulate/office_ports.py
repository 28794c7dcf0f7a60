"""The offices' hosts, straight from the fakes: as sandbox/simulate/provider_ports.py, with what is theirs alone."""

from dataclasses import replace
from typing import Any

from ponte.errors import HostRefused
from ponte.http import HttpRequest, HttpResponse, Sender
from sandbox.calls import Call, Fake
from sandbox.egress import provider_of
from sandbox.fakes.chatwoot import FakeChatwoot
from sandbox.memory.files import MemoryFiles
from sandbox.simulate.office_watch import Watch
from sandbox.simulate.ports import Strait
from sandbox.simulate.provider_ports import StormySender
from sandbox.simulate.scheduler import Killed
from sandbox.world import World

_READ = "x-read-n"  # beside a call: when its process had read what it writes, which it cannot be asked later


class OfficeSender(StormySender):
    """The way to one host that a tenant named, and to no other (runtime/tenant_hosts.py)."""

    def __init__(
        self,
        world: World,
        fakes: dict[str, Fake],
        files: MemoryFiles,
        strait: Strait,
        function: str,
        watch: Watch,
        host: str = "",
    ) -> None:
        super().__init__(world, fakes, files, strait, function)
        self._given = (world, fakes, files, strait, function, watch)
        self._watch = watch
        self._host = host

    def to(self, host: str) -> Sender:
        return OfficeSender(*self._given, host)

    def _provider(self, host: str) -> str:
        if not self._host or host != self._host:
            raise HostRefused
        return "supabase" if provider_of(host) == "supabase" else "chatwoot"

    def _send(self, request: HttpRequest) -> HttpResponse:
        process, address = self._strait.scheduler.current(), request.url.partition("?")[0]
        read_n = self._watch.last_read(process, address)
        return super()._send(replace(request, headers={**request.headers, _READ: str(read_n)}))

    def _perform(self, provider: str, parts: Any, request: HttpRequest) -> HttpResponse:
        """Two creations that come in together do not see each other (chatwoot#15453)."""
        call = self._call(provider, parts, request)
        process = self._strait.scheduler.current()
        fake = self._fakes[provider]
        if isinstance(fake, FakeChatwoot) and process is not None and request.method == "POST":
            fake.fetch(call)
            try:
                self._strait.latency(40)
            except Killed:
                fake.forget(call)
                raise
        with self._watch.our_call(int(request.headers[_READ]), is_late=process is None):
            reply = fake(call)
        if request.method == "GET":
            self._watch.read(process, request.url.partition("?")[0])
        return HttpResponse(reply.status, reply.headers, reply.body)

    def _call(self, provider: str, parts: Any, request: HttpRequest) -> Call:
        headers = {name.lower(): value for name, value in request.headers.items()} | {"host": parts.netloc}
        return Call(
            provider=provider,
            method=request.method,
            host=parts.netloc,
            path=parts.path,
            query=parts.query,
            headers=headers,
            body=request.body,
            at_ms=self._world.now_ms(),
            function=self._function,
        )
