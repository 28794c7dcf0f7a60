"""The two webhook doors: authenticate raw bytes, cut, queue, answer. Nothing else happens while a provider waits.

Imports the standard library and modules of ours that import no more than that: cold start is what a provider feels.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ponte.bitrix24 import events as bitrix24_events
from ponte.bitrix24 import forms
from ponte.bitrix24.values import (
    AppInstalled,
    AppUpdated,
    Broken,
)
from ponte.clock import Clock
from ponte.errors import BadRequest, MalformedEvent, SignatureMismatch
from ponte.mappings import Portal
from ponte.queue.envelope import Envelope
from ponte.queue.sqs import SqsQueue
from ponte.runtime.answers import LambdaAnswer, Webhook, text, webhook
from ponte.runtime.bitrix24_envelopes import bitrix24_envelope
from ponte.runtime.observability import OutcomeLog
from ponte.storage.secrets import Secrets
from ponte.whatsapp import signatures
from ponte.whatsapp.split import RawItem, split

META_BODY_MAX = 3 * 1024 * 1024  # Meta's own limit
WHATSAPP_KINDS = {"message", "echo", "call", "preference", "account"}  # statuses have a queue; the rest is counted


class Portals(Protocol):
    def portal(self, member_id: str, *, fresh: bool = False) -> Portal | None: ...


class Installer(Protocol):
    """Proves an installation with the OAuth server, stores it, binds the events (runtime/installation.py)."""

    def __call__(self, member_id: str, event: AppInstalled | AppUpdated, application_token: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class MetaDoor:
    """GET and POST /webhooks/meta."""

    secrets: Secrets
    events: SqsQueue
    statuses: SqsQueue
    clock: Clock
    log: OutcomeLog

    def __call__(self, event: Mapping[str, Any]) -> LambdaAnswer:
        request = webhook(event)
        if request.method == "GET":
            return self._verify(request)
        if request.method != "POST":
            return text(404)
        if len(request.body) > META_BODY_MAX:
            return text(413)
        if not self._authentic(request):
            self.log("meta_webhook", "signature_mismatch")
            return text(401)
        try:
            cut = split(request.body)
        except MalformedEvent as error:
            self.log("meta_webhook", "malformed", detail=error.path)
            return text(200)
        for kind, count in cut.counts.items():
            self.log("meta_webhook", kind, count=count)
        now = self.clock.now_ms()
        events = [whatsapp_envelope(item, now) for item in cut.items if item.kind in WHATSAPP_KINDS]
        statuses = [whatsapp_envelope(item, now) for item in cut.items if item.kind == "status"]
        spilled = self.events.send(events, fifo=True) + self.statuses.send(statuses, fifo=False)
        if spilled:
            self.log("meta_webhook", "spilled", count=spilled)
        return text(200)

    def _verify(self, request: Webhook) -> LambdaAnswer:
        query: dict[str, Any] = {k: v for k, v in request.query.items() if k not in request.repeated}
        try:
            return text(200, signatures.verify_challenge(query, self.secrets.read().verify_tokens))
        except SignatureMismatch:
            self.log("meta_webhook", "verification_refused")
            return text(403)

    def _authentic(self, request: Webhook) -> bool:
        header = request.headers.get("x-hub-signature-256")
        try:
            signatures.verify(request.body, header, self.secrets.read().app_secrets)
            return True
        except SignatureMismatch:
            newer = self.secrets.read_again() if header else None
        if newer is None:
            return False
        try:
            signatures.verify(request.body, header, newer.app_secrets)
            return True
        except SignatureMismatch:
            return False


def whatsapp_envelope(item: RawItem, now_ms: int) -> Envelope:
    """An update as it travels to its worker."""
    return Envelope(
        source="wa",
        scope=item.phone_number_id or item.waba_id,
        source_id=item.source_id,
        kind=item.kind,
        conversation=item.conversation,
        order=item.order,
        received_ms=now_ms,
        payload=item.payload,
    )


@dataclass(frozen=True, slots=True)
class Bitrix24Door:
    """POST /webhooks/bitrix24/outbound, and the events of /bitrix24/install.

    Bitrix24 never repeats an event, so what is authentic is queued or spilled before 200 is answered; only when both
    stores fail the function fails (500).
    """

    portals: Portals
    events: SqsQueue
    installer: Installer
    clock: Clock
    log: OutcomeLog

    def __call__(self, event: Mapping[str, Any]) -> LambdaAnswer:
        request = webhook(event)
        if request.method != "POST":
            return text(404)
        try:
            tree = forms.decode(request.body, request.headers.get("content-type"))
        except BadRequest as error:
            self.log("bitrix24_webhook", "bad_request", detail=error.code)
            return text(error.status)
        except MalformedEvent as error:
            self.log("bitrix24_webhook", "malformed", detail=error.path)
            return text(400)
        return self.take(tree)

    def take(self, tree: dict[str, Any]) -> LambdaAnswer:
        """An event post, already decoded."""
        post = bitrix24_events.parse(tree)
        installs = [e for e in post.events if isinstance(e, AppInstalled | AppUpdated)]
        if installs:
            done = self.installer(post.member_id, installs[0], post.application_token)
            self.log("bitrix24_webhook", "installed" if done else "install_refused")
            return text(200 if done else 401)
        if not self._authentic(post.member_id, post.application_token):
            self.log("bitrix24_webhook", "token_mismatch")
            return text(401)
        now = self.clock.now_ms()
        envelopes = []
        for one in post.events:
            envelope = bitrix24_envelope(post.member_id, one, now)
            if envelope is not None:
                envelopes.append(envelope)
            elif isinstance(one, Broken):
                self.log("bitrix24_webhook", "malformed", detail=one.path)
            else:
                self.log("bitrix24_webhook", "ignored", detail=type(one).__name__)
        spilled = self.events.send(envelopes, fifo=True)
        if envelopes:
            self.log("bitrix24_webhook", "queued", count=len(envelopes))
        if spilled:
            self.log("bitrix24_webhook", "spilled", count=spilled)
        return text(200)

    def _authentic(self, member_id: str, application_token: str) -> bool:
        """Constant time, against the hash we keep; an unknown portal costs the same comparison."""
        given = hashlib.sha256(application_token.encode("utf-8", "surrogatepass")).hexdigest()
        for fresh in (False, True):
            portal = self.portals.portal(member_id, fresh=fresh) if member_id else None
            known = portal.application_token_hash if portal else ""
            if hmac.compare_digest(given, known or "-" * len(given)) and application_token:
                return True
            if portal is None:
                return False
        return False
