"""Files in the sandbox: what the fake portal fetches, what people send, what the page shows of it."""

import base64
import hashlib
import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox import php_forms
from sandbox.shown_files import MOST_BYTES, ShownFiles
from tests import files

from .conftest import DOMAIN, GRAPH_TOKEN, MARIA, NUMBER, Sandbox

PNG = {"name": "bolo.png", "mime_type": "image/png", "bytes_base64": base64.b64encode(files.png()).decode()}
PDF = {"name": "a.pdf", "mime_type": "application/pdf", "bytes_base64": base64.b64encode(b"%PDF-1").decode()}


@pytest.fixture
def links() -> Iterator[str]:
    """A server whose /file gives bytes; everything else is a 404. The base URL."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path == "/file"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "image/png")
            self.end_headers()
            self.wfile.write(files.png() if found else b"")

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def handed(sandbox: Sandbox, text: str, *urls: str) -> Any:
    """The portal's word on one message with these links."""
    message = {"id": "wamid.F", "text": text, "files": [{"url": url, "name": "x" * 60 + ".png"} for url in urls]}
    element = {"user": {"id": MARIA, "name": "Maria"}, "message": message, "chat": {"id": MARIA}}
    params = {"CONNECTOR": "ponte_whatsapp", "LINE": 107, "MESSAGES": [element]}
    answer = sandbox.rest("imconnector.send.messages", params).json()
    return answer["result"]["DATA"]["RESULT"][0]


def last_message(sandbox: Sandbox) -> Any:
    chats = sandbox.control("GET", "/play/state").json()["chats"]
    return next(chat for chat in chats if chat["external"] == MARIA)["messages"][-1]


def test_the_portal_fetches_a_link_and_shows_the_file(sandbox: Sandbox, links: str) -> None:
    told = handed(sandbox, "", f"{links}/file")
    assert told["SUCCESS"] is True
    assert len(told["message"]["files"]) == 1
    (shown,) = last_message(sandbox)["files"]
    assert (shown["mime_type"], shown["size"]) == ("image/png", len(files.png()))
    assert shown["name"] == ("x" * 60 + ".png")[-50:]
    answer = sandbox.control("GET", f"/play/file/{shown['id']}")
    assert (answer.status, answer.body, answer.headers["content-type"]) == (200, files.png(), "image/png")


@pytest.mark.parametrize("path", ["/gone", None, "https://8.8.8.8/file"], ids=["404", "nobody", "not this machine"])
def test_a_link_that_gives_nothing_is_dropped_without_a_word(sandbox: Sandbox, links: str, path: str | None) -> None:
    url = path if path and path.startswith("https") else f"{links}{path}" if path else "http://127.0.0.1:9/file"
    told = handed(sandbox, "com texto", url)
    assert (told["SUCCESS"], told["message"]["files"]) == (True, [])
    assert "files" not in last_message(sandbox)
    alone = handed(sandbox, "", url)
    assert (alone["SUCCESS"], "session" in alone) == (False, False)


def test_a_customers_file_is_put_at_meta_and_told_as_meta_tells_it(sandbox: Sandbox) -> None:
    asked = {"wa_id": MARIA, "text": "É este", "file": PNG}
    assert sandbox.control("POST", "/play/customer", asked).status == 200
    (message,) = json.loads(sandbox.webhooks[-1].body)["entry"][0]["changes"][0]["value"]["messages"]
    image = message["image"]
    assert (message["type"], image["caption"], image["mime_type"]) == ("image", "É este", "image/png")
    assert base64.b64decode(image["sha256"]) == hashlib.sha256(files.png()).digest()
    told = sandbox.call(
        "graph.facebook.com",
        "GET",
        f"/v26.0/{image['id']}?phone_number_id={NUMBER}",
        headers={"authorization": f"Bearer {GRAPH_TOKEN}"},
    )
    assert told.json()["sha256"] == hashlib.sha256(files.png()).hexdigest()


