"""The probe of imconnector.send.messages: whether a chat's history holds our message already."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from ponte.bitrix24.tame import branch, elements, scalar, strings


def find_message(
    body: Mapping[str, Any] | None, *, external_message_id: str, text: str = "", since: int = 0
) -> bool | None:
    """Whether imopenlines.session.history.get shows our message. body: the whole decoded answer.

    True: a message carries our id (params.connectorMid); or, from portals that leave the ids out, one without any id
    has this very text and is not older than `since` (unix seconds, 0 = not known).
    None: the answer cannot be read, or such a message has the text but nothing tells its age.
    False: readable, and not there (also for the [] of an empty history).
    """
    result = body.get("result") if isinstance(body, Mapping) else None
    if isinstance(result, dict):
        messages = result.get("message")
    elif isinstance(result, list) and not result:
        messages = result
    else:
        return None
    if not isinstance(messages, dict | list):
        return None
    doubtful = False
    for message in _each(messages):
        ids = strings(branch(message, "params", "connectorMid") or branch(message, "params", "CONNECTOR_MID"))
        if external_message_id in ids:
            return True
        if not ids and text and _same_text(message, text):
            sent_at = _unix_seconds(scalar(branch(message, "date")))
            if since and sent_at and sent_at >= since:
                return True
            doubtful = doubtful or not (since and sent_at)
    return None if doubtful else False


def _each(messages: dict[str, Any] | list[Any]) -> Iterator[Any]:
    yield from messages.values() if isinstance(messages, dict) else elements(messages) or []


def _same_text(message: Any, text: str) -> bool:
    wanted = _folded(text)
    return any(_folded(scalar(branch(message, key), 100_000)) == wanted for key in ("text", "textlegacy"))


def _folded(text: str) -> str:
    """Portals rewrite blanks, line breaks and the case of codes when they store a text."""
    return " ".join(text.replace("[br]", " ").replace("[BR]", " ").split()).casefold()


def _unix_seconds(date: str) -> float:
    try:
        parsed = datetime.fromisoformat(date)
    except ValueError:
        return 0.0
    return parsed.timestamp() if parsed.tzinfo else 0.0
