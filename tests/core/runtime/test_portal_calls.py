"""A portal's token: checked before each call, renewed once, under the lock, whoever races for it; renames followed."""

import hashlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from ponte.bitrix24.client import Bitrix24Client
from ponte.bitrix24.requests import system_notice
from ponte.errors import FateUnknown
from ponte.http import HttpRequest, HttpResponse
from ponte.mappings import MemberId, Portal, Rate
from ponte.outcome import Blocked, Outcome, Succeeded, Transient
from ponte.runtime.portal_calls import PortalCalls
from ponte.storage.buckets import Buckets
from ponte.storage.directory import Directory
from ponte.storage.grants import Grants, Tokens
from ponte.storage.table import Item, Update, Write
from sandbox.memory.table import MemoryTable
from tests.core.runtime.bundle import FixedSecrets, OpenCipher
from tests.core.runtime.clocks import Clock

MEMBER = "m1"
ENDPOINT = "https://contoso.bitrix24.com.br/rest/"


@dataclass
class Provider:
    """OAuth server and portal in one: single-use refresh tokens, one valid access token."""

    clock: Clock
    access: str = "a0"
    refresh: str = "r0"
    refreshes: list[str] = field(default_factory=list)
    calls: list[tuple[str, str]] = field(default_factory=list)
    moved_to: str = ""
    oauth_down: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with self.lock:
            if request.url.startswith("https://oauth.bitrix.info/oauth/token/"):
                return self._oauth(request)
            token = request.headers["Authorization"].removeprefix("Bearer ")
            self.calls.append((request.url, token))
            if self.moved_to and not request.url.startswith(self.moved_to):
                return HttpResponse(302, {"location": self.moved_to + "im.message.add.json"}, b"<html>")
            if token != self.access:
                return _json(401, {"error": "expired_token"})
            return _json(200, {"result": 1})

    def _oauth(self, request: HttpRequest) -> HttpResponse:
        if self.oauth_down:
            raise FateUnknown("no_answer")
        used = parse_qs(request.body.decode())["refresh_token"][0]
        self.refreshes.append(used)
        if used != self.refresh:
            return _json(400, {"error": "invalid_grant"})
        n = len(self.refreshes)
        self.access, self.refresh = f"a{n}", f"r{n}"
        return _json(
            200,
            {
                "access_token": self.access,
                "refresh_token": self.refresh,
                "expires_in": 3600,
                "client_endpoint": self.moved_to or ENDPOINT,
                "member_id": MEMBER,
            },
        )


def _json(status: int, tree: object) -> HttpResponse:
    return HttpResponse(status, {"content-type": "application/json"}, json.dumps(tree).encode())


class Bench:
    def __init__(self, expires_in_s: int = 3600, table: MemoryTable | None = None) -> None:
        self.clock = Clock()
        self.table = table or MemoryTable()
        self.provider = Provider(self.clock)
        self.grants = Grants(self.table, OpenCipher(), self.clock)
        self.directory = Directory(self.table, self.clock, cache_ms=0)
        names = iter(range(10_000))
        self.notes: list[str] = []
        self.make: Callable[[], PortalCalls] = lambda: PortalCalls(
            Bitrix24Client(self.provider),
            Grants(self.table, OpenCipher(), self.clock),
            self.directory,
            Buckets(MemoryTable(), self.clock),
            FixedSecrets(),  # type: ignore[arg-type]
            self.clock,
            lambda: f"o{next(names)}",
            lambda flow, result, *_a, **_k: self.notes.append(f"{flow} {result}"),
        )
        expires_at = self.clock.now // 1000 + expires_in_s
        portal = Portal(
            MemberId(MEMBER),
            "contoso.bitrix24.com.br",
            ENDPOINT,
            "https://oauth.bitrix.info/rest/",
            hashlib.sha256(b"t").hexdigest(),
            "active",
            "contact",
            Rate(50, 50),
            expires_at,
            0,
        )
        self.grants.install(portal, Tokens("a0", "r0", expires_at))

    @property
    def portal(self) -> Portal:
        portal = self.directory.portal(MEMBER, fresh=True)
        assert portal is not None
        return portal

    def call(self, calls: PortalCalls | None = None) -> Outcome:
        return (calls or self.make()).call(self.portal, system_notice("1", "x"), 5)


def test_a_good_token_is_used_as_it_is() -> None:
    bench = Bench()
    assert isinstance(bench.call(), Succeeded)
    assert bench.provider.refreshes == []


def test_under_five_minutes_left_it_is_renewed_before_the_call() -> None:
    for left, renewed in ((299, True), (301, False)):
        bench = Bench(left)
        assert isinstance(bench.call(), Succeeded)
        assert bool(bench.provider.refreshes) is renewed


