"""The one way out: sends HttpRequests through httpx, to allow-listed hosts only.

Redirects are never followed (a renamed portal would turn a POST into a GET and carry a token elsewhere), nothing is
repeated, answers are read to a cap. With an egress gateway configured (the sandbox), the original address is judged
first, exactly as without it, then the request goes to the gateway with the original host in X-Forwarded-Host.
"""

import os
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx

from ponte.bitrix24 import hosts
from ponte.errors import FateUnknown, HostRefused, NotSent
from ponte.http import HttpRequest, HttpResponse

CONNECT_SECONDS = 5.0
META_HOSTS = frozenset({"graph.facebook.com", "lookaside.fbsbx.com"})
MAX_ANSWER_BYTES = 2 * 1024 * 1024


def is_allowed_host(host: str) -> bool:
    """The whole world as far as our functions are concerned: Graph and its media, portals, the two OAuth servers."""
    return host in META_HOSTS or host in hosts.OAUTH_HOSTS or hosts.is_portal_host(host)


class HttpxSender:
    """A Sender. allowed: judges the host of an https URL. gateway: "" or the base URL of an egress gateway."""

    def __init__(self, allowed: Callable[[str], bool], gateway: str = "", function: str = "") -> None:
        self._allowed = allowed
        self._gateway = gateway
        self._function = function
        self._client = httpx.Client(follow_redirects=False, trust_env=False)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        host = self._judge(request.url)
        url, headers = request.url, dict(request.headers)
        if self._gateway:
            url = self._gateway + request.url[request.url.index(host) + len(host) :]
            headers |= {
                "X-Forwarded-Host": host,
                "X-Forwarded-Proto": "https",
                "X-Ponte-Function": self._function,
                "X-Ponte-Pid": str(os.getpid()),
            }
        timeout = httpx.Timeout(request.timeout_seconds, connect=min(CONNECT_SECONDS, request.timeout_seconds))
        try:
            with self._client.stream(
                request.method, url, headers=headers, content=request.body, timeout=timeout
            ) as answer:
                body = b""
                for chunk in answer.iter_bytes():
                    body += chunk
                    if len(body) > MAX_ANSWER_BYTES:
                        raise FateUnknown("answer_too_large")
                return HttpResponse(answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, body)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol) as error:
            raise NotSent("not_connected") from error
        except httpx.HTTPError as error:
            raise FateUnknown("no_answer") from error

    def _judge(self, url: str) -> str:
        """The host as written in the URL. Raises HostRefused for all but plain https to an allowed host."""
        parts = urlsplit(url)
        if parts.scheme == "https" and parts.netloc and parts.netloc == parts.hostname and self._allowed(parts.netloc):
            return parts.netloc
        if self._gateway:
            self._tell_refusal(parts.netloc, parts.path)
        raise HostRefused

    def _tell_refusal(self, host: str, path: str) -> None:
        refusal = {"host": host, "path": path, "function": self._function}
        try:
            self._client.post(f"{self._gateway}/_refused", json=refusal, timeout=2)
        except httpx.HTTPError:
            return
