"""Operators' files through real webhooks, functions and S3 calls: byte by byte, and what becomes of the others."""

import base64
from typing import Any
from urllib.parse import urlencode

import pytest

from tests import files
from tests.end_to_end.conftest import CONNECTOR, LINE, MEMBER, NUMBER, TOKEN, Sandbox, scenario, seeded_chat
from tests.end_to_end.test_window import shut

pytestmark = pytest.mark.end_to_end
DOMAIN = "contoso.bitrix24.com.br"


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def operators_files(
    running: Sandbox, *given: tuple[str, bytes, str], unknown_wait_s: float = 2
) -> tuple[Sandbox, list[dict[str, Any]]]:
    """Files in the portal, and how its event speaks of them. unknown_wait_s: for the receipt of a lost answer."""
    stored = [
        {"code": f"c0de{n}", "name": name, "mime_type": mime, "bytes_base64": encoded(data)}
        for n, (name, data, mime) in enumerate(given)
    ]
    tree = scenario(chats=[seeded_chat()], files=stored)
    tree["timing"]["unknown_wait_s"] = unknown_wait_s
    assert running.put(tree).status_code == 200
    told = [
        {"name": name, "type": "file", "mime": mime, "link": f"https://{DOMAIN}/~c0de{n}#img.jpg", "size": len(data)}
        for n, (name, data, mime) in enumerate(given)
    ]
    return running, told


def event(message_id: int, text: str, told: list[dict[str, Any]]) -> bytes:
    message = "data[MESSAGES][0]"
    fields: dict[str, Any] = {
        "event": "ONIMCONNECTORMESSAGEADD",
        "data[CONNECTOR]": CONNECTOR,
        "data[LINE]": LINE,
        f"{message}[im][chat_id]": 1807,
        f"{message}[im][message_id]": message_id,
        f"{message}[message][user_id]": 27,
        f"{message}[message][text]": f"[b]Ana:[/b] {'[br]' if text else ''}{text}",
        f"{message}[chat][id]": "5511900000001",
        "auth[member_id]": MEMBER,
        "auth[application_token]": TOKEN,
    }
    for n, file in enumerate(told):
        fields |= {f"{message}[message][files][{n}][{key}]": one for key, one in file.items()}
    return urlencode(fields).encode()


def uploads(sandbox: Sandbox) -> list[dict[str, Any]]:
    return [c["body"]["file"] for c in sandbox.journal("meta") if c["path"] == f"/v26.0/{NUMBER}/media"]


@pytest.mark.parametrize(
    ("name", "data", "mime", "kind", "extra"),
    [
        ("vitrine.jpg", files.jpeg(), "image/jpeg", "image", {"caption": "Segue"}),
        ("tela.png", files.png(), "image/png", "image", {"caption": "Segue"}),
        ("filme.mp4", files.mp4(), "video/mp4", "video", {"caption": "Segue"}),
        (
            "Orçamento 4512.pdf",
            files.pdf(9_000_000),
            "application/pdf",
            "document",
            {"caption": "Segue", "filename": "Orçamento 4512.pdf"},
        ),
        (
            "grande.jpg",
            files.jpeg(6_000_000),
            "image/jpeg",
            "document",
            {"caption": "Segue", "filename": "grande.jpg"},
        ),
        ("voz.ogg", files.ogg_opus(), "audio/ogg", "audio", {"voice": True}),
        ("estereo.ogg", files.ogg_opus(2), "audio/ogg", "document", {"caption": "Segue", "filename": "estereo.ogg"}),
        ("musica.mp3", files.mp3(), "audio/mpeg", "audio", {}),
        ("oi.webp", files.webp(), "image/webp", "sticker", {}),
    ],
    ids=["jpeg", "png", "mp4", "pdf of 9 MB", "jpeg of 6 MB", "voice", "stereo ogg", "mp3", "sticker"],
)
def test_an_operators_file_reaches_the_phone_as_its_kind(
    running: Sandbox, name: str, data: bytes, mime: str, kind: str, extra: dict[str, Any]
) -> None:
    sandbox, told = operators_files(running, (name, data, mime))
    sandbox.post_bitrix(event(9001, "Segue", told))
    sandbox.settle()
    (upload,) = uploads(sandbox)
    assert (upload["sha256"], upload["size"]) == (files.sha256(data), len(data))
    *texts, media = sandbox.sends()
    assert [text["text"]["body"] for text in texts] == ([] if "caption" in extra else ["Segue"])
    assert media["type"] == kind
    assert {key: one for key, one in media[kind].items() if key != "id"} == extra
    (ack,) = sandbox.calls("imconnector.send.status.delivery")
    assert len(ack["body"]["MESSAGES"][0]["message"]["id"]) == len(texts) + 1
    assert sandbox.notices() == []


