"""The addresses that a stream is never opened to, and where it goes instead of a name."""

import httpx
import pytest

from ponte.errors import HostRefused, NotSent
from ponte.http import HttpRequest
from ponte.runtime.egress import Way
from ponte.runtime.streams import HttpxStreamer, is_public

HOST = "lookaside.fbsbx.com"
URL = f"https://{HOST}/path?mid=1"


def allowed(host: str) -> bool:
    return host == HOST


@pytest.mark.parametrize(
    "url",
    [
        "http://lookaside.fbsbx.com/x",
        "https://evil.example/x",
        "https://lookaside.fbsbx.com:8443/x",
        "https://LOOKASIDE.fbsbx.com/x",
        "https://user@lookaside.fbsbx.com/x",
        "https://lookaside.fbsbx.com\\@evil.example/x",
        "https://lookaside.fbsbx.com.evil.example/x",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/x",
        "https://lookaside.fbsbx.com/x\r\nHost: evil.example",
        "https://lookaside.fbsbx.com/\u202e",
        "file:///etc/passwd",
        "https://[bad",
        "",
    ],
)
def test_an_address_that_is_not_allowed_is_not_even_resolved(url: str) -> None:
    def resolve(_: str) -> list[str]:
        raise AssertionError("resolved")

    streamer = HttpxStreamer(Way(), resolve)
    with pytest.raises(HostRefused), streamer.fetch(HttpRequest("GET", url), allowed):
        pass


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("157.240.12.22", True),
        ("2a03:2880:f10d:83:face:b00c:0:25de", True),
        ("127.0.0.1", False),
        ("10.0.0.1", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("169.254.170.2", False),
        ("100.64.0.1", False),
        ("0.0.0.1", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("fe80::1", False),
        ("fe80::1%eth0", False),
        ("fd00:ec2::254", False),
        ("ff02::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:169.254.169.254", False),
        ("2002:7f00:1::", False),
        ("64:ff9b::a9fe:a9fe", False),
        ("not an address", False),
        ("", False),
    ],
)
def test_only_public_addresses_are_connected_to(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize("found", [["10.0.0.5"], ["157.240.12.22", "127.0.0.1"], ["169.254.169.254"]], ids=repr)
def test_a_name_with_any_private_address_is_refused(found: list[str]) -> None:
    streamer = HttpxStreamer(Way(), lambda _: found)
    with pytest.raises(HostRefused) as error, streamer.fetch(HttpRequest("GET", URL), allowed):
        pass
    assert error.value.code == "address_refused"


def test_a_name_without_addresses_is_certainly_not_sent() -> None:
    with pytest.raises(NotSent), HttpxStreamer(Way(), lambda _: []).fetch(HttpRequest("GET", URL), allowed):
        pass


@pytest.mark.parametrize(
    ("address", "netloc"), [("157.240.12.22", "157.240.12.22"), ("2a03:2880::1", "[2a03:2880::1]")]
)
def test_the_connection_goes_to_the_judged_address_and_tls_asks_for_the_host(address: str, netloc: str) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=iter([b"ok"]))

    asked = []

    def resolve(host: str) -> list[str]:
        asked.append(host)
        return [address]

    streamer = HttpxStreamer(Way(), resolve, transport=httpx.MockTransport(answer))
    with streamer.fetch(HttpRequest("GET", URL), allowed) as arriving:
        assert b"".join(arriving.chunks) == b"ok"
    (request,) = seen
    assert str(request.url) == f"https://{netloc}/path?mid=1"
    assert request.headers["Host"] == HOST
    assert request.extensions["sni_hostname"] == HOST
    assert asked == [HOST]
