"""Typed reads of untrusted trees: a value of the wanted shape, or the neutral one. Nothing here raises or logs."""

import re
from typing import Any

MAX_ID = 2**63 - 1
_INTEGER = re.compile(r"[0-9]{1,19}")


def branch(node: Any, *path: str) -> Any:
    """What stands at `path`, through dicts only; None where the way breaks off."""
    for key in path:
        if not isinstance(node, dict):
            return None
        node = node.get(key)
    return node


def scalar(node: Any, limit: int = 1024) -> str:
    """A string or whole number as a string; "" for anything else or anything longer than `limit`."""
    if isinstance(node, str):
        return node if len(node) <= limit else ""
    if isinstance(node, int) and not isinstance(node, bool) and abs(node) <= MAX_ID:
        return str(node)
    return ""


def integer(node: Any) -> int | None:
    """A whole number from 0 to 2**63-1, also written as ASCII digits; None for anything else."""
    if isinstance(node, str) and _INTEGER.fullmatch(node):
        node = int(node)
    if isinstance(node, int) and not isinstance(node, bool) and 0 <= node <= MAX_ID:
        return node
    return None


def portal_id(node: Any) -> str:
    """An id the portal gave: ASCII digits without leading zeros; "" for 0, which nothing has, and for all else."""
    return str(integer(node) or "")


def elements(node: Any, *marks: str) -> list[Any] | None:
    """A list's elements, in order; None when `node` is no sequence.

    PHP writes a list with holes as a map from index to element: such a map counts as a list. So does one element alone,
    known by any of `marks` among its keys.
    """
    if isinstance(node, list):
        return node
    if isinstance(node, dict) and node:
        if any(mark in node for mark in marks):
            return [node]
        if all(isinstance(key, str) and _INTEGER.fullmatch(key) for key in node):
            return [node[key] for key in sorted(node, key=int)]
    return None


def strings(node: Any, limit: int = 512) -> tuple[str, ...]:
    """The non-empty strings of a list, or of one string alone."""
    found = elements(node)
    values = (scalar(value, limit) for value in ([node] if found is None else found))
    return tuple(value for value in values if value)


def yes(node: Any) -> bool:
    """PHP's and Bitrix24's ways to say true: "Y", "1", 1, true."""
    return node is True or scalar(node, 8).lower() in {"y", "1", "true"}
