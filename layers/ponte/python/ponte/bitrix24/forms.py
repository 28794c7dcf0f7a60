"""A webhook body as a tree: PHP's bracketed forms and JSON, bounded. Nothing here knows what the keys mean.

A decoder of our own and not qs_codec: importing that costs 45 ms (measured 2026-11, Python 3.13), more than an ingress
function may spend on it, and here the limits are the point: each is checked before the work it would cause, so that
10,000 brackets or 20,000 fields are refused in linear time.

The rules follow PHP's own reading of such names (`a[b][]`) where PHP has one:

    a[b]=1            {"a": {"b": "1"}}
    a[]=1&a[]=2       {"a": ["1", "2"]}            the next free index
    a[4]=1&a[2]=2     {"a": ["2", "1"]}            only indexes: a list in numeric order, holes closed
    a=1&a[b]=2        {"a": {"b": "2"}}            a clash of scalar and array: the later one wins
    a[b=1, [a]=1      {"a[b": "1"}, {"[a]": "1"}   brackets that do not pair, or no name before them: one flat name
    a[b]c=1           {"a": {"b": "1"}}            what follows a closed bracket is dropped
    =1                {}                           no name at all
"""

import json
from functools import lru_cache
from typing import Any, NoReturn
from urllib.parse import unquote_to_bytes

from ponte.errors import BadRequest

MAX_BODY_BYTES = 3 * 1024 * 1024
MAX_FIELDS = 5_000  # one message is about 25 fields and the portal sends one per event
MAX_DEPTH = 12  # the deepest known event, a file of a message, is 7
_MAX_INDEX_DIGITS = 9
_USUAL_NAME = 100  # bytes; names that anybody can make long are not remembered


def decode(body: bytes, content_type: str | None) -> dict[str, Any]:
    """The tree of a form or JSON body. Leaves of a form are strings; JSON keeps its scalars.

    body: raw bytes, base64 already undone. content_type: a hint only; a body that starts with `{` is tried as JSON.
    Invalid UTF-8 and lone surrogates become U+FFFD, NUL is removed.
    Raises BadRequest, to be answered with its status: body_too_large (413), unsupported_media_type (415, multipart),
    too_many_fields, too_deep, not_an_object, bad_json (400).
    """
    if len(body) > MAX_BODY_BYTES:
        raise BadRequest("body_too_large", 413)
    media_type = (content_type or "").partition(";")[0].strip().lower()
    if media_type.startswith("multipart/"):
        raise BadRequest("unsupported_media_type", 415)
    start = body[:64].lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start in {b"{", b"["}:
        try:
            return _decode_json(body)
        except ValueError:
            if media_type.endswith("json"):
                raise BadRequest("bad_json") from None
    elif media_type.endswith("json") and body.strip() and b"=" not in body:
        raise BadRequest("bad_json")
    return _decode_form(body)


def decode_query(query: str | None) -> dict[str, Any]:
    """The tree of a raw query string, under the limits of a form body. Raises BadRequest likewise."""
    raw = (query or "").encode("utf-8", "replace")
    if len(raw) > MAX_BODY_BYTES:
        raise BadRequest("body_too_large", 413)
    return _decode_form(raw)


def _decode_json(body: bytes) -> dict[str, Any]:
    try:
        tree = json.loads(body.decode("utf-8-sig", "replace"), parse_constant=_refuse_constant)
    except RecursionError:
        raise BadRequest("too_deep") from None
    if not isinstance(tree, dict):
        raise BadRequest("not_an_object")
    clean = _Cleaner().clean(tree, 0)
    assert isinstance(clean, dict)  # noqa: S101  a dict stays a dict
    return clean


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


class _Cleaner:
    """Copies a decoded JSON tree with readable strings, counting as it goes; its depth is bounded, so recursion is."""

    def __init__(self) -> None:
        self.fields = 0

    def clean(self, node: Any, depth: int) -> Any:
        if isinstance(node, str):
            return clean_text(node)
        if isinstance(node, float):
            return node if abs(node) < 1e18 else None  # 1e999 is read as infinity
        if not isinstance(node, dict | list):
            return node
        if depth > MAX_DEPTH:
            raise BadRequest("too_deep")
        self.fields += len(node)
        if self.fields > MAX_FIELDS:
            raise BadRequest("too_many_fields")
        if isinstance(node, dict):
            return {clean_text(key): self.clean(value, depth + 1) for key, value in node.items()}
        return [self.clean(value, depth + 1) for value in node]


def clean_text(text: str) -> str:
    """The text without NUL, lone surrogates replaced: what every store, queue and provider accepts."""
    if "\0" in text:
        text = text.replace("\0", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _decode_form(body: bytes) -> dict[str, Any]:
    if body.count(b"&") >= MAX_FIELDS:
        raise BadRequest("too_many_fields")
    root = _Branch()
    for pair in body.split(b"&"):
        raw_name, _, raw_value = pair.partition(b"=")
        segments = _path(raw_name) if len(raw_name) <= _USUAL_NAME else _segments(_decoded(raw_name).lstrip(" "))
        if segments[0]:
            _put(root, segments, _decoded(raw_value))
    return {key: _finished(value) for key, value in root.children.items()}


@lru_cache(maxsize=1024)  # the names of an event are the same in all of them
def _path(raw_name: bytes) -> tuple[str, ...]:
    return _segments(_decoded(raw_name).lstrip(" "))


def _decoded(raw: bytes) -> str:
    if b"+" in raw:
        raw = raw.replace(b"+", b" ")
    if b"%" in raw:
        raw = unquote_to_bytes(raw)
    return raw.replace(b"\0", b"").decode("utf-8", "replace")


def _segments(name: str) -> tuple[str, ...]:
    """`a[b][]` as ("a", "b", ""); see the table above for names that are not so well made."""
    bracket = name.find("[")
    if bracket <= 0:
        return (name,)
    segments = [name[:bracket]]
    while bracket < len(name) and name[bracket] == "[":
        end = name.find("]", bracket)
        if end < 0:
            return (name,)
        segments.append(name[bracket + 1 : end])
        if len(segments) > MAX_DEPTH:
            raise BadRequest("too_deep")
        bracket = end + 1
    return tuple(segments)


class _Branch:
    """A PHP array while it is being filled: children in order of arrival and the next free index."""

    __slots__ = ("children", "next_index", "only_indexes")

    def __init__(self) -> None:
        self.children: dict[str, str | _Branch] = {}
        self.next_index = 0
        self.only_indexes = True

    def key(self, segment: str) -> str:
        """The child's key that `segment` names, "" being the next free index."""
        if not segment:
            segment = str(self.next_index)
        if not _is_index(segment):
            self.only_indexes = False
        elif int(segment) >= self.next_index:
            self.next_index = int(segment) + 1
        return segment


def _is_index(text: str) -> bool:
    return len(text) <= _MAX_INDEX_DIGITS and text.isascii() and text.isdigit() and (text[0] != "0" or len(text) == 1)


def _put(root: _Branch, segments: tuple[str, ...], value: str) -> None:
    branch = root
    for depth, segment in enumerate(segments):
        key = branch.key(segment) if depth else segment
        if depth == len(segments) - 1:
            branch.children[key] = value
            return
        child = branch.children.get(key)
        if not isinstance(child, _Branch):
            child = branch.children[key] = _Branch()
        branch = child


def _finished(node: "str | _Branch") -> Any:
    if isinstance(node, str):
        return node
    if node.only_indexes:
        return [_finished(node.children[key]) for key in sorted(node.children, key=int)]
    return {key: _finished(value) for key, value in node.children.items()}
