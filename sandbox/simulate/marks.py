"""The words by which a screen shows whose message it is: "o12w0 o12w1" in an operator's text, "o12f0" in a file."""

import re

from sandbox.phones import PhoneMessage

PIECE = re.compile(r"\bo(\d+)w(\d+)")
FILE_MARK = re.compile(rb"o(\d+)f\d")


def content_of(shown: PhoneMessage) -> tuple[str, bytes]:
    return shown.text, shown.file.data if shown.file else b""


def token_shown(shown: PhoneMessage) -> str:
    """Which operator's message a phone shows a part of."""
    mark = FILE_MARK.search(shown.file.data) if shown.file else None
    return mark[1].decode() if mark else next(iter(PIECE.findall(shown.text)), (shown.text,))[0]
