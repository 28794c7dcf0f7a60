"""Customers' files through real webhooks, functions and S3 calls: byte by byte, and what becomes of the others."""

import base64
import hashlib
import time
from typing import Any

import httpx
import pytest

from tests import files
from tests.end_to_end.conftest import Sandbox, scenario, value

pytestmark = pytest.mark.end_to_end
DOMAIN = "contoso.bitrix24.com.br"
MEDIA_ID = "1908647269898587"
HOSTILE_NAME = "../../a/proposta \u202efdp.pdf"


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def with_media(running: Sandbox, data: bytes, mime: str, **more: Any) -> Sandbox:
    """One file at Meta, under MEDIA_ID."""
    tree = scenario()
    tree["meta"]["media"] = [{"id": MEDIA_ID, "mime_type": mime, "bytes_base64": encoded(data), **more}]
    assert running.put(tree).status_code == 200
    return running


def media_message(wamid: str, kind: str, content: dict[str, Any], sender: str = "5511987654321") -> dict[str, Any]:
    message = {"from": sender, "id": wamid, "timestamp": str(int(time.time())), "type": kind, kind: content}
    return value({"contacts": [{"profile": {"name": "Maria Silva"}, "wa_id": sender}], "messages": [message]})


def content_of(data: bytes, mime: str, **more: Any) -> dict[str, Any]:
    digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
    return {"id": MEDIA_ID, "mime_type": mime, "sha256": digest, **more}


def handed_over(sandbox: Sandbox) -> dict[str, Any]:
    """The one message that took effect in the open line."""
    (call,) = [c for c in sandbox.calls("imconnector.send.messages") if c["took_effect"]]
    message: dict[str, Any] = call["body"]["MESSAGES"][0]["message"]
    return message


@pytest.mark.parametrize(
    ("kind", "data", "mime", "more", "name"),
    [
        ("image", files.jpeg(), "image/jpeg", {"caption": "Taj Mahal"}, "imagem.jpg"),
        ("image", files.jpeg(12_000_000), "image/jpeg", {}, "imagem.jpg"),
        ("video", files.mp4(), "video/mp4", {"caption": "veja"}, "vídeo.mp4"),
        ("audio", files.ogg_opus(), "audio/ogg; codecs=opus", {"voice": True}, "mensagem de voz.ogg"),
        ("audio", files.mp3(), "audio/mpeg", {"voice": False}, "áudio.mp3"),
        ("document", files.pdf(), "application/pdf", {"filename": HOSTILE_NAME}, "a-proposta fdp.pdf"),
        ("sticker", files.webp(), "image/webp", {"animated": False}, "figurinha.webp"),
    ],
    ids=["image", "image of 12 MB", "video", "voice", "audio", "document", "sticker"],
)
def test_a_customers_file_reaches_the_portal_byte_by_byte(
    running: Sandbox, kind: str, data: bytes, mime: str, more: dict[str, Any], name: str
) -> None:
    sandbox = with_media(running, data, mime)
    sandbox.post_whatsapp(media_message("wamid.M1", kind, content_of(data, mime, **more)))
    sandbox.settle()
    message = handed_over(sandbox)
    (file,) = message["files"]
    assert file["name"] == name
    assert message["text"] == more.get("caption", "")
    answer = httpx.get(file["url"], trust_env=False)
    assert (answer.status_code, files.sha256(answer.content)) == (200, files.sha256(data))
    assert answer.headers["content-disposition"].startswith("attachment")
    assert sandbox.trace("wamid.M1")["status"] == "SENT"
    assert sandbox.notices() == []


def test_a_files_link_gives_nothing_without_its_signature(running: Sandbox) -> None:
    data = files.jpeg()
    sandbox = with_media(running, data, "image/jpeg")
    sandbox.post_whatsapp(media_message("wamid.M1", "image", content_of(data, "image/jpeg")))
    sandbox.settle()
    url = handed_over(sandbox)["files"][0]["url"]
    assert httpx.get(url.partition("?")[0], trust_env=False).status_code == 403
    assert httpx.get(url.replace("media/", "claim/"), trust_env=False).status_code == 403


