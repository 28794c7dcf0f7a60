"""What the REST API answers when it does not do what was asked: {"erro": {"codigo", "mensagem", "campo"?}}.

codigo is stable and for programs, mensagem is for the person in front of the screen, campo names what of the request
is at fault.
"""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel

from ponte.outcome import Blocked, Expired, Outcome, Rejected, Transient
from ponte.texts import knows
from ponte.texts import text as sentence

JSON = "application/json"
AGAIN_S = 5.0
HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


class Erro(BaseModel):
    codigo: str
    mensagem: str
    campo: str | None = None


class Problema(BaseModel):
    erro: Erro


class Problem(Exception):
    """Ends a request. key: of the sentence in the catalogue, where it is not the code's own. values: what it names.
    retry_after_s: when it is worth asking again."""

    def __init__(
        self,
        status: int,
        code: str,
        field: str = "",
        *,
        key: str = "",
        retry_after_s: float | None = None,
        **values: Any,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.field = field
        self.key = key or f"api.{code}"
        self.retry_after_s = retry_after_s
        self.values = values

    def sentence(self, language: str) -> str:
        """What a person reads of it."""
        told: str = erro(self.code, self.key, language, field=self.field, **self.values)["mensagem"]
        return told


def not_found(field: str = "", key: str = "", **values: Any) -> Problem:
    return Problem(404, "NOT_FOUND", field, key=key, **values)


def conflict(field: str, key: str, **values: Any) -> Problem:
    return Problem(409, "CONFLICT", field, key=key, **values)


def invalid(field: str, key: str = "") -> Problem:
    return Problem(422, "VALIDATION_ERROR", field, key=key)


def unavailable(seconds: float | None = None) -> Problem:
    return Problem(503, "API_UNAVAILABLE", retry_after_s=seconds or AGAIN_S)


def of_outcome(platform: str, outcome: Outcome) -> Problem:
    """Why one of the two systems did not do what the request needs. platform: chatwoot, zattar."""
    match outcome:
        case Transient(wait_seconds=wait):
            return unavailable(wait)
        case Rejected(code, detail) | Blocked(code, detail):
            status = 422 if isinstance(outcome, Rejected) else 502
            name = "REQUEST_REFUSED" if isinstance(outcome, Rejected) else "INTEGRATION_REFUSED"
            return Problem(status, name, key=f"reason.{platform}.{code}", reason=code, detail=detail or "-")
        case Expired(code):
            return Problem(502, "INTEGRATION_REFUSED", key=f"reason.{platform}.{code}", reason=code, detail="-")
    return unavailable()


def of_validation(errors: Sequence[Mapping[str, Any]]) -> Problem:
    """The first thing that is wrong with a request; errors as pydantic lists them: [{"loc", "type", ..}]."""
    first = errors[0] if errors else {}
    kind, path = str(first.get("type", "")), list(first.get("loc", ()))
    if kind == "unsupported_content_type":
        return Problem(415, "UNSUPPORTED_MEDIA_TYPE")
    where = [each for each in path[1:] if path[:1] != ["body"] or not isinstance(each, int) or len(path) > 2]
    if kind == "json_invalid" or not where:
        return Problem(422, "INVALID_BODY")
    return Problem(422, "VALIDATION_ERROR", _written(where))


def answer(problem: Problem, language: str) -> Response[Any]:
    headers: dict[str, str | list[str]] = dict(HEADERS)
    values = dict(problem.values)
    if problem.retry_after_s is not None:
        seconds = max(1, math.ceil(problem.retry_after_s))
        headers["retry-after"] = str(seconds)
        values["seconds"] = seconds
    if problem.status == 401:
        headers["www-authenticate"] = "Bearer"
    body = {"erro": erro(problem.code, problem.key, language, field=problem.field, **values)}
    return Response(problem.status, JSON, json.dumps(body, ensure_ascii=False), headers)


def erro(code: str, key: str, language: str, *, field: str = "", **values: Any) -> dict[str, Any]:
    """The object under "erro"; also what a job tells of why it failed."""
    key = key if knows(key) or key.startswith("reason.") else "api.default"
    values = {"code": values.pop("reason", code), "field": field, **values}
    tree: dict[str, Any] = {"codigo": code, "mensagem": sentence(key, language, **values)}
    return tree | ({"campo": field} if field else {})


def _written(path: Sequence[Any]) -> str:
    """("anexos", 0, "nome") as anexos[0].nome"""
    found = ""
    for each in path:
        found += f"[{each}]" if isinstance(each, int) else f".{each}" if found else str(each)
    return found
