"""A customer's file from Meta into the store: what every answer of a host means."""

import base64
from dataclasses import replace
from typing import Any

import pytest

from ponte.errors import FateUnknown, NotSent
from ponte.http import HttpRequest, HttpResponse
from ponte.media.limits import MAX_BYTES, PATIENCE_MS, TRANSFER_SECONDS
from ponte.media.store import KeptFile, StoreFailed
from ponte.outcome import Rejected, Succeeded, Transient
from ponte.relays.file_effects import FetchMedia
from tests import files

from .streamers import Scripted
from .transferring import DATA, MEDIA, URL, World, error, redirect


def test_a_file_of_metas_is_kept_byte_by_byte_under_a_safe_name() -> None:
    world = World(Scripted(body=DATA))
    outcome = world.media(replace(MEDIA, filename="../a\u202eb.exe"))
    assert isinstance(outcome, Succeeded)
    kept = KeptFile.of(outcome.result)
    assert (kept.name, kept.mime, kept.size) == ("ab.exe.jpg", "image/jpeg", len(DATA))
    stored = world.store.files[kept.key]
    assert (stored.data, stored.mime) == (DATA, "image/jpeg")
    assert stored.disposition.startswith("attachment; filename=")
    assert kept.key.startswith("media/")
    assert "wamid" not in kept.key


def test_the_token_is_sent_to_the_address_the_api_named() -> None:
    world = World(Scripted(body=DATA))
    world.media()
    ((url, headers),) = world.stream.asked
    assert (url, headers["Authorization"]) == (URL, "Bearer EAA-token")


def test_a_redirect_is_followed_without_the_token() -> None:
    world = World(redirect("/whatsapp_business/other?x=1#part"), Scripted(body=DATA))
    assert isinstance(world.media(), Succeeded)
    url, headers = world.stream.asked[1]
    assert url == "https://lookaside.fbsbx.com/whatsapp_business/other?x=1"
    assert "Authorization" not in headers


@pytest.mark.parametrize(
    "location",
    [
        "https://evil.example/x",
        "//evil.example/x",
        "http://lookaside.fbsbx.com/x",
        "https://lookaside.fbsbx.com:8443/x",
        "https://lookaside.fbsbx.com@evil.example/x",
        "https://evil.example\\@lookaside.fbsbx.com/x",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://contoso.bitrix24.com.br/~a",
        "https://graph.facebook.com/v26.0/me",
        "file:///etc/passwd",
        "https://[bad/",
        "",
    ],
)
def test_a_redirect_anywhere_else_is_refused_and_never_called(location: str) -> None:
    world = World(redirect(location), Scripted(body=DATA))
    assert world.media() == Rejected("address")
    assert len(world.stream.asked) == 1
    assert world.store.files == {}


def test_an_endless_chain_of_redirects_is_refused() -> None:
    world = World(*(redirect(f"/hop{n}") for n in range(20)))
    assert world.media() == Rejected("address")
    assert len(world.stream.asked) <= 6


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/x",
        "http://lookaside.fbsbx.com/x",
        "https://127.0.0.1/x",
        "",
        "https://lookaside.fbsbx.com /x",
    ],
)
def test_an_address_of_another_host_is_refused_whoever_names_it(url: str) -> None:
    world = World(Scripted(body=DATA), info=[World.told(url=url)])
    assert world.media() == Rejected("address")
    assert world.stream.asked == []


def test_an_address_that_died_is_asked_for_once_more() -> None:
    world = World(Scripted(404), Scripted(body=DATA))
    assert isinstance(world.media(), Succeeded)
    assert world.asked == 2


@pytest.mark.parametrize(
    ("status", "code"), [(404, "expired"), (410, "expired"), (401, "no_access"), (403, "no_access")]
)
def test_a_file_that_stays_closed_is_given_up_at_once(status: int, code: str) -> None:
    world = World(Scripted(status), Scripted(status))
    assert world.media() == Rejected(code)
    assert world.asked == 2


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (error(100), "expired"),
        (error(33), "expired"),
        (HttpResponse(404, {}, b""), "expired"),
    ],
    ids=["unknown object", "no such object", "bare 404"],
)
def test_what_the_api_says_of_a_file_decides(answer: HttpResponse, code: str) -> None:
    world = World(info=[answer])
    assert world.media() == Rejected(code)
    assert world.stream.asked == []


