"""Bodies that are too big to be held, through httpx: fetched and sent a chunk at a time, against one deadline.

Addresses of files come from outside. Beyond what runtime/egress.py judges (https, allow-listed host, the gateway), the
host's name is resolved here, every address must be a public one, and the connection goes to the address that was
judged: a name that changes its mind in between leads nowhere. TLS still proves the host's name.
"""

import ipaddress
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx

from ponte.errors import FateUnknown, HostRefused, NotSent
from ponte.http import Arriving, HttpRequest, HttpResponse
from ponte.runtime.egress import CONNECT_SECONDS, NOT_CONNECTED, Allowed, Way, whole

QUIET_SECONDS = 5.0  # a body that brings nothing for so long is given up
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

type Resolve = Callable[[str], list[str]]


def addresses(host: str) -> list[str]:
    """All addresses of a name, IPv4 first. Raises NotSent where it has none."""
    try:
        found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except OSError as error:
        raise NotSent("not_resolved") from error
    return sorted({str(entry[4][0]) for entry in found}, key=lambda address: (":" in address, address))


def is_public(address: str) -> bool:
    """Whether an address leads into the public internet, and not to a machine, network or metadata service of ours."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner and not is_public(str(inner)):
            return False
    return ip.is_global and not ip.is_multicast


def judged_address(host: str, resolve: Resolve) -> str:
    """The address to connect to. Raises HostRefused when any of the host's is not public, NotSent when it has none."""
    found = resolve(host)
    if not found:
        raise NotSent("not_resolved")
    if not all(is_public(address) for address in found):
        raise HostRefused("address_refused")
    return found[0]


def pinned(url: str, address: str) -> str:
    """The URL with the address in the host's place; the request names the host itself, in its header and to TLS."""
    parts = urlsplit(url)
    return parts._replace(netloc=f"[{address}]" if ":" in address else address).geturl()


class HttpxStreamer:
    """A Streamer. now: seconds of a clock that never goes back. transport: httpx's own where none is given.

    No connection is used twice: it belongs to one address that was judged for one host.
    """

    def __init__(
        self,
        way: Way,
        resolve: Resolve = addresses,
        now: Callable[[], float] = time.monotonic,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._way = way
        self._resolve = resolve
        self._now = now
        limits = httpx.Limits(max_keepalive_connections=0)
        self._client = httpx.Client(follow_redirects=False, trust_env=False, limits=limits, transport=transport)

    @contextmanager
    def fetch(self, request: HttpRequest, allowed: Allowed) -> Iterator[Arriving]:
        deadline = self._now() + request.timeout_seconds
        url, headers, extensions = self._address(request, allowed)
        headers["Accept-Encoding"] = "identity"
        with translated():
            sent = self._client.build_request(
                request.method, url, headers=headers, content=request.body, extensions=extensions
            )
            answer = self._client.send(sent, stream=True)
        try:
            names = {name.lower(): value for name, value in answer.headers.items()}
            yield Arriving(answer.status_code, names, self._chunks(answer, deadline))
        finally:
            answer.close()

    def upload(self, request: HttpRequest, body: Iterable[bytes], length: int, allowed: Allowed) -> HttpResponse:
        deadline = self._now() + request.timeout_seconds
        url, headers, extensions = self._address(request, allowed)
        headers["Content-Length"] = str(length)
        content = self._paced(body, deadline, extensions["timeout"])
        with translated():
            sent = self._client.build_request(
                request.method, url, headers=headers, content=content, extensions=extensions
            )
            answer = self._client.send(sent, stream=True)
            try:
                return whole(answer)
            finally:
                answer.close()

    def _address(self, request: HttpRequest, allowed: Allowed) -> tuple[str, dict[str, str], dict[str, Any]]:
        """(URL, headers, httpx's extensions) that lead to the judged host and no other."""
        host = self._way.judge(request.url, allowed)
        url, headers = self._way.take(request, host)
        seconds = request.timeout_seconds
        quiet = httpx.Timeout(min(QUIET_SECONDS, seconds), connect=min(CONNECT_SECONDS, seconds))
        extensions: dict[str, Any] = {"timeout": quiet.as_dict()}
        if not self._way.gateway:
            url = pinned(url, judged_address(host, self._resolve))
            headers["Host"] = host
            extensions["sni_hostname"] = host
        return url, headers, extensions

    def _chunks(self, answer: httpx.Response, deadline: float) -> Iterator[bytes]:
        with translated():
            for chunk in answer.iter_raw():  # as they come: a chunk size of ours would wait for a body that drips
                self._check(deadline)
                yield chunk

    def _paced(self, body: Iterable[bytes], deadline: float, timeouts: dict[str, Any]) -> Iterator[bytes]:
        for chunk in body:
            self._check(deadline)
            yield chunk
        timeouts["read"] = max(1.0, deadline - self._now())  # what is left, the other side may think about it

    def _check(self, deadline: float) -> None:
        if self._now() > deadline:
            raise FateUnknown("too_slow")


@contextmanager
def translated() -> Iterator[None]:
    """httpx's errors as ours."""
    try:
        yield
    except NOT_CONNECTED as error:
        raise NotSent("not_connected") from error
    except httpx.HTTPError as error:
        raise FateUnknown("no_answer") from error
