"""What the ids of a webhook look like. Standard library only: the webhook function imports this.

A business-scoped user id (BSUID) is "CC." and up to 128 letters and digits; the parent id of linked portfolios has
"ENT." in between. Both are opaque and keep their case. Some payloads carry one where a phone is expected, so the
pattern is asked before anything is treated as a phone.
"""

import re
from typing import Any, TypeGuard

MAX_ID_CHARS = 512

_USER_ID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")
_PHONE = re.compile(r"\+?([0-9]{5,20})")


def is_id(value: Any) -> TypeGuard[str]:
    """Whether `value` can serve as an id of ours: 1 to 512 printable ASCII characters."""
    return type(value) is str and 0 < len(value) <= MAX_ID_CHARS and value.isascii() and value.isprintable()


def is_user_id(value: Any) -> TypeGuard[str]:
    """Whether `value` is a BSUID, plain or parent."""
    return type(value) is str and value[2:3] == "." and _USER_ID.fullmatch(value) is not None


def is_parent_user_id(value: Any) -> TypeGuard[str]:
    return type(value) is str and value.startswith("ENT.", 3) and is_user_id(value)


def phone(value: Any) -> str | None:
    """The digits of a `wa_id`, exactly as received but for a leading plus; None for anything else, a BSUID included."""
    found = _PHONE.fullmatch(value) if type(value) is str else None
    return found[1] if found else None
