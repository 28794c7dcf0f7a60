"""Who sent this: the secret that the database puts into a header of each call. Standard library only.

Database webhooks are not signed: the header is a fixed string, chosen when the trigger was installed.
"""

import hmac
from collections.abc import Mapping, Sequence

from ponte.errors import SignatureMismatch

HEADER = "X-Ponte-Secret"
_BEARER = "bearer "


def verify(headers: Mapping[str, str], secrets: Sequence[str]) -> None:
    """Check the shared secret before a body is looked at.

    headers: names in any case; the secret stands in X-Ponte-Secret, or in Authorization after "Bearer ". Where both are
    there, one right one is enough. secrets: those valid now, two while one is being replaced; all are compared, in
    constant time, whatever the first says. Raises SignatureMismatch: answer 401, queue nothing.
    """
    given = [_bytes(value) for value in _given(headers)]
    genuine = False
    for secret in secrets:
        if secret:  # an empty one would let anybody in
            for value in given:
                genuine |= hmac.compare_digest(_bytes(secret), value)
    if not genuine:
        raise SignatureMismatch


def _given(headers: Mapping[str, str]) -> tuple[str, str]:
    own, bearer = "", ""
    for name, value in headers.items():
        if not isinstance(value, str):
            continue
        match name.lower():
            case "x-ponte-secret":
                own = value.strip()
            case "authorization" if value[: len(_BEARER)].lower() == _BEARER:
                bearer = value[len(_BEARER) :].strip()
    return own, bearer


def _bytes(value: str) -> bytes:
    return value.encode("utf-8", "replace")
