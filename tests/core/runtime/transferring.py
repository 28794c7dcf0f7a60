"""Transfers over a scripted Graph, a scripted stream and a store in memory: what their tests share."""

import base64
import hashlib
import json
from typing import Any

from ponte.http import HttpRequest, HttpResponse
from ponte.mappings import MemberId, Portal, Rate
from ponte.media.store import KeptFile
from ponte.outcome import Outcome
from ponte.queue.envelope import Envelope
from ponte.relays.file_effects import FetchFile, FetchMedia, UploadMedia
from ponte.runtime.transfers import Transfers
from ponte.storage.claims import Claimed
from ponte.whatsapp.client import WhatsappClient
from sandbox.memory.files import MemoryFiles
from tests import files

from .clocks import Clock
from .streamers import FakeStreamer, Scripted

DATA = files.jpeg(200_000)
SHA = base64.b64encode(hashlib.sha256(DATA).digest()).decode()
MEDIA = FetchMedia("987", "image/jpeg", SHA, "", "imagem")
FILE = FetchFile("https://contoso.bitrix24.com.br/~aB3#img.jpg", "image/jpeg", "vitrine.jpg", "arquivo", 2)
URL = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=987&ext=1&hash=x"
PORTAL = Portal(
    MemberId("m"),
    "contoso.bitrix24.com.br",
    "https://contoso.bitrix24.com.br/rest/",
    "",
    "",
    "active",
    "contact",
    Rate(2, 45),
    0,
    1,
)
RECEIVED = Envelope("wa", "pn", "wamid.1", "message", "c|x", 1, 1_000)
KEPT = KeptFile("media/x/0", "imagem.jpg", "image/jpeg", len(DATA))


class Secrets:
    """As far as transfers ask."""

    access_token = "EAA-token"

    def read(self) -> "Secrets":
        return self


class World:
    """info: Graph's answers to the question for a file's address, the last one for good."""

    def __init__(self, *answers: Scripted | Exception, info: list[Any] | None = None) -> None:
        self.clock = Clock(1_000_000)
        self.stream = FakeStreamer(list(answers))
        self.store = MemoryFiles()
        self.infos = info if info is not None else [self.told()]
        self.asked = 0
        meta = WhatsappClient(self.graph)
        self.transfers = Transfers(
            meta,
            self.stream,
            self.store,
            Secrets(),  # type: ignore[arg-type]
            self.clock,
            "v26.0",
            lambda: "edge",
        )

    @staticmethod
    def told(**more: Any) -> HttpResponse:
        answer = {"url": URL, "mime_type": "image/jpeg", "sha256": hashlib.sha256(DATA).hexdigest()}
        return HttpResponse(200, {}, json.dumps({**answer, "file_size": str(len(DATA)), **more}).encode())

    def graph(self, _request: HttpRequest) -> HttpResponse:
        answer = self.infos[min(self.asked, len(self.infos) - 1)]
        self.asked += 1
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, HttpResponse)
        return answer

    def claim(self, waited_ms: int = 0) -> Claimed:
        since = self.clock.now_ms() - waited_ms
        return Claimed(RECEIVED, "owner", 2_000_000, 1, 0, "fresh", counted_from_ms=since)

    def media(self, effect: FetchMedia = MEDIA, waited_ms: int = 0) -> Outcome:
        return self.transfers.fetch_media(effect, "123456", self.claim(waited_ms), 40)

    def file(self, effect: FetchFile = FILE, portal: Portal | None = PORTAL, waited_ms: int = 0) -> Outcome:
        return self.transfers.fetch_file(effect, portal, self.claim(waited_ms), 40)

    def upload(self, effect: UploadMedia, waited_ms: int = 0) -> Outcome:
        return self.transfers.upload_media(effect, "123456", self.claim(waited_ms), 40)


def error(code: int, status: int = 400) -> HttpResponse:
    return HttpResponse(status, {}, json.dumps({"error": {"code": code, "message": "x"}}).encode())


def redirect(location: str) -> Scripted:
    return Scripted(302, b"", {"location": location})
