"""An operator's file from the portal into the store, and from there to Meta."""

from dataclasses import replace

import pytest

from ponte.errors import FateUnknown, NotSent
from ponte.mappings import Portal
from ponte.media.limits import MAX_BYTES, PATIENCE_MS
from ponte.media.store import KeptFile
from ponte.outcome import Blocked, Outcome, Rejected, Succeeded, Transient
from ponte.relays.file_effects import FetchFile, UploadMedia
from tests import files

from .streamers import Scripted
from .transferring import DATA, FILE, KEPT, PORTAL, World, redirect


def test_an_operators_file_is_fetched_through_its_redirect_without_any_token() -> None:
    signed = "https://contoso.bitrix24.com.br/pub/im.file.php?FILE_ID=1&SIGN=x"
    world = World(redirect(signed), Scripted(body=DATA))
    outcome = world.file()
    assert isinstance(outcome, Succeeded)
    kept = KeptFile.of(outcome.result)
    assert kept.name == "vitrine.jpg"
    assert kept.key.endswith("/2")
    assert [url for url, _ in world.stream.asked] == ["https://contoso.bitrix24.com.br/~aB3", signed]
    assert all("Authorization" not in headers for _, headers in world.stream.asked)


def test_a_renamed_portal_may_redirect_to_its_new_name() -> None:
    world = World(redirect("https://new.bitrix24.com.br/~aB3"), Scripted(body=DATA))
    assert isinstance(world.file(), Succeeded)


@pytest.mark.parametrize(
    "location",
    [
        "https://evil.example/x",
        "http://contoso.bitrix24.com.br/x",
        "https://127.0.0.1/",
        "https://graph.facebook.com/me",
    ],
)
def test_a_portals_redirect_anywhere_else_is_refused(location: str) -> None:
    world = World(redirect(location), Scripted(body=DATA))
    assert world.file() == Rejected("address")
    assert len(world.stream.asked) == 1


@pytest.mark.parametrize(
    ("effect", "portal", "code"),
    [
        (replace(FILE, link=""), PORTAL, "missing"),
        (replace(FILE, link="https://evil.example/~a"), PORTAL, "address"),
        (FILE, None, "address"),
    ],
    ids=["no link", "foreign", "no portal"],
)
def test_a_link_that_leads_nowhere_asks_nothing(effect: FetchFile, portal: Portal | None, code: str) -> None:
    world = World(Scripted(body=DATA))
    assert world.file(effect, portal) == Rejected(code)
    assert world.stream.asked == []


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Scripted(404), Rejected("expired")),
        (Scripted(403), Rejected("http_403")),
        (Scripted(400), Rejected("http_400")),
        (Scripted(body=files.HTML), Rejected("disguised")),
        (Scripted(body=DATA, headers={"content-length": str(MAX_BYTES + 1)}), Rejected("too_big")),
        (Scripted(502), Transient("http_502", counts=False)),
    ],
    ids=["gone", "closed", "refused", "login page", "too big", "down"],
)
def test_what_a_portal_answers_decides(answer: Scripted, outcome: Outcome) -> None:
    assert World(answer).file() == outcome


def test_the_portals_word_for_the_size_is_not_believed() -> None:
    """Only what the answer announces counts; the event's own field is a hint."""
    world = World(Scripted(body=DATA, headers={"content-length": str(len(DATA))}))
    assert isinstance(world.file(), Succeeded)


# --- to Meta


def kept(world: World, data: bytes = DATA) -> UploadMedia:
    world.store.keep(KEPT.key, [data], "image/jpeg", "attachment")
    return UploadMedia(replace(KEPT, size=len(data)), "image/jpeg")


def test_a_kept_file_is_uploaded_whole() -> None:
    world = World(Scripted(body=b'{"id":"1037"}'))
    assert world.upload(kept(world)) == Succeeded({"media_id": "1037"})
    (body,) = world.stream.uploaded
    assert DATA in body
    assert body.endswith(b"\r\n--edge--\r\n")


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Scripted(400, b'{"error":{"code":131053,"message":"x"}}'), Rejected("131053", "x")),
        (Scripted(401, b'{"error":{"code":190,"message":"x"}}'), Blocked("190", "x")),
        (Scripted(200, b"{}"), Transient("no_media_id", counts=False)),
        (Scripted(200, b'{"id":""}'), Transient("no_media_id", counts=False)),
        (Scripted(413), Rejected("http_413")),
        (Scripted(502, b"<html>"), Transient("http_502", counts=False)),
        (NotSent("not_connected"), Transient("not_connected", counts=False)),
        (FateUnknown("too_slow"), Transient("too_slow", counts=False)),
    ],
    ids=["file refused", "token", "no id", "empty id", "too large", "gateway", "no connection", "too slow"],
)
def test_what_meta_answers_to_an_upload_decides(answer: Scripted | Exception, outcome: Outcome) -> None:
    world = World(answer)
    assert world.upload(kept(world)) == outcome


def test_an_upload_is_given_up_after_half_an_hour_as_well() -> None:
    world = World(Scripted(503))
    assert world.upload(kept(world), waited_ms=PATIENCE_MS + 1) == Rejected("unreachable")


def test_a_file_that_left_the_store_is_not_uploaded() -> None:
    assert World(Scripted(body=b'{"id":"1"}')).upload(UploadMedia(KEPT, "image/jpeg")) == Rejected("expired")


def test_a_link_is_made_anew_and_carries_the_name_beside_it() -> None:
    url, name = World().transfers.link(KEPT)
    assert name == "imagem.jpg"
    assert "seconds=600" in url