@pytest.mark.parametrize(
    ("mime", "kind", "extra"),
    [
        ("audio/ogg", "audio", {"voice": True}),
        ("audio/mpeg", "audio", {"voice": False}),
        ("image/webp", "sticker", {}),
        ("video/mp4", "video", {"caption": "oi"}),
        ("application/zip", "document", {"caption": "oi", "filename": "bolo.png"}),
    ],
)
def test_each_type_comes_as_its_kind(sandbox: Sandbox, mime: str, kind: str, extra: dict[str, Any]) -> None:
    sandbox.control("POST", "/play/customer", {"wa_id": MARIA, "text": "oi", "file": {**PNG, "mime_type": mime}})
    (message,) = json.loads(sandbox.webhooks[-1].body)["entry"][0]["changes"][0]["value"]["messages"]
    told = {key: one for key, one in message[kind].items() if key not in ("id", "mime_type", "sha256")}
    assert (message["type"], told) == (kind, extra)


def test_an_operators_files_lie_behind_the_portals_links(sandbox: Sandbox) -> None:
    assert sandbox.control("POST", "/play/operator", {"chat_id": 1767, "files": [PNG, PDF]}).status == 200
    (element,) = php_forms.decode(sandbox.webhooks[-1].body)["data"]["MESSAGES"]
    told = element["message"]["files"]
    assert [(file["name"], file["type"], file["mime"]) for file in told] == [
        ("bolo.png", "image", "image/png"),
        ("a.pdf", "file", "application/pdf"),
    ]
    assert told[0]["link"].endswith("#img.jpg")
    path = told[1]["link"].removeprefix(f"https://{DOMAIN}")
    signed = sandbox.call(DOMAIN, "GET", path).headers["location"].removeprefix(f"https://{DOMAIN}")
    assert sandbox.call(DOMAIN, "GET", signed).body == b"%PDF-1"
    assert [file["name"] for file in last_message(sandbox)["files"]] == ["bolo.png", "a.pdf"]


@pytest.mark.parametrize(
    ("path", "body", "where"),
    [
        ("/play/customer", {"wa_id": MARIA}, "text"),
        ("/play/customer", {"wa_id": MARIA, "file": {**PNG, "bytes_base64": "????"}}, "file.bytes_base64"),
        ("/play/customer", {"wa_id": MARIA, "file": {"name": "a"}}, "file.mime_type"),
        ("/play/operator", {"chat_id": 1767}, "text"),
        ("/play/operator", {"chat_id": 1767, "files": [{**PNG, "x": 1}]}, "files[0].x"),
        ("/play/operator", {"chat_id": 1767, "files": [PNG] * 11}, "files"),
    ],
)
def test_what_is_no_message_is_refused_with_its_path(
    sandbox: Sandbox, path: str, body: dict[str, Any], where: str
) -> None:
    answer = sandbox.control("POST", path, body)
    assert (answer.status, answer.json()["path"]) == (400, where)


def test_a_file_that_would_run_in_the_browser_is_only_downloaded(sandbox: Sandbox) -> None:
    page = {"name": "x.html", "mime_type": "text/html", "bytes_base64": base64.b64encode(files.HTML).decode()}
    sandbox.control("POST", "/play/customer", {"wa_id": MARIA, "file": page})
    phones = sandbox.control("GET", "/play/state").json()["phones"]
    shown = next(phone for phone in phones if phone["wa_id"] == MARIA)["messages"][-1]["file"]
    answer = sandbox.control("GET", f"/play/file/{shown['id']}")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == "attachment"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert sandbox.control("GET", "/play/file/nobody").status == 404


def test_the_oldest_files_are_forgotten_first() -> None:
    kept = ShownFiles()
    big = bytes(MOST_BYTES // 2 + 1)
    first, second = kept.add("a", "video/mp4", big), kept.add("b", "video/mp4; x=1", big)
    assert kept.get(first.id) is None
    assert kept.get(second.id) == second
    assert second.mime_type == "video/mp4"
