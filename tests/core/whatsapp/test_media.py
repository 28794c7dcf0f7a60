"""WhatsApp's table of kinds, and the calls around a file."""

import base64
import hashlib

import pytest

from ponte.media.limits import MAX_BYTES, MEBIBYTE
from ponte.media.types import ANIMATED, DEEP, OPUS_MONO, STICKER_SIZE
from ponte.whatsapp import media
from ponte.whatsapp.media import Form

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ANYTHING = Form("document", "application/octet-stream")
DIGEST = hashlib.sha256(b"x").digest()


@pytest.mark.parametrize(
    ("mime", "size", "traits", "form"),
    [
        ("image/jpeg", 5 * MEBIBYTE, (), Form("image", "image/jpeg")),
        ("image/jpeg", 5 * MEBIBYTE + 1, (), ANYTHING),
        ("image/png", 1, (), Form("image", "image/png")),
        ("image/png", 1, (DEEP,), ANYTHING),
        ("image/gif", 1, (), ANYTHING),
        ("image/heic", 1, (), ANYTHING),
        ("image/webp", 100 * 1024, (STICKER_SIZE,), Form("sticker", "image/webp")),
        ("image/webp", 100 * 1024 + 1, (STICKER_SIZE,), ANYTHING),
        ("image/webp", 500 * 1024, (ANIMATED, STICKER_SIZE), Form("sticker", "image/webp")),
        ("image/webp", 500 * 1024 + 1, (ANIMATED, STICKER_SIZE), ANYTHING),
        ("image/webp", 10, (), ANYTHING),
        ("video/mp4", 16 * MEBIBYTE, (), Form("video", "video/mp4")),
        ("video/mp4", 16 * MEBIBYTE + 1, (), ANYTHING),
        ("video/3gpp", 1, (), Form("video", "video/3gpp")),
        ("video/quicktime", 1, (), ANYTHING),
        ("video/webm", 1, (), ANYTHING),
        ("audio/ogg", 16 * MEBIBYTE, (OPUS_MONO,), Form("audio", "audio/ogg", voice=True)),
        ("audio/ogg", 16 * MEBIBYTE + 1, (OPUS_MONO,), ANYTHING),
        ("audio/ogg", 1, (), ANYTHING),
        ("audio/mpeg", 1, (), Form("audio", "audio/mpeg")),
        ("audio/mp4", 1, (), Form("audio", "audio/mp4")),
        ("audio/amr", 1, (), Form("audio", "audio/amr")),
        ("audio/aac", 16 * MEBIBYTE + 1, (), ANYTHING),
        ("audio/wav", 1, (), ANYTHING),
        ("application/pdf", MAX_BYTES, (), Form("document", "application/pdf")),
        ("text/plain", 1, (), Form("document", "text/plain")),
        (DOCX, 1, (), Form("document", DOCX)),
        ("application/zip", 1, (), ANYTHING),
        ("text/html", 1, (), ANYTHING),
        ("", 1, (), ANYTHING),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_file_goes_as_the_kind_that_takes_it_else_as_a_document(
    mime: str, size: int, traits: tuple[str, ...], form: Form
) -> None:
    assert media.form_of(mime, size, traits) == form


@pytest.mark.parametrize(
    ("written", "digest"),
    [
        (base64.b64encode(DIGEST).decode(), DIGEST),
        (base64.b64encode(DIGEST).decode().rstrip("="), DIGEST),
        (base64.urlsafe_b64encode(DIGEST).decode(), DIGEST),
        (DIGEST.hex(), DIGEST),
        (DIGEST.hex().upper(), DIGEST),
        ("", b""),
        ("abc", b""),
        ("!" * 44, b""),
        ("z" * 64, b""),
        (base64.b64encode(DIGEST + b"x").decode(), b""),
    ],
)
def test_a_digest_is_read_from_hex_and_base64_alike(written: str, digest: bytes) -> None:
    assert media.digest_of(written) == digest


@pytest.mark.parametrize("media_id", ["", "..", "../me", "1/2", "1?x=1", "1#2", "1%2F2", "a b", "é", "1" * 300])
def test_an_id_that_names_another_path_is_not_asked_for(media_id: str) -> None:
    with pytest.raises(ValueError, match="media_id"):
        media.info("123456", "v26.0", "token", media_id)


def test_the_address_is_asked_for_with_the_number_it_came_to() -> None:
    request = media.info("123456", "v26.0", "token", "987")
    assert request.url == "https://graph.facebook.com/v26.0/987?phone_number_id=123456"
    assert request.headers["Authorization"] == "Bearer token"


@pytest.mark.parametrize("answer", [{}, {"url": 1, "sha256": [], "file_size": "x"}, {"file_size": -1}], ids=repr)
def test_a_broken_answer_gives_nothing_to_fetch(answer: dict[str, object]) -> None:
    info = media.read_info(answer)
    assert (info.url, info.sha256) == ("", b"")


def test_an_upload_is_a_form_of_the_announced_length() -> None:
    form = media.upload(
        "123456", "v26.0", "token", name='a"b\r\nç.pdf', mime="application/pdf", size=5, boundary="edge"
    )
    body = form.before + b"12345" + form.after
    assert len(body) == form.length
    assert body.decode() == (
        '--edge\r\nContent-Disposition: form-data; name="messaging_product"\r\n\r\nwhatsapp\r\n'
        '--edge\r\nContent-Disposition: form-data; name="file"; filename="a%22bç.pdf"\r\n'
        "Content-Type: application/pdf\r\n\r\n12345\r\n--edge--\r\n"
    )
    assert form.request.url == "https://graph.facebook.com/v26.0/123456/media"
    assert form.request.headers["Content-Type"] == "multipart/form-data; boundary=edge"


@pytest.mark.parametrize(
    ("size", "mime"),
    [(0, "application/pdf"), (MAX_BYTES + 1, "application/pdf"), (5, "text/html\r\nX: y"), (5, "nothing")],
)
def test_what_meta_never_takes_is_not_uploaded(size: int, mime: str) -> None:
    with pytest.raises(ValueError, match=r"size|mime"):
        media.upload("123456", "v26.0", "token", name="a", mime=mime, size=size, boundary="edge")


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("lookaside.fbsbx.com", True),
        ("fbsbx.com", False),
        ("evil-lookaside.fbsbx.com", False),
        ("lookaside.fbsbx.com.evil.example", False),
        ("graph.facebook.com", False),
    ],
)
def test_the_token_goes_to_metas_media_host_alone(host: str, allowed: bool) -> None:
    assert media.is_media_host(host) is allowed
