"""Who sent this: Meta's signature on a POST, Meta's question before a subscription. Standard library only."""

import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ponte.errors import SignatureMismatch

_PREFIX = "sha256="
# Meta asks with a number; the limit and the alphabet keep us from echoing whatever a stranger likes.
_CHALLENGE = re.compile(r"[A-Za-z0-9 ._~:/+=-]{1,256}")


def verify(body: bytes, header: str | None, secrets: Sequence[str]) -> None:
    """Check Meta's signature over the raw body.

    body: bytes exactly as received (API Gateway's base64 already undone); a body that was parsed and written again no
    longer matches, since Meta signs its own escaping. header: value of X-Hub-Signature-256, "sha256=<lowercase hex>".
    secrets: the Meta app secrets valid now, two while one is being rotated; all are tried, whatever the first says.
    Raises SignatureMismatch when absent or different: answer 401, queue nothing.
    Source: .../whatsapp/webhooks/create-webhook-endpoint (read 2026-05-21).
    """
    given = header if isinstance(header, str) else ""
    signature = given.removeprefix(_PREFIX).encode("utf-8", "replace") if given.startswith(_PREFIX) else b""
    genuine = False
    for secret in secrets:
        if secret:  # an empty key would let anybody sign
            expected = hmac.digest(secret.encode(), body, "sha256").hex().encode()
            genuine |= hmac.compare_digest(expected, signature)
    if not genuine:
        raise SignatureMismatch


def verify_challenge(query: Mapping[str, Any], tokens: Sequence[str]) -> str:
    """Answer Meta's GET that precedes a subscription: the challenge, to be sent back bare as text/plain.

    query: decoded parameters {"hub.mode", "hub.verify_token", "hub.challenge"}, each a plain string; a list, as
    frameworks give for a repeated name, is refused, and so is the comma that API Gateway joins repetitions with.
    tokens: the verify tokens valid now. Such a GET is never signed.
    Raises SignatureMismatch: answer 403. Source: .../whatsapp/webhooks/create-webhook-endpoint (read 2026-05-21).
    """
    mode, token, challenge = (query.get(f"hub.{name}") for name in ("mode", "verify_token", "challenge"))
    given = token.encode("utf-8", "replace") if isinstance(token, str) else b""
    known = False
    for expected in tokens:
        if expected:
            known |= hmac.compare_digest(expected.encode(), given)
    if not known or mode != "subscribe" or not isinstance(challenge, str) or not _CHALLENGE.fullmatch(challenge):
        raise SignatureMismatch
    return challenge
