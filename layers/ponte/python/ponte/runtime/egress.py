"""The one way out: sends HttpRequests through httpx, to allow-listed hosts only.

Redirects are never followed (a renamed portal would turn a POST into a GET and carry a token elsewhere), nothing is
repeated, answers are read to a cap. With an egress gateway configured (the sandbox), the original address is judged
first, exactly as without it, then the request goes to the gateway with the original host in X-Forwarded-Host.
Bodies that are too big to be held: runtime/streams.py.
"""

import contextlib
import os
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx

from ponte.bitrix24 import hosts
from ponte.errors import FateUnknown, HostRefused, NotSent
from ponte.http import HttpRequest, HttpResponse
from ponte.whatsapp.media import is_media_host
from ponte.whatsapp.requests import GRAPH_HOST

CONNECT_SECONDS = 5.0
MAX_ANSWER_BYTES = 2 * 1024 * 1024
NOT_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)

type Allowed = Callable[[str], bool]


def is_allowed_host(host: str) -> bool:
    """The whole world as far as our functions are concerned: Graph and its media, portals, the two OAuth servers."""
    return host == GRAPH_HOST or is_media_host(host) or host in hosts.OAUTH_HOSTS or hosts.is_portal_host(host)


class Way:
    """Judges addresses, and turns the allowed ones towards the gateway where there is one.

    gateway: "" or the base URL of an egress gateway. function: whose call it is, for the gateway's journal.
    """

    def __init__(self, gateway: str = "", function: str = "") -> None:
        self.gateway = gateway
        self._function = function
        self._teller = httpx.Client(trust_env=False, timeout=2) if gateway else None

    def judge(self, url: str, allowed: Allowed) -> str:
        """The host as written in the URL. Raises HostRefused for all but plain https to an allowed host."""
        try:
            parts = urlsplit(url)
        except ValueError as error:
            raise HostRefused from error
        is_plain = parts.scheme == "https" and parts.netloc == parts.hostname and url.isascii() and url.isprintable()
        if is_plain and parts.netloc and allowed(parts.netloc):
            return parts.netloc
        self._tell_refusal(parts.netloc, parts.path)
        raise HostRefused

    def take(self, request: HttpRequest, host: str) -> tuple[str, dict[str, str]]:
        """(address, headers) of a request whose host was judged."""
        headers = dict(request.headers)
        if not self.gateway:
            return request.url, headers
        headers |= {
            "X-Forwarded-Host": host,
            "X-Forwarded-Proto": "https",
            "X-Ponte-Function": self._function,
            "X-Ponte-Pid": str(os.getpid()),
        }
        return self.gateway + request.url[request.url.index(host) + len(host) :], headers

    def _tell_refusal(self, host: str, path: str) -> None:
        if self._teller is None:
            return
        with contextlib.suppress(httpx.HTTPError):
            refusal = {"host": host, "path": path, "function": self._function}
            self._teller.post(f"{self.gateway}/_refused", json=refusal)


class HttpxSender:
    """A Sender. allowed: judges the host of an https URL."""

    def __init__(self, allowed: Allowed, way: Way) -> None:
        self._allowed = allowed
        self._way = way
        self._client = httpx.Client(follow_redirects=False, trust_env=False)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        url, headers = self._way.take(request, self._way.judge(request.url, self._allowed))
        timeout = httpx.Timeout(request.timeout_seconds, connect=min(CONNECT_SECONDS, request.timeout_seconds))
        try:
            with self._client.stream(
                request.method, url, headers=headers, content=request.body, timeout=timeout
            ) as answer:
                return whole(answer)
        except NOT_CONNECTED as error:
            raise NotSent("not_connected") from error
        except httpx.HTTPError as error:
            raise FateUnknown("no_answer") from error


def whole(answer: httpx.Response) -> HttpResponse:
    """An answer read to its end. Raises FateUnknown for one over MAX_ANSWER_BYTES."""
    body = b""
    for chunk in answer.iter_bytes():
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise FateUnknown("answer_too_large")
    return HttpResponse(answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, body)
