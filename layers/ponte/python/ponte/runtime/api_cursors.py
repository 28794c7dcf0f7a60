"""Cursors of lists: where the next page begins, in letters that an address takes as they are."""

import binascii
from base64 import b64decode, urlsafe_b64encode
from typing import Annotated

from pydantic import Field

from ponte.runtime.api_problems import invalid

type Cursor = Annotated[str | None, Field(max_length=400, description="cursor da página anterior / of the page before")]


def shut(place: str) -> str | None:
    """place: of the last row; "" at the end, which is null."""
    return urlsafe_b64encode(place.encode()).decode().rstrip("=") if place else None


def opened(cursor: str | None) -> str:
    """The inverse; "" for the first page. Raises Problem (422) for what never was one of ours. A place that somebody
    made up only begins their own office's list elsewhere."""
    if not cursor:
        return ""
    try:
        return b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise invalid("cursor") from None