def test_several_files_are_several_messages_in_order_and_one_acknowledgement(running: Sandbox) -> None:
    given = [(f"{n}.jpg", files.jpeg(2_000, n), "image/jpeg") for n in range(3)]
    sandbox, told = operators_files(running, *given)
    sandbox.post_bitrix(event(9001, "Fotos", told))
    sandbox.settle()
    assert [one["sha256"] for one in uploads(sandbox)] == [files.sha256(data) for _, data, _ in given]
    assert [send["image"].get("caption", "") for send in sandbox.sends()] == ["Fotos", "", ""]
    (ack,) = sandbox.calls("imconnector.send.status.delivery")
    wamids = ack["body"]["MESSAGES"][0]["message"]["id"]
    assert len(wamids) == 3
    for send, wamid in zip(sandbox.sends(), wamids, strict=True):
        data = send["biz_opaque_callback_data"]
        sandbox.post_whatsapp(sandbox.status(wamid, "read", biz_opaque_callback_data=data))
    sandbox.settle()
    assert sandbox.trace("9001")["status"] == "READ"


def test_a_text_too_long_for_a_caption_goes_before_the_file(running: Sandbox) -> None:
    sandbox, told = operators_files(running, ("a.jpg", files.jpeg(), "image/jpeg"))
    sandbox.post_bitrix(event(9001, "palavra " * 200, told))
    sandbox.settle()
    text, image = sandbox.sends()
    assert len(text["text"]["body"]) > 1024
    assert "caption" not in image["image"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"link": "https://evil.example/~c0de0"}, "servidor permitido"),
        ({"link": f"http://{DOMAIN}/~c0de0"}, "servidor permitido"),
        ({"link": f"https://{DOMAIN}@evil.example/~c0de0"}, "servidor permitido"),
        ({"link": "https://169.254.169.254/latest/meta-data"}, "servidor permitido"),
        ({"link": "https://graph.facebook.com/v26.0/me"}, "servidor permitido"),
        ({"link": f"https://{DOMAIN}/~nothere"}, "não existe mais"),
        ({"link": ""}, "sem o endereço"),
        ({"size": 200 * 1024 * 1024}, "maior que 100 MB"),
    ],
    ids=["foreign", "plain http", "user part", "metadata", "another of our hosts", "gone", "no link", "announced big"],
)
def test_a_file_that_cannot_be_had_is_told_and_the_rest_goes(
    running: Sandbox, change: dict[str, Any], why: str
) -> None:
    sandbox, told = operators_files(
        running, ("perdido[b].jpg", files.jpeg(seed=1), "image/jpeg"), ("chega.jpg", files.jpeg(seed=2), "image/jpeg")
    )
    told[0] |= change
    sandbox.post_bitrix(event(9001, "Segue", told))
    sandbox.settle()
    (send,) = sandbox.sends()
    assert send["image"]["caption"] == "Segue"
    (notice,) = sandbox.notices()
    assert "perdido" in notice
    assert "[b]" not in notice
    assert why in notice
    assert sandbox.parked() == []
    assert {row["host"] for row in sandbox.journal("bitrix24")} == {DOMAIN}
    assert len(sandbox.calls("imconnector.send.status.delivery")) == 1


def test_a_link_of_before_the_portals_renaming_still_works(running: Sandbox) -> None:
    sandbox, told = operators_files(running, ("a.jpg", files.jpeg(), "image/jpeg"))
    answer = sandbox.http.post(
        f"{sandbox.control}/play/rename", json={"member_id": MEMBER, "domain": "contoso-nova.bitrix24.com.br"}
    )
    assert answer.status_code == 200
    sandbox.post_bitrix(event(9001, "Segue", told))
    sandbox.settle()
    assert [send["type"] for send in sandbox.sends()] == ["image"]


def test_a_file_meta_does_not_take_is_told_and_the_text_still_goes(running: Sandbox) -> None:
    sandbox, told = operators_files(running, ("a.jpg", files.jpeg(), "image/jpeg"))
    error = {"error": {"code": 131053, "message": "Media upload error", "type": "OAuthException"}}
    sandbox.fault(provider="meta", kind="status", status=400, body=error, match={"path": "/media"})
    sandbox.post_bitrix(event(9001, "Segue", told))
    sandbox.settle()
    assert [send["text"]["body"] for send in sandbox.sends()] == ["Segue"]
    assert "a.jpg" in sandbox.notices()[0]


