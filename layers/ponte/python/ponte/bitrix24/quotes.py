"""The reply block that the messenger puts before an operator's answer: which message it quotes, and the answer alone.

    ------------------------------------------------------      (a line of exactly 54 hyphens)
    Ana Souza [17.03.2026 10:00] #chat1767/86497
    the quoted lines
    ------------------------------------------------------
    the answer

Source: the portal module's own source, im message quoting (read 2026-11).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ponte.bitrix24.operator_text import SIGNATURE
from ponte.bitrix24.tame import branch, elements, portal_id, strings

_FENCE = "-" * 54
_TARGET = re.compile(r".{0,300} #chat([0-9]{1,18})/([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class Quoted:
    """chat_id, message_id: the portal's. answer: the operator's text, signature and all, without the block."""

    chat_id: str
    message_id: str
    answer: str


def find(text: str) -> Quoted | None:
    """The message that a text answers. None without a block at its beginning that names one, or with nothing after it:
    then the block stays in the text and is shown as lines with "> "."""
    signature = SIGNATURE.match(text)
    start = signature.end() if signature else 0
    lines = text[start:].split("\n")
    if lines[0].strip() != _FENCE:
        return None
    end = next((n for n, line in enumerate(lines[1:], 1) if line.strip() == _FENCE), 0)
    target = _TARGET.fullmatch(lines[1].strip()) if end > 1 else None
    answer = "\n".join(lines[end + 1 :]).strip()
    if target is None or not answer:
        return None
    return Quoted(str(int(target[1])), str(int(target[2])), text[:start] + answer)


def ids_of(body: Mapping[str, Any] | None, message_id: str) -> tuple[str, ...]:
    """The connector's ids of a message in an answer of imopenlines.session.history.get; () where it is not there."""
    messages = branch(body, "result", "message") if isinstance(body, dict) else None
    for message in messages.values() if isinstance(messages, dict) else elements(messages) or ():
        if portal_id(branch(message, "id")) == message_id:
            return strings(branch(message, "params", "connectorMid") or branch(message, "params", "CONNECTOR_MID"))
    return ()
