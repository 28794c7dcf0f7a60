"""HTTP as values: a request to be made, the answer to it, and the port that sends one for the other.

Platforms build `HttpRequest`s and classify `HttpResponse`s without any I/O; only a `Sender` touches the network.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """url: absolute, https. timeout_seconds: how long the answer may take once the request went out."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    timeout_seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """headers: names in lower case. body: at most what the sender's cap allows (2 MB for API answers)."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The decoded body, or None where it is not JSON (gateways answer HTML under any status)."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


class Sender(Protocol):
    """Send one request; never follows redirects, never repeats.

    Raises errors.HostRefused before anything is sent, errors.NotSent when it is certain that nothing reached the other
    side (DNS, connect, TLS), errors.FateUnknown when the request went out and no answer came back.
    """

    def __call__(self, request: HttpRequest) -> HttpResponse: ...