@pytest.mark.parametrize("when", ["before_call", "after_call"])
def test_a_crash_around_the_upload_sends_one_message(running: Sandbox, when: str) -> None:
    sandbox, told = operators_files(running, ("a.jpg", files.jpeg(), "image/jpeg"))
    sandbox.http.post(
        f"{sandbox.control}/crash",
        json={"function": "on_bitrix24_event", "provider": "meta", "when": when, "times": 1},
    )
    sandbox.post_bitrix(event(9001, "Segue", told))
    sandbox.settle()
    assert len(sandbox.sends()) == 1


def test_a_lost_answer_to_a_sent_file_is_settled_by_its_receipt(running: Sandbox) -> None:
    given = ("a.jpg", files.jpeg(), "image/jpeg")
    sandbox, told = operators_files(running, given, unknown_wait_s=30)  # a receipt may be slow on a busy machine
    sandbox.fault(provider="meta", kind="timeout_after_effect", delay_ms=0, match={"path": "/messages"})
    sandbox.post_bitrix(event(9001, "Segue", told))
    (send,) = sandbox.await_calls("meta", "/messages")
    data = send["body"]["biz_opaque_callback_data"]
    sandbox.post_whatsapp(sandbox.status("wamid.BYRECEIPT", "sent", biz_opaque_callback_data=data))
    sandbox.settle()
    assert len(sandbox.sends()) == 1
    (ack,) = sandbox.calls("imconnector.send.status.delivery")
    assert ack["body"]["MESSAGES"][0]["message"]["id"] == ["wamid.BYRECEIPT"]


def test_a_file_in_a_shut_window_waits_for_the_customer_and_is_fetched_only_then(running: Sandbox) -> None:
    tree = shut()
    picture = {"code": "c0de0", "name": "a.jpg", "mime_type": "image/jpeg", "bytes_base64": encoded(files.jpeg())}
    tree["bitrix24"]["portals"][0]["files"] = [picture]
    assert running.put(tree).status_code == 200
    told = [{"name": "a.jpg", "type": "image", "mime": "image/jpeg", "link": f"https://{DOMAIN}/~c0de0#img.jpg"}]
    running.post_bitrix(event(9001, "Segue", told))
    running.settle()
    assert [send["type"] for send in running.sends()] == ["template"]
    assert uploads(running) == []
    running.post_whatsapp(running.text("wamid.ANSWER", "Oi", sender="5511900000001"))
    running.settle()
    assert [send["type"] for send in running.sends()] == ["template", "image"]
    assert running.sends()[-1]["image"]["caption"] == "Segue"
    assert running.parked() == []


PICTURE = {
    "name": "vitrine",
    "language": "pt_BR",
    "status": "APPROVED",
    "category": "UTILITY",
    "components": [{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "Pedido {{1}}"}],
}


@pytest.mark.parametrize("mime", ["image/jpeg", "application/pdf"], ids=["fits", "does not fit"])
def test_an_attached_file_becomes_the_header_of_the_template_in_a_shut_window(running: Sandbox, mime: str) -> None:
    data = files.jpeg() if mime == "image/jpeg" else files.pdf()
    tree = shut()
    tree["meta"]["templates"].append(PICTURE)
    stored = {"code": "c0de0", "name": "a.jpg", "mime_type": mime, "bytes_base64": encoded(data)}
    tree["bitrix24"]["portals"][0]["files"] = [stored]
    assert running.put(tree).status_code == 200
    told = [{"name": "a.jpg", "type": "file", "mime": mime, "link": f"https://{DOMAIN}/~c0de0#img.jpg"}]
    for _ in range(2):
        running.post_bitrix(event(9001, "/modelo vitrine\n4512", told))
    running.settle()
    if mime != "image/jpeg":
        assert (running.sends(), uploads(running)) == ([], [])
        assert "JPEG ou PNG" in running.notices()[0]
        return
    (upload,) = uploads(running)
    assert (upload["sha256"], upload["size"]) == (files.sha256(data), len(data))
    (send,) = running.sends()
    header, body = send["template"]["components"]
    assert list(header["parameters"][0]["image"]) == ["id"]
    assert body["parameters"] == [{"type": "text", "text": "4512"}]
    assert running.notices() == []
