"""The office bridge's two webhook doors: authenticate raw bytes, cut, queue, answer. See runtime/ingress.py.

Neither Zattar's database nor Chatwoot ever repeats a call, so what is authentic is queued or spilled before 200 is
answered. Which office calls stands in the address; the names of offices are no secret, so an unknown one is 404 and
tells whoever set a webhook up that the address is wrong.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ponte.chatwoot import events as chatwoot_events
from ponte.chatwoot import signatures
from ponte.chatwoot.events import ContactEvent, ConversationEvent, MessageEvent
from ponte.clock import Clock
from ponte.errors import MalformedEvent, SignatureMismatch
from ponte.queue.envelope import Envelope
from ponte.queue.sqs import SqsQueue
from ponte.runtime.answers import LambdaAnswer, Webhook, text, webhook
from ponte.runtime.observability import OutcomeLog
from ponte.storage.offices import Chatwoot, Office, Offices
from ponte.zattar import events as zattar_events
from ponte.zattar import shared_secret

BODY_MAX = 3 * 1024 * 1024
_PATH = re.compile(r"/webhooks/(?:zattar|chatwoot)/(?P<tenant>[a-z0-9][a-z0-9-]{0,39})(?:/(?P<secret>[^/]{1,512}))?")


@dataclass(frozen=True, slots=True)
class ZattarDoor:
    """POST /webhooks/zattar/{tenant}."""

    offices: Offices
    events: SqsQueue
    clock: Clock
    log: OutcomeLog

    def __call__(self, event: Mapping[str, Any]) -> LambdaAnswer:
        request = webhook(event)
        found = _PATH.fullmatch(request.path)
        if request.method != "POST" or found is None or found["secret"]:
            return text(404)
        if len(request.body) > BODY_MAX:
            return text(413)
        tenant = found["tenant"]
        if self.offices.read(tenant) is None:
            self.log("zattar_webhook", "office_unknown")
            return text(404)
        if not self._authentic(tenant, request):
            self.log("zattar_webhook", "secret_mismatch")
            return text(401)
        try:
            events = zattar_events.parse(request.body)
        except MalformedEvent as error:
            self.log("zattar_webhook", "malformed", detail=error.path)
            return text(200)
        now = self.clock.now_ms()
        envelopes = []
        for one in events:
            if isinstance(one, zattar_events.Ignored):
                self.log("zattar_webhook", "ignored", detail=one.why)
                continue
            envelopes.append(
                Envelope(
                    source="zt",
                    scope=tenant,
                    source_id=zattar_events.source_id(one),
                    kind=type(one).__name__,
                    conversation=f"{tenant}|{zattar_events.order_key(one)}",
                    order=now,
                    received_ms=now,
                    payload=zattar_events.to_payload(one),
                )
            )
        return _queued(self.events, envelopes, self.log, "zattar_webhook")

    def _authentic(self, tenant: str, request: Webhook) -> bool:
        """Against what is cached, then against what stands now: a secret that was just replaced opens too."""
        for fresh in (False, True):
            office = self.offices.read(tenant, fresh=fresh)
            try:
                shared_secret.verify(request.headers, office.zattar.secrets if office else ())
                return True
            except SignatureMismatch:
                if office is None:
                    return False
        return False


@dataclass(frozen=True, slots=True)
class ChatwootDoor:
    """POST /webhooks/chatwoot/{tenant}, and /webhooks/chatwoot/{tenant}/{secret} for releases that sign nothing."""

    offices: Offices
    events: SqsQueue
    clock: Clock
    log: OutcomeLog

    def __call__(self, event: Mapping[str, Any]) -> LambdaAnswer:
        request = webhook(event)
        found = _PATH.fullmatch(request.path)
        if request.method != "POST" or found is None:
            return text(404)
        if len(request.body) > BODY_MAX:
            return text(413)
        if self.offices.read(found["tenant"]) is None:
            self.log("chatwoot_webhook", "office_unknown")
            return text(404)
        opened = self._authentic(found["tenant"], found["secret"] or "", request)
        if opened is None:
            self.log("chatwoot_webhook", "signature_mismatch")
            return text(401)
        office, chatwoot, delivery = opened
        try:
            one = chatwoot_events.parse(request.body)
        except MalformedEvent as error:
            self.log("chatwoot_webhook", "malformed", detail=error.path)
            return text(200)
        if one.account_id not in (0, chatwoot.account_id):
            self.log("chatwoot_webhook", "foreign_account")
            return text(200)
        if not isinstance(one, ContactEvent | ConversationEvent | MessageEvent):
            self.log("chatwoot_webhook", "ignored", detail=one.reason)
            return text(200)
        if isinstance(one, ContactEvent) and one.is_noise:
            self.log("chatwoot_webhook", "noise")
            return text(200)
        one = replace(one, account_id=chatwoot.account_id)
        now = self.clock.now_ms()
        envelope = Envelope(
            source="cw",
            scope=office.tenant,
            source_id=chatwoot_events.source_id(one, delivery.delivery_id),
            kind=one.name,
            conversation=f"{office.tenant}|{chatwoot_events.conversation(one)}",
            order=chatwoot_events.order_ms(one) or now,
            received_ms=now,
            payload=chatwoot_events.to_payload(one),
        )
        return _queued(self.events, [envelope], self.log, "chatwoot_webhook")

    def _authentic(
        self, tenant: str, secret: str, request: Webhook
    ) -> tuple[Office, Chatwoot, signatures.Delivery] | None:
        """A replay of a captured post within the tolerance is the same event, which the ledger knows."""
        for fresh in (False, True):
            office = self.offices.read(tenant, fresh=fresh)
            chatwoot = office.chatwoot if office else None
            try:
                if secret:
                    given = signatures.verify_path_secret(secret, chatwoot.path_secrets if chatwoot else ())
                else:
                    seconds = self.clock.now_ms() / 1000
                    secrets = chatwoot.secrets if chatwoot else ()
                    given = signatures.verify(request.body, request.headers, secrets, seconds)
            except SignatureMismatch:
                if office is None or chatwoot is None:
                    return None
                continue
            if office is not None and chatwoot is not None:
                return office, chatwoot, given
        return None


def _queued(queue: SqsQueue, envelopes: list[Envelope], log: OutcomeLog, flow: str) -> LambdaAnswer:
    spilled = queue.send(envelopes, fifo=True) if envelopes else 0
    if envelopes:
        log(flow, "queued", count=len(envelopes))
    if spilled:
        log(flow, "spilled", count=spilled)
    return text(200)
