"""API Gateway's HTTP API, payload version 2.0: the request as values, and answers. Stdlib only."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

MAX_PARAMETERS = 100

type LambdaAnswer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Webhook:
    """body: the bytes as received. headers: names in lower case. query: first value of each parameter wins nothing:
    `repeated` names those that came more than once, and callers refuse them where it matters."""

    method: str
    path: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    repeated: frozenset[str]
    body: bytes


def webhook(event: Mapping[str, Any]) -> Webhook:
    """The request in a Lambda event. API Gateway's base64 is undone here and nowhere else."""
    http = (event.get("requestContext") or {}).get("http") or {}
    raw = event.get("body") or ""
    if event.get("isBase64Encoded"):
        try:
            body = base64.b64decode(raw, validate=False)
        except (binascii.Error, ValueError):
            body = b""
    else:
        body = raw.encode("utf-8", "surrogatepass")
    query: dict[str, str] = {}
    repeated = set()
    for name, value in _pairs(event.get("rawQueryString") or ""):
        if name in query:
            repeated.add(name)
        query.setdefault(name, value)
    headers = {str(k).lower(): str(v) for k, v in (event.get("headers") or {}).items()}
    return Webhook(
        str(http.get("method", "")), str(event.get("rawPath", "")), headers, query, frozenset(repeated), body
    )


def _pairs(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query, keep_blank_values=True, max_num_fields=MAX_PARAMETERS)
    except ValueError:
        return []


def text(status: int, body: str = "", content_type: str = "text/plain; charset=utf-8") -> LambdaAnswer:
    headers = {"content-type": content_type, "cache-control": "no-store", "x-content-type-options": "nosniff"}
    return {"statusCode": status, "headers": headers, "body": body}


def as_json(status: int, tree: Any) -> LambdaAnswer:
    return text(status, json.dumps(tree, ensure_ascii=False), "application/json; charset=utf-8")


def page(status: int, html: str, policy: str) -> LambdaAnswer:
    """policy: the page's Content-Security-Policy."""
    answer = text(status, html, "text/html; charset=utf-8")
    answer["headers"]["content-security-policy"] = policy
    return answer