@pytest.mark.parametrize("answer", [error(190, 401), error(10, 403)], ids=["token", "permission"])
def test_access_that_is_amiss_is_waited_for_and_told_as_such_in_the_end(answer: HttpResponse) -> None:
    outcome = World(info=[answer]).media()
    assert isinstance(outcome, Transient)
    assert not outcome.counts
    assert World(info=[answer]).media(waited_ms=PATIENCE_MS + 1) == Rejected("no_access")
    assert isinstance(World(Scripted(body=DATA), info=[answer, World.told()]).media(), Transient)


@pytest.mark.parametrize("media_id", ["", "..", "1/2", "1?x"])
def test_an_id_that_is_none_asks_nothing(media_id: str) -> None:
    world = World()
    assert world.media(replace(MEDIA, media_id=media_id)) == Rejected("missing")
    assert world.asked == 0


@pytest.mark.parametrize(
    ("body", "info", "effect", "code"),
    [
        (DATA + b"x", {}, MEDIA, "damaged"),
        (DATA, {"sha256": "00" * 32}, MEDIA, "damaged"),
        (DATA, {}, replace(MEDIA, sha256=base64.b64encode(bytes(32)).decode()), "damaged"),
        (DATA, {"file_size": str(MAX_BYTES + 1)}, MEDIA, "too_big"),
        (b"", {"file_size": None}, MEDIA, "empty"),
        (files.HTML, {"sha256": "", "file_size": None}, replace(MEDIA, sha256=""), "disguised"),
    ],
    ids=["longer", "digest of the API", "digest of the webhook", "too big", "empty", "page"],
)
def test_a_wrong_file_is_refused_and_not_kept(body: bytes, info: dict[str, Any], effect: FetchMedia, code: str) -> None:
    world = World(Scripted(body=body), info=[World.told(**info)])
    assert world.media(effect) == Rejected(code)
    assert world.store.files == {}


@pytest.mark.parametrize(
    "answer",
    [
        Scripted(body=DATA, breaks_after=70_000),
        Scripted(body=DATA[:-1]),
        Scripted(500),
        Scripted(503),
        Scripted(429),
        NotSent("not_connected"),
        FateUnknown("too_slow"),
    ],
    ids=["broken off", "ended early", "500", "503", "429", "no connection", "too slow"],
)
def test_what_may_get_better_is_tried_again_and_never_ends_in_parking(answer: Scripted | Exception) -> None:
    world = World(answer)
    outcome = world.media()
    assert isinstance(outcome, Transient)
    assert not outcome.counts
    assert world.store.files == {}


@pytest.mark.parametrize("answer", [NotSent("not_connected"), error(131000, 500), HttpResponse(502, {}, b"<html>")])
def test_a_graph_that_is_away_is_waited_for_too(answer: Any) -> None:
    outcome = World(info=[answer]).media()
    assert isinstance(outcome, Transient)
    assert not outcome.counts


@pytest.mark.parametrize("waited_ms", [PATIENCE_MS, PATIENCE_MS + 1])
def test_after_half_an_hour_the_message_goes_without_the_file(waited_ms: int) -> None:
    given_up = waited_ms > PATIENCE_MS
    assert (World(Scripted(503)).media(waited_ms=waited_ms) == Rejected("unreachable")) is given_up


def test_a_store_that_is_away_is_waited_for() -> None:
    world = World(Scripted(body=DATA))

    def away(*_: Any) -> None:
        raise StoreFailed

    world.store.keep = away  # type: ignore[method-assign]
    assert world.media() == Transient("file_store", counts=False)


@pytest.mark.parametrize(("mime", "served"), [("text/html", "application/octet-stream"), ("text/plain", "text/plain")])
def test_what_would_run_in_a_browser_is_handed_out_as_bytes(mime: str, served: str) -> None:
    body = files.HTML if mime == "text/html" else b"just a text"
    world = World(Scripted(body=body), info=[World.told(sha256="", file_size=None)])
    world.media(replace(MEDIA, mime=mime, sha256=""))
    (stored,) = world.store.files.values()
    assert stored.mime == served


def test_an_encoded_body_is_not_taken_for_the_file() -> None:
    world = World(Scripted(body=DATA, headers={"content-encoding": "gzip"}))
    assert world.media() == Rejected("http_200")


def test_each_request_has_what_is_left_of_the_whole_time() -> None:
    world = World(redirect("/next"), Scripted(body=DATA))
    world.stream.before = lambda: world.clock.sleep_ms(6_000)
    asked: list[float] = []
    original = world.stream._next

    def noting(request: HttpRequest, allowed: Any) -> Scripted:
        asked.append(request.timeout_seconds)
        return original(request, allowed)

    world.stream._next = noting  # type: ignore[method-assign]
    world.media()
    assert asked == [TRANSFER_SECONDS, TRANSFER_SECONDS - 6]
