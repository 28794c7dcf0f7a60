"""The providers, straight from the fakes, each call of which takes time and may go wrong on the way or over there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from ponte.errors import FateUnknown, HostRefused, NotSent
from ponte.http import Arriving, HttpRequest, HttpResponse
from ponte.runtime.egress import is_allowed_host
from sandbox.calls import Call, Fake
from sandbox.egress import provider_of
from sandbox.fakes import portal_files
from sandbox.faults import Fault
from sandbox.memory.files import MemoryFiles
from sandbox.memory.streams import WholeStreamer
from sandbox.shown_files import Fetched
from sandbox.simulate.ports import Heard, Strait
from sandbox.simulate.weather import Fate
from sandbox.world import World

_GRANT_LOST = {Fate.LATE, Fate.CRASH_AFTER, Fate.ANSWER_LOST, Fate.ERROR_AFTER}
SERVER_WALL_MS = 60_000  # a portal gives a request up after 60 s; later than that nothing comes of it


class StormySender:
    """A `Sender` straight into the fakes, which behave as on the network behind the sandbox's egress."""

    def __init__(self, world: World, fakes: dict[str, Fake], files: MemoryFiles, strait: Strait, function: str) -> None:
        self._world = world
        self._fakes = fakes
        self._files = files
        self._strait = strait
        self._function = function

    def __call__(self, request: HttpRequest) -> HttpResponse:
        came_to = "killed"
        try:
            response = self._send(request)
            came_to = str(response.status)
        except Exception as error:
            came_to = type(error).__name__
            raise
        finally:
            self._strait.heard(Heard(self._strait.scheduler.now, self._function, request, came_to))
        return response

    def _send(self, request: HttpRequest) -> HttpResponse:
        strait = self._strait
        parts = urlsplit(request.url)
        if parts.scheme != "https" or parts.netloc != parts.hostname:
            raise HostRefused
        provider = self._provider(parts.netloc)
        strait.latency(60)
        if strait.weather.is_away(f"{provider}:{parts.netloc}", strait.scheduler.now):
            return self._away(provider, request)
        fate = strait.weather.calling()
        if fate is Fate.OK:
            answer = self._perform(provider, parts, request)
            strait.latency(150)
            return answer
        return self._struck(fate, provider, parts, request)

    def _provider(self, host: str) -> str:
        """Whose host it is. Raises HostRefused for one that is on no list of ours."""
        if not is_allowed_host(host):
            raise HostRefused
        return provider_of(host)

    def _away(self, provider: str, request: HttpRequest) -> HttpResponse:
        """A provider that is down: nobody listens, or its gateway says so, or nothing at all comes back."""
        drawn = self._strait.rng.random()
        if drawn < 0.4:
            raise NotSent("not_connected")
        if drawn < 0.8:
            return _answer_of(Fault(provider, "html", "", "", 502, None, None, 1))
        self._strait.scheduler.wait(int(request.timeout_seconds * 1000))
        raise FateUnknown("no_answer")

    def _struck(self, fate: Fate, provider: str, parts: Any, request: HttpRequest) -> HttpResponse:
        strait = self._strait
        timeout_ms = int(request.timeout_seconds * 1000)
        if provider == "oauth" and fate in _GRANT_LOST:
            strait.weather.lost_grants += 1
        match fate:
            case Fate.NOT_SENT:
                raise NotSent("not_connected")
            case Fate.BROKEN_BEFORE:
                raise FateUnknown("no_answer")
            case Fate.CRASH_BEFORE:
                strait.crash()
            case Fate.SERVER_ERROR:
                kind, status = ("html", 502) if strait.rng.random() < 0.5 else ("status", 500)
                return _answer_of(Fault(provider, kind, "", "", status, None, None, 1))
            case Fate.SLOWED:
                status = 503 if provider == "bitrix24" else 429
                return _answer_of(Fault(provider, "status", "", "", status, None, None, 1))
            case Fate.LATE:
                late_ms = min(SERVER_WALL_MS - 1_000, timeout_ms + int(strait.rng.random() * 30_000))
                strait.scheduler.at(strait.scheduler.now + late_ms, partial(self._perform, provider, parts, request))
                strait.scheduler.wait(timeout_ms)
                raise FateUnknown("no_answer")
            case _:
                pass
        answer = self._perform(provider, parts, request)
        match fate:
            case Fate.CRASH_AFTER:
                strait.crash()
            case Fate.ANSWER_LOST:
                strait.latency(timeout_ms)
                raise FateUnknown("no_answer")
            case Fate.ERROR_AFTER:
                return _answer_of(Fault(provider, "html", "", "", 502, None, None, 1))
            case _:
                strait.latency(min(8_000, timeout_ms - 1))
        return answer

    def _perform(self, provider: str, parts: Any, request: HttpRequest) -> HttpResponse:
        call = Call(
            provider=provider,
            method=request.method,
            host=parts.netloc,
            path=parts.path,
            query=parts.query,
            headers={name.lower(): value for name, value in request.headers.items()} | {"host": parts.netloc},
            body=request.body,
            at_ms=self._world.now_ms(),
            function=self._function,
        )
        partial = parts.path.endswith("imconnector.send.messages.json") and self._strait.weather.item_fails()
        if provider == "bitrix24":
            self._follow_links(call, refused=partial)
        reply = self._fakes[provider](call, partial=partial)
        if provider == "oauth" and reply.took_effect:
            self._strait.renewed()
        return HttpResponse(reply.status, reply.headers, reply.body)

    def _follow_links(self, call: Call, *, refused: bool) -> None:
        """The portal fetches within the call what the call points to, and drops without a word what it cannot fetch.

        refused: the portal will not take the message as it is; nobody is told whether its file was the reason."""
        for link in portal_files.links(call):
            found = self._files.behind(link)
            if found and (refused or self._strait.weather.file_is_dropped()):
                self._strait.dropped.add(found.data)
            elif found:
                self._world.fetched[link] = Fetched(found.mime, found.data)


class StormyStreamer(WholeStreamer):
    """A `Streamer` whose bodies may break off in the middle."""

    def __init__(self, send: StormySender, strait: Strait) -> None:
        super().__init__(send)
        self._strait = strait

    @contextmanager
    def fetch(self, request: HttpRequest, allowed: Callable[[str], bool]) -> Iterator[Arriving]:
        with super().fetch(request, allowed) as answer:
            breaks_off = answer.status == 200 and self._strait.weather.breaks_off()
            yield replace(answer, chunks=_half(answer.chunks)) if breaks_off else answer


def _half(chunks: Iterator[bytes]) -> Iterator[bytes]:
    chunk = next(chunks, b"")
    yield chunk[: len(chunk) // 2]
    raise FateUnknown("ended_early")


def _answer_of(fault: Fault) -> HttpResponse:
    reply = fault.reply()
    return HttpResponse(reply.status, reply.headers, reply.body)
