"""The fake portal's files: links of operators' files, and the fetching of what imconnector.send.messages points to.

The real portal fetches inside the call, by a plain GET that follows redirects and needs a 200; what it cannot fetch it
drops without a word (its own source, read November 2026). Ours fetches before the call takes effect and without the
world's lock, and from this machine only.
"""

import base64
import re
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sandbox.calls import Call, Reply, html_reply
from sandbox.portals import PortalState
from sandbox.shown_files import Fetched

FETCH_SECONDS = 20.0
LARGEST_FILE = 100 * 1024 * 1024
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def fetch_all(call: Call) -> dict[str, Fetched]:
    """Every file that a call of imconnector.send.messages points to and that could be fetched, by its address."""
    fetched = {url: _fetch(url) for url in links(call)}
    return {url: found for url, found in fetched.items() if found is not None}


def links(call: Call) -> list[str]:
    """The addresses of files in a call of imconnector.send.messages."""
    is_send = call.path.rstrip("/").removesuffix(".json").lower().endswith("/imconnector.send.messages")
    return _urls(call.params) if is_send else []


def serve(call: Call, portals: list[PortalState]) -> Reply:
    """`/~code` leads to a signed address, which gives the bytes to anyone."""
    files = {file["code"]: (file, owner) for owner in portals for file in owner.config["files"]}
    if short := re.fullmatch(r"/~([A-Za-z0-9]+)", call.path):
        if short[1] not in files:
            return html_reply(404, "<html><body>404</body></html>")
        owner = files[short[1]][1]
        signed = f"FILE_ID={short[1]}&SIGN={_sign(short[1], owner)}"
        return html_reply(302, "", location=f"https://{owner.config['domain']}/pub/im.file.php?{signed}")
    query = {name: values[0] for name, values in parse_qs(call.query).items()}
    found = files.get(query.get("FILE_ID", ""))
    if call.path != "/pub/im.file.php" or not found or query.get("SIGN") != _sign(found[0]["code"], found[1]):
        return html_reply(404, "<html><body>404</body></html>")
    data = base64.b64decode(found[0]["bytes_base64"])
    return Reply(200, data, {"content-type": found[0]["mime_type"]}, took_effect=True)


def _urls(params: dict[str, Any]) -> list[str]:
    lowered = {str(name).lower(): value for name, value in params.items()}
    urls = []
    for element in _values(lowered.get("messages")):
        message = _field(element, "message")
        for file in _values(_field(message, "files")):
            url = _field(file, "url")
            if isinstance(url, str) and url:
                urls.append(url)
    return urls


def _field(value: Any, name: str) -> Any:
    found = (one for key, one in value.items() if str(key).lower() == name) if isinstance(value, dict) else iter(())
    return next(found, None)


def _values(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []


def _fetch(url: str) -> Fetched | None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or parts.hostname not in _LOOPBACK:
        return None
    request = urllib.request.Request(url, headers={"User-Agent": "Bitrix Connector Client"})  # noqa: S310  loopback
    try:
        with _DIRECT.open(request, timeout=FETCH_SECONDS) as answer:
            data = answer.read(LARGEST_FILE + 1)
            if answer.status != 200 or len(data) > LARGEST_FILE:
                return None
            return Fetched(answer.headers.get_content_type(), data)
    except (OSError, ValueError):
        return None


def _sign(code: str, portal: PortalState) -> str:
    return base64.urlsafe_b64encode(f"{code}:{portal.config['member_id'][:6]}".encode()).decode().rstrip("=")