def test_a_refused_token_is_renewed_once_and_the_call_succeeds() -> None:
    bench = Bench()
    bench.provider.access = "somebody-else-renewed"
    assert isinstance(bench.call(), Succeeded)
    assert bench.provider.refreshes == ["r0"]


def test_six_callers_at_once_use_the_refresh_token_once() -> None:
    bench = Bench(10)
    barrier = threading.Barrier(6)
    outcomes: list[Outcome] = []

    def run() -> None:
        calls = bench.make()
        barrier.wait()
        outcomes.append(bench.call(calls))

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert bench.provider.refreshes == ["r0"]
    assert all(isinstance(o, Succeeded | Transient) for o in outcomes)
    assert any(isinstance(o, Succeeded) for o in outcomes)


def test_a_dead_grant_asks_for_a_reinstallation() -> None:
    bench = Bench(10)
    bench.provider.refresh = "used-elsewhere"
    assert bench.call() == Blocked("portal_reauth")
    assert bench.portal.status == "reauth"


def test_a_reauth_portal_is_not_asked_again() -> None:
    bench = Bench(10)
    bench.provider.refresh = "used-elsewhere"
    bench.call()
    bench.call()
    assert bench.provider.refreshes == ["r0"]


def test_an_oauth_server_that_is_away_leaves_a_token_that_still_works() -> None:
    bench = Bench(200)
    bench.provider.oauth_down = True
    assert isinstance(bench.call(), Succeeded)


def test_a_renamed_portal_gets_the_same_post_at_its_new_address() -> None:
    bench = Bench()
    bench.provider.moved_to = "https://novo.bitrix24.com.br/rest/"
    assert isinstance(bench.call(), Succeeded)
    assert bench.portal.domain == "novo.bitrix24.com.br"
    assert [url for url, _ in bench.provider.calls] == [
        f"{ENDPOINT}im.message.add.json",
        "https://novo.bitrix24.com.br/rest/im.message.add.json",
    ]


def test_a_redirect_to_a_foreign_host_gets_no_token() -> None:
    bench = Bench()
    bench.provider.moved_to = "https://evil.example/rest/"
    outcome = bench.call()
    assert getattr(outcome, "code", "") == "redirect_refused"
    assert len(bench.provider.calls) == 1


def test_a_rename_told_by_a_refresh_is_stored() -> None:
    bench = Bench(10)
    bench.provider.moved_to = "https://novo.bitrix24.com.br/rest/"
    assert isinstance(bench.call(), Succeeded)
    assert bench.portal.domain == "novo.bitrix24.com.br"


def test_the_store_holds_no_token_in_clear_under_its_own_name() -> None:
    bench = Bench()
    (item,) = [row for row in bench.table.items() if row["pk"] == f"PORTAL#{MEMBER}"]
    assert isinstance(item["access_token_ct"], bytes)
    assert "access_token" not in item


class Flickering(MemoryTable):
    """A store that takes no new pair the first few times."""

    failures = 0

    def write(self, write: Write) -> Item:
        if isinstance(write, Update) and "access_token_ct" in write.set and self.failures:
            self.failures -= 1
            raise ConnectionError
        return super().write(write)


def test_a_new_pair_is_stored_however_often_the_store_is_away() -> None:
    table = Flickering()
    bench = Bench(10, table)
    table.failures = 4
    assert isinstance(bench.call(), Succeeded)
    assert bench.provider.refreshes == ["r0"]
    found = bench.grants.read(MEMBER)
    assert found is not None and found[1].refresh_token == "r1"


def test_an_oauth_server_that_is_away_leaves_no_doubt_about_the_call() -> None:
    bench = Bench(1)
    bench.provider.oauth_down = True
    assert bench.call() == Transient("oauth_no_answer", counts=False)
    assert bench.provider.calls == []


def test_a_refused_token_that_cannot_be_renewed_leaves_no_doubt_either() -> None:
    bench = Bench()
    bench.provider.access, bench.provider.oauth_down = "another", True
    assert bench.call() == Transient("oauth_no_answer", counts=False)


def test_a_call_is_not_started_after_the_callers_time_is_over() -> None:
    """The lease may be gone then: somebody else probes, finds nothing, and sends."""
    bench = Bench(10)
    renew = bench.provider._oauth

    def slow(request: HttpRequest) -> HttpResponse:
        bench.clock.now += 4_800
        return renew(request)

    bench.provider._oauth = slow  # type: ignore[method-assign]
    assert bench.call() == Transient("late", 1, counts=False)
    assert bench.provider.calls == []
    assert isinstance(bench.call(), Succeeded)
