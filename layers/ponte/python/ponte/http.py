"""HTTP as values: a request to be made, the answer to it, and the ports that send one for the other.

Platforms build `HttpRequest`s and classify `HttpResponse`s without any I/O; only a `Sender` touches the network, and a
`Streamer` where a body is too big to be held.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
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


@dataclass(frozen=True, slots=True)
class Arriving:
    """An answer whose body is still on its way. headers: names in lower case.

    chunks: the body as sent (no content coding undone), at most media.limits.CHUNK_BYTES at once. Iterating raises
    errors.FateUnknown where the body breaks off, is shorter than announced, or takes longer than the request allows.
    """

    status: int
    headers: Mapping[str, str]
    chunks: Iterator[bytes]


class Streamer(Protocol):
    """Moves bodies without holding them; never follows redirects, never repeats.

    allowed: judges the host of the https address, whatever else the bundle may call. Where names are resolved, all
    addresses of the host must be public ones, and the connection goes to one that was judged.
    A request's timeout_seconds is for all of it here, from the connection to the last byte.
    Raises what a Sender raises.
    """

    def fetch(self, request: HttpRequest, allowed: Callable[[str], bool]) -> AbstractContextManager[Arriving]:
        """The answer to a request; its body must be read inside the block."""
        ...

    def upload(
        self, request: HttpRequest, body: Iterable[bytes], length: int, allowed: Callable[[str], bool]
    ) -> HttpResponse:
        """Send `body`, exactly `length` bytes, instead of the request's own. What `body` raises comes out as it is."""
        ...
