"""The way out to a host that a tenant names: to that host alone, at a public address, within size and time."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from ponte.errors import FateUnknown, HostRefused, NotSent
from ponte.http import HttpRequest
from ponte.runtime.egress import MAX_ANSWER_BYTES, Way
from ponte.runtime.tenant_hosts import MAX_HOSTS, TenantHosts

HOST, ADDRESS = "chat.zattar.example", "198.41.0.4"
URL = f"https://{HOST}/api/v1/profile"

type Answer = Callable[[httpx.Request], httpx.Response]


def ok(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200, content=iter([b'{"id":', b"1}"]))


def hosts(answer: Answer = ok, found: list[str] | None = None, now: Callable[[], float] = lambda: 0.0) -> TenantHosts:
    return TenantHosts(
        Way(),
        lambda _: [ADDRESS] if found is None else found,
        now,
        lambda: httpx.Client(transport=httpx.MockTransport(answer)),
    )


def test_a_call_goes_to_the_judged_address_and_names_the_host() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return ok(request)

    request = HttpRequest("POST", URL + "?page=1", {"Api-Access-Token": "t"}, b"{}")
    response = hosts(answer).sender(HOST)(request)
    assert (response.status, response.json()) == (200, {"id": 1})
    (sent,) = seen
    assert str(sent.url) == f"https://{ADDRESS}/api/v1/profile?page=1"
    assert (sent.headers["Host"], sent.headers["Api-Access-Token"]) == (HOST, "t")
    assert sent.extensions["sni_hostname"] == HOST
    assert sent.content == b"{}"


@pytest.mark.parametrize(
    "url",
    [
        "https://chat.outro.example/api/v1/profile",
        "http://chat.zattar.example/api/v1/profile",
        "https://chat.zattar.example:8443/x",
        "https://user@chat.zattar.example/x",
        "https://chat.zattar.example.evil.example/x",
        "https://CHAT.zattar.example/x",
        "https://169.254.169.254/latest/meta-data",
        "https://graph.facebook.com/",
        "",
    ],
)
def test_a_tenants_sender_goes_nowhere_else(url: str) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        raise AssertionError("sent")

    with pytest.raises(HostRefused):
        hosts(answer).sender(HOST)(HttpRequest("GET", url))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "chat.local", "[::1]", "chat"])
def test_a_host_that_cannot_be_public_is_not_even_resolved(host: str) -> None:
    def resolve(_: str) -> list[str]:
        raise AssertionError("resolved")

    with pytest.raises(HostRefused):
        TenantHosts(Way(), resolve).sender(host)(HttpRequest("GET", f"https://{host}/"))


@pytest.mark.parametrize("found", [["10.0.0.8"], [ADDRESS, "127.0.0.1"], ["169.254.169.254"], ["fd00::1"]], ids=repr)
def test_a_name_that_leads_inside_is_refused(found: list[str]) -> None:
    with pytest.raises(HostRefused) as error:
        hosts(found=found).sender(HOST)(HttpRequest("GET", URL))
    assert error.value.code == "address_refused"


def test_a_name_is_judged_again_at_each_call() -> None:
    addresses = [[ADDRESS], ["10.0.0.8"]]
    sender = TenantHosts(
        Way(), lambda _: addresses.pop(0), make_client=lambda: httpx.Client(transport=httpx.MockTransport(ok))
    ).sender(HOST)
    assert sender(HttpRequest("GET", URL)).status == 200
    with pytest.raises(HostRefused):
        sender(HttpRequest("GET", URL))


def test_a_name_without_addresses_is_certainly_not_sent() -> None:
    with pytest.raises(NotSent) as error:
        hosts(found=[]).sender(HOST)(HttpRequest("GET", URL))
    assert error.value.code == "not_resolved"


def test_a_redirect_is_handed_over_not_followed() -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(302, content=iter([]), headers={"location": "https://evil.example/"})

    assert hosts(answer).sender(HOST)(HttpRequest("GET", URL)).status == 302


@pytest.mark.parametrize(
    ("error", "wanted"),
    [
        (httpx.ConnectError("x"), NotSent),
        (httpx.ReadTimeout("x"), FateUnknown),
        (httpx.RemoteProtocolError("x"), FateUnknown),
    ],
)
def test_broken_ways_are_told_apart(error: httpx.HTTPError, wanted: type[Exception]) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        raise error

    with pytest.raises(wanted):
        hosts(answer).sender(HOST)(HttpRequest("GET", URL))


def test_an_answer_without_end_is_given_up() -> None:
    read = []

    def drops() -> Iterator[bytes]:
        while True:
            read.append(1)
            yield b"x" * 65536

    with pytest.raises(FateUnknown) as error:
        hosts(lambda _: httpx.Response(200, content=drops())).sender(HOST)(HttpRequest("GET", URL))
    assert error.value.code == "answer_too_large"
    assert len(read) <= MAX_ANSWER_BYTES // 65536 + 2


def test_an_answer_that_drips_is_given_up_at_the_deadline() -> None:
    clock = [0.0]

    def drops() -> Iterator[bytes]:
        while True:
            clock[0] += 4.0
            yield b"x"

    sender = hosts(lambda _: httpx.Response(200, content=drops()), now=lambda: clock[0]).sender(HOST)
    with pytest.raises(FateUnknown) as error:
        sender(HttpRequest("GET", URL, timeout_seconds=10))
    assert error.value.code == "too_slow"
    assert clock[0] == 12.0


def test_each_host_has_connections_of_its_own_and_few_hosts_keep_them() -> None:
    made: list[httpx.Client] = []

    def make() -> httpx.Client:
        made.append(httpx.Client(transport=httpx.MockTransport(ok)))
        return made[-1]

    known = TenantHosts(Way(), lambda _: [ADDRESS], make_client=make)
    names = [f"chat{at}.example" for at in range(MAX_HOSTS + 1)]
    for name in [*names[:-1], names[0], names[-1]]:
        known.sender(name)(HttpRequest("GET", f"https://{name}/"))
    assert len(made) == MAX_HOSTS + 1
    assert [client.is_closed for client in made] == [False, True, *[False] * (MAX_HOSTS - 1)]
