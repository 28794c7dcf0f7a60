"""Who sent this webhook: Chatwoot's signature or, for releases that sign nothing, a secret in the address."""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from ponte.errors import SignatureMismatch

TOLERANCE_SECONDS = 300
MIN_PATH_SECRET_CHARS = 32
_PREFIX = "sha256="
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_DELIVERY_ID = re.compile(r"[0-9A-Za-z-]{8,64}")


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a caller keeps for TOLERANCE_SECONDS on either side, to know a replay by.

    replay_key: of what was signed, so nobody can give a captured post a new one. delivery_id: Chatwoot's own, the same
    when one delivery is tried again, "" if absent; it is not signed, so it may be forged and only tells what to drop
    among genuine posts. sent_at: epoch seconds by Chatwoot's clock. All empty where nothing was signed.
    """

    replay_key: str = ""
    delivery_id: str = ""
    sent_at: int = 0


def verify(body: bytes, headers: Mapping[str, str], secrets: Sequence[str], now_seconds: float) -> Delivery:
    """Check Chatwoot's signature over timestamp, "." and the raw body.

    body: bytes exactly as received (API Gateway's base64 already undone); a body that was parsed and written again no
    longer matches, since Rails escapes `<`, `>`, `&` and two line separators. headers: X-Chatwoot-Timestamp (epoch
    seconds), X-Chatwoot-Signature ("sha256=<lower hex>"), X-Chatwoot-Delivery; names in any case. secrets: of all
    subscriptions of the tenant, each has its own; two for one while it is being replaced. All are tried, whatever the
    first says. now_seconds: the age of the timestamp, either way, is at most TOLERANCE_SECONDS.

    Raises SignatureMismatch when absent, different or too old: answer 401, queue nothing.
    Source: chatwoot/chatwoot 4.15.0 (f66b551c), lib/webhooks/trigger.rb (read 2026-11). Signed since 4.11.2 (account
    webhooks) and 4.13.0 (API inboxes).
    """
    named = {name.lower(): value for name, value in headers.items() if isinstance(value, str)}
    timestamp = named.get("x-chatwoot-timestamp", "")
    given = named.get("x-chatwoot-signature", "")
    signature = given.removeprefix(_PREFIX).encode("utf-8", "replace") if given.startswith(_PREFIX) else b""
    signed = timestamp.encode("utf-8", "replace") + b"." + body
    genuine = False
    for secret in secrets:
        if secret:  # an empty key would let anybody sign
            expected = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest().encode()
            genuine |= hmac.compare_digest(expected, signature)
    if not genuine or not _TIMESTAMP.fullmatch(timestamp) or abs(now_seconds - int(timestamp)) > TOLERANCE_SECONDS:
        raise SignatureMismatch
    delivery_id = named.get("x-chatwoot-delivery", "")
    return Delivery(
        replay_key=signature.decode(),
        delivery_id=delivery_id if _DELIVERY_ID.fullmatch(delivery_id) else "",
        sent_at=int(timestamp),
    )


def verify_path_secret(given: str, secrets: Sequence[str]) -> Delivery:
    """Check the secret at the end of a webhook's address, for releases before 4.11.2.

    given: that segment as received; secrets: those valid now, each of at least MIN_PATH_SECRET_CHARS characters,
    shorter ones match nothing. Use it only for tenants without a signing subscription: a secret in an address ends up
    in logs of proxies, and nothing tells a replay. Raises SignatureMismatch: answer 401, queue nothing.
    """
    segment = unquote(given, errors="replace").encode("utf-8", "replace")
    known = False
    for secret in secrets:
        if len(secret) >= MIN_PATH_SECRET_CHARS:
            known |= hmac.compare_digest(secret.encode(), segment)
    if not known:
        raise SignatureMismatch
    return Delivery()
