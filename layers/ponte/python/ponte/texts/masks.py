"""Ids and phones as they may be shown to people who have to recognise them."""


def masked(given: str, *, head: int = 4, tail: int = 4) -> str:
    """Enough of an id or phone to recognise it, not enough to use it; short ones not at all."""
    return f"{given[:head]}…{given[-tail:]}" if len(given) > 2 * (head + tail) - 2 else "…"