@pytest.mark.parametrize(
    ("at_meta", "content", "why"),
    [
        ({"status": 404}, {}, "não existe mais"),
        ({"sha256": "ab" * 32}, {}, "diferente do que o WhatsApp anunciou"),
        ({}, {"sha256": encoded(bytes(32))}, "diferente do que o WhatsApp anunciou"),
        ({"bytes_base64": encoded(files.programme())}, {"sha256": ""}, "não é do tipo declarado"),
        ({"bytes_base64": encoded(files.HTML)}, {"sha256": ""}, "não é do tipo declarado"),
        ({"bytes_base64": ""}, {"sha256": ""}, "vazio"),
        ({}, {"id": "../../me"}, "sem o endereço"),
        ({}, {"id": ""}, "sem o endereço"),
    ],
    ids=["gone", "digest of the API", "digest of the webhook", "programme", "page", "empty", "path as id", "no id"],
)
def test_a_file_that_cannot_be_had_leaves_its_caption_and_the_reason(
    running: Sandbox, at_meta: dict[str, Any], content: dict[str, Any], why: str
) -> None:
    data = files.jpeg()
    sandbox = with_media(running, data, "image/jpeg", **at_meta)
    picture = {**content_of(data, "image/jpeg", caption="Taj Mahal"), **content}
    sandbox.post_whatsapp(media_message("wamid.M1", "image", picture))
    sandbox.settle()
    message = handed_over(sandbox)
    assert "files" not in message
    assert "Taj Mahal" in message["text"]
    assert why in message["text"]
    assert sandbox.parked() == []


def test_an_address_that_died_is_asked_for_again(running: Sandbox) -> None:
    data = files.jpeg()
    sandbox = with_media(running, data, "image/jpeg")
    sandbox.fault(provider="meta", kind="status", status=404, match={"path": "/whatsapp_business/attachments"})
    sandbox.post_whatsapp(media_message("wamid.M1", "image", content_of(data, "image/jpeg")))
    sandbox.settle()
    assert len(handed_over(sandbox)["files"]) == 1
    assert len([c for c in sandbox.journal("meta") if c["path"].endswith(f"/{MEDIA_ID}")]) == 2


def test_a_media_server_that_is_down_is_waited_for_and_order_holds(running: Sandbox) -> None:
    data = files.jpeg()
    sandbox = with_media(running, data, "image/jpeg")
    sandbox.fault(provider="meta", kind="html", times=2, match={"path": "/whatsapp_business/attachments"})
    sandbox.post_whatsapp(media_message("wamid.M1", "image", content_of(data, "image/jpeg", caption="primeiro")))
    sandbox.post_whatsapp(sandbox.text("wamid.M2", "depois"))
    sandbox.settle()
    assert sandbox.shown() == ["primeiro", "depois"]
    assert sandbox.calls("imconnector.send.messages")[0]["body"]["MESSAGES"][0]["message"]["files"]


def test_a_redirect_to_a_foreign_host_is_refused_and_the_token_stays_here(running: Sandbox) -> None:
    data = files.jpeg()
    sandbox = with_media(running, data, "image/jpeg")
    body = {"url": "https://169.254.169.254/latest/meta-data", "mime_type": "image/jpeg", "id": MEDIA_ID}
    sandbox.fault(provider="meta", kind="status", status=200, body=body, match={"path": MEDIA_ID})
    sandbox.post_whatsapp(media_message("wamid.M1", "image", content_of(data, "image/jpeg", caption="oi")))
    sandbox.settle()
    assert "servidor permitido" in handed_over(sandbox)["text"]
    (attempt,) = sandbox.journal("egress")
    assert (attempt["host"], attempt["refused"]) == ("169.254.169.254", True)


def test_a_new_customers_album_makes_one_chat_and_keeps_its_order(running: Sandbox) -> None:
    pictures = [files.jpeg(3_000, seed) for seed in range(5)]
    tree = scenario()
    tree["meta"]["media"] = [
        {"id": f"77{n}", "mime_type": "image/jpeg", "bytes_base64": encoded(data)} for n, data in enumerate(pictures)
    ]
    running.put(tree)
    for n, data in enumerate(pictures):
        picture = content_of(data, "image/jpeg", caption=f"n{n}") | {"id": f"77{n}"}
        running.post_whatsapp(media_message(f"wamid.A{n}", "image", picture))
    running.settle()
    assert running.shown() == [f"n{n}" for n in range(5)]
    assert len(running.calls("crm.item.add")) == 1
    calls = [c["body"]["MESSAGES"][0] for c in running.calls("imconnector.send.messages") if c["took_effect"]]
    assert len({call["chat"]["id"] for call in calls}) == 1
    urls = [call["message"]["files"][0]["url"] for call in calls]
    assert [httpx.get(url, trust_env=False).content for url in urls] == pictures


def test_a_lost_answer_to_a_message_with_a_file_is_not_repeated(running: Sandbox) -> None:
    data = files.jpeg()
    sandbox = with_media(running, data, "image/jpeg")
    sandbox.fault(
        provider="bitrix24", kind="timeout_after_effect", delay_ms=0, match={"path": "imconnector.send.messages"}
    )
    sandbox.post_whatsapp(media_message("wamid.M1", "image", content_of(data, "image/jpeg", caption="uma vez")))
    sandbox.settle()
    assert sandbox.shown() == ["uma vez"]
