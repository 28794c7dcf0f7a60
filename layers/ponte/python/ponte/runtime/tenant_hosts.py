"""The way out to hosts that tenants name themselves: a Sender for one host, through httpx.

Such a host is on no list of ours, so each of these senders goes to its own host and to no other: a call that was built
for another tenant, and a redirect, find the way shut. As for files (runtime/streams.py), every address behind the name
must be a public one, the connection goes to the address that was judged, and TLS proves the name. With an egress
gateway (the sandbox) the name is judged all the same, but resolved by nobody. Why so: docs/decisions/0012.
"""

import ssl
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import cache
from typing import Any

import httpx

from ponte.chatwoot.hosts import is_public_name
from ponte.errors import FateUnknown
from ponte.http import HttpRequest, HttpResponse, Sender
from ponte.runtime.egress import CONNECT_SECONDS, MAX_ANSWER_BYTES, Way
from ponte.runtime.streams import Resolve, addresses, judged_address, pinned, translated

MAX_HOSTS = 16  # whose connections are kept open; the one longest unused is closed for a new one

type MakeClient = Callable[[], httpx.Client]


@cache
def _trusted() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)  # reading all authorities takes longer than a call


def _client() -> httpx.Client:
    limits = httpx.Limits(max_keepalive_connections=4)
    return httpx.Client(follow_redirects=False, trust_env=False, verify=_trusted(), limits=limits)


class TenantHosts:
    """Gives the Sender of a host. resolve, now, make_client: for tests; now: seconds of a clock that never goes back.

    Each host has its own connections: httpx keeps them by address, and two tenants may stand behind one.
    """

    def __init__(
        self,
        way: Way,
        resolve: Resolve = addresses,
        now: Callable[[], float] = time.monotonic,
        make_client: MakeClient = _client,
    ) -> None:
        self._way = way
        self._resolve = resolve
        self._now = now
        self._make_client = make_client
        self._clients: OrderedDict[str, httpx.Client] = OrderedDict()
        self._lock = threading.Lock()

    def sender(self, host: str) -> Sender:
        """A Sender that goes to `host` only, if that is a public name, and raises HostRefused for all else.

        A request's timeout_seconds is for all of it here, to the last byte of the answer.
        """

        def send(request: HttpRequest) -> HttpResponse:
            return self._send(request, host)

        return send

    def _send(self, request: HttpRequest, host: str) -> HttpResponse:
        self._way.judge(request.url, lambda asked: asked == host and is_public_name(host))
        url, headers = self._way.take(request, host)
        extensions: dict[str, Any] = {}
        if not self._way.gateway:
            url = pinned(url, judged_address(host, self._resolve))
            headers["Host"] = host
            extensions["sni_hostname"] = host
        headers["Accept-Encoding"] = "identity"  # a small body must not unpack into a big one
        deadline = self._now() + request.timeout_seconds
        timeout = httpx.Timeout(request.timeout_seconds, connect=min(CONNECT_SECONDS, request.timeout_seconds))
        with (
            translated(),
            self._client_of(host).stream(
                request.method, url, headers=headers, content=request.body, timeout=timeout, extensions=extensions
            ) as answer,
        ):
            return self._whole(answer, deadline)

    def _whole(self, answer: httpx.Response, deadline: float) -> HttpResponse:
        """The answer to its end, within its limits of size and time: the host is a stranger's."""
        body = b""
        for chunk in answer.iter_raw():
            body += chunk
            if len(body) > MAX_ANSWER_BYTES:
                raise FateUnknown("answer_too_large")
            if self._now() > deadline:
                raise FateUnknown("too_slow")
        return HttpResponse(answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, body)

    def _client_of(self, host: str) -> httpx.Client:
        with self._lock:
            client = self._clients.pop(host, None) or self._make_client()
            self._clients[host] = client
            if len(self._clients) > MAX_HOSTS:
                self._clients.popitem(last=False)[1].close()
        return client
