"""Files moved between Meta, our store and a portal: each transfer one effect, harmless to repeat, one part in memory.

What a host does is an outcome, never an exception. A file that cannot be had for limits.PATIENCE_MS is given up, so
that its message and those behind it go on without it.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import chain
from urllib.parse import urljoin, urlsplit

from ponte.bitrix24 import files as portal_files
from ponte.bitrix24 import hosts
from ponte.clock import Clock
from ponte.digest import digest
from ponte.errors import FateUnknown, HostRefused, NotSent
from ponte.http import Arriving, HttpRequest, Streamer
from ponte.mappings import Portal
from ponte.media import limits, types
from ponte.media.names import content_disposition, safe_name
from ponte.media.store import FileStore, KeptFile, NotKept, StoreFailed
from ponte.outcome import Blocked, Outcome, Rejected, Succeeded, Transient, Unknown
from ponte.relays.file_effects import FetchFile, FetchMedia, UploadMedia
from ponte.runtime.arriving import FileRefused, Inspected
from ponte.storage.claims import Claimed
from ponte.storage.secrets import Secrets
from ponte.whatsapp import errors as whatsapp_errors
from ponte.whatsapp import media
from ponte.whatsapp.client import WhatsappClient
from ponte.whatsapp.ids import is_id
from ponte.whatsapp.typed_reads import scalar

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NO_ACCESS, _GONE = (401, 403), (404, 410)
_RUNS_IN_A_BROWSER = re.compile(r"text/(html|javascript)|image/svg\+xml|application/(javascript|.*xml)")

type Keep = Callable[[Arriving], Outcome]


class _Closed(Exception):
    """The address gives no file (any more): to nobody, or not to us."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Transfers:
    """One per container; safe for many threads. boundary: a new random word per upload."""

    def __init__(
        self,
        meta: WhatsappClient,
        stream: Streamer,
        store: FileStore,
        secrets: Secrets,
        clock: Clock,
        graph_version: str,
        boundary: Callable[[], str],
    ) -> None:
        self._meta = meta
        self._stream = stream
        self._store = store
        self._secrets = secrets
        self._clock = clock
        self._graph_version = graph_version
        self._boundary = boundary

    def link(self, file: KeptFile) -> tuple[str, str]:
        """(address, name) of a kept file, for whoever is to fetch it within limits.LINK_SECONDS."""
        return self._store.link(file.key, limits.LINK_SECONDS), file.name

    def fetch_media(self, effect: FetchMedia, phone_number_id: str, claim: Claimed, timeout_seconds: float) -> Outcome:
        """Ask for the file's address, which lives five minutes, and fetch it; a dead one is asked for once more."""
        end = self._deadline(timeout_seconds)
        status = 0
        for _ in range(2):
            info = self._info(effect, phone_number_id, end)
            if isinstance(info, Blocked):  # our token or a right of it: it may be renewed in minutes
                return self._waited(Transient(info.code, counts=False), claim, "no_access")
            if not isinstance(info, media.MediaInfo):
                return self._patiently(info, claim)
            try:
                return self._patiently(self._fetch_from_meta(effect, info, claim, end), claim)
            except _Closed as closed:
                status = closed.status
        return Rejected("no_access" if status in _NO_ACCESS else "expired")

    def fetch_file(self, effect: FetchFile, portal: Portal | None, claim: Claimed, timeout_seconds: float) -> Outcome:
        """Follow the portal's short link to the file, from one of its addresses to the next."""
        if not effect.link:
            return Rejected("missing")
        url = portal_files.address_of(effect.link, portal.domain) if portal else ""
        if not url:
            return Rejected("address")
        end = self._deadline(timeout_seconds)

        def keep(answer: Arriving) -> Outcome:
            declared = effect.mime or answer.headers.get("content-type", "")
            return self._keep(Inspected(answer.chunks, declared, _announced(answer)), effect, claim, effect.index)

        try:
            for _ in range(limits.MAX_HOPS + 1):
                hop = self._hop(portal_files.download(url, self._left(end)), hosts.is_portal_host, keep)
                if not isinstance(hop, str):
                    return self._patiently(hop, claim)
                url = hop
        except _Closed as closed:
            return Rejected("expired" if closed.status in _GONE else f"http_{closed.status}")
        return Rejected("address")

    def upload_media(
        self, effect: UploadMedia, phone_number_id: str, claim: Claimed, timeout_seconds: float
    ) -> Outcome:
        """A kept file to Meta. That it may arrive twice harms nobody: what is not sent is forgotten after 30 days."""
        return self._patiently(self._upload(effect, phone_number_id, timeout_seconds), claim)

    def _upload(self, effect: UploadMedia, phone_number_id: str, timeout_seconds: float) -> Outcome:
        try:
            form = media.upload(
                phone_number_id,
                self._graph_version,
                self._secrets.read().access_token,
                name=effect.file.name,
                mime=effect.mime,
                size=effect.file.size,
                boundary=self._boundary(),
            )
        except ValueError:
            return Rejected("default")
        request = replace(form.request, timeout_seconds=min(timeout_seconds, media.UPLOAD_SECONDS))
        try:
            with self._store.read(effect.file.key) as chunks:
                body = chain((form.before,), chunks, (form.after,))
                answer = self._stream.upload(request, body, form.length, media.is_graph_host)
        except NotKept:
            return Rejected("expired")
        except (NotSent, StoreFailed, FateUnknown) as error:
            return Transient(error.code, counts=False)
        except HostRefused:
            return Blocked("host_refused")
        outcome = whatsapp_errors.classify(answer)
        if not isinstance(outcome, Succeeded):
            return outcome
        media_id = scalar(dict(outcome.result), "id")
        return Succeeded({"media_id": media_id}) if is_id(media_id) else Unknown("no_media_id")

    def _info(self, effect: FetchMedia, phone_number_id: str, end: float) -> media.MediaInfo | Outcome:
        token = self._secrets.read().access_token
        try:
            request = media.info(phone_number_id, self._graph_version, token, effect.media_id)
        except ValueError:
            return Rejected("missing")
        outcome = self._meta.call(request, self._left(end))
        match outcome:
            case Succeeded(result):
                return media.read_info(dict(result))
            case Rejected("100" | "33" | "131009" | "http_404" | "http_410"):
                return Rejected("expired")
        return outcome

    def _fetch_from_meta(self, effect: FetchMedia, info: media.MediaInfo, claim: Claimed, end: float) -> Outcome:
        declared = effect.mime or info.mime
        digests = (media.digest_of(effect.sha256), info.sha256)

        def keep(answer: Arriving) -> Outcome:
            size = info.size if info.size is not None else _announced(answer)
            return self._keep(Inspected(answer.chunks, declared, size, digests), effect, claim, 0)

        url, token = info.url, self._secrets.read().access_token
        for _ in range(limits.MAX_HOPS + 1):
            hop = self._hop(media.download(url, token, self._left(end)), media.is_media_host, keep)
            if not isinstance(hop, str):
                return hop
            url, token = hop, ""  # a token goes only where the API itself pointed
        return Rejected("address")

    def _hop(self, request: HttpRequest, allowed: Callable[[str], bool], keep: Keep) -> Outcome | str:
        """One request on the way to a file: its outcome, or the address it sends us on to. Raises _Closed."""
        try:
            with self._stream.fetch(request, allowed) as answer:
                if answer.status == 200 and answer.headers.get("content-encoding", "identity") == "identity":
                    return keep(answer)
                status, location = answer.status, answer.headers.get("location", "")
        except HostRefused:
            return Rejected("address")
        except FileRefused as refusal:
            return Rejected(refusal.code)
        except (NotSent, FateUnknown, StoreFailed) as error:
            return Transient(error.code, counts=False)
        if status in _REDIRECTS:
            return _onward(location, request.url) or Rejected("address")
        if status in (*_NO_ACCESS, *_GONE):
            raise _Closed(status)
        if status in (408, 425, 429) or status >= 500:
            return Transient(f"http_{status}", counts=False)
        return Rejected(f"http_{status}")

    def _keep(self, body: Inspected, effect: FetchMedia | FetchFile, claim: Claimed, index: int) -> Outcome:
        key = f"media/{digest(claim.event_id)}/{index}"
        name = safe_name(effect.filename, effect.fallback, types.EXTENSIONS.get(body.mime, ()))
        served_as = types.UNKNOWN if _RUNS_IN_A_BROWSER.fullmatch(body.mime) else body.mime
        self._store.keep(key, body, served_as, content_disposition(name))
        return Succeeded(KeptFile(key, name, body.mime, body.size, body.traits).as_outcome())

    def _patiently(self, outcome: Outcome, claim: Claimed) -> Outcome:
        """What may get better is waited for, but neither for ever nor as one of the tries that end in parking."""
        if not isinstance(outcome, Transient | Unknown):
            return outcome
        wait = outcome.wait_seconds if isinstance(outcome, Transient) else None
        return self._waited(Transient(outcome.code, wait, counts=False), claim, "unreachable")

    def _waited(self, outcome: Transient, claim: Claimed, given_up: str) -> Outcome:
        """A redrive counts its patience anew."""
        is_late = self._clock.now_ms() - claim.counted_from_ms > limits.PATIENCE_MS
        return Rejected(given_up) if is_late else outcome

    def _deadline(self, timeout_seconds: float) -> float:
        return self._clock.now_ms() / 1000 + min(timeout_seconds, limits.TRANSFER_SECONDS)

    def _left(self, end: float) -> float:
        return max(0.5, end - self._clock.now_ms() / 1000)


def _announced(answer: Arriving) -> int | None:
    length = answer.headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 16 else None


def _onward(location: str, here: str) -> str:
    """The address of a redirect, without its fragment; whether it may be called is judged like any other's."""
    try:
        parts = urlsplit(urljoin(here, location))
    except ValueError:
        return ""
    return parts._replace(netloc=parts.netloc.lower(), fragment="").geturl() if location else ""
