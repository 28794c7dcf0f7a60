"""The REST API around its routes: who calls, what of a request may come in, what goes out when it fails.

Each subject adds its routes in a module of its own (api_people, api_integrations, ...). A route is a function on the
resolver of aws-lambda-powertools, whose annotations pydantic checks and from which the OpenAPI document is made. It
asks `Api.caller` for the scope it needs before it looks at anything, raises Problem for what it does not do, and
gives `reply(status, model)`.

    event -> caller -> body -> route -> answer

Each request is one outcome line: done, refused or failed, with the problem's code.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import (
    RequestUnsupportedContentType,
    RequestValidationError,
    ResponseValidationError,
)
from aws_lambda_powertools.event_handler.openapi.models import SecurityScheme
from pydantic import BaseModel

from ponte.errors import BUGS
from ponte.json_bodies import is_too_deep
from ponte.runtime.answers import LambdaAnswer
from ponte.runtime.api_access import FLOW, Caller
from ponte.runtime.api_problems import HEADERS, JSON, Problem, Problema, answer, not_found, of_validation
from ponte.runtime.observability import BugLog, OutcomeLog
from ponte.texts.languages import preferred

BODY_MAX = 1024 * 1024
DOCUMENT = "/openapi.json"
VERSION = "1"
PAGE = 100  # rows of a list at most

type Identify = Callable[[Mapping[str, Any], Mapping[str, str]], Caller]
"""Who calls, by the event and its headers (names in lower case). Raises Problem."""


class Api:
    """A Lambda handler; a container works on one request at a time. language: where the caller asks for none of ours.
    title, scheme: of the OpenAPI document, the latter for how callers prove who they are. body_max: bytes."""

    def __init__(
        self,
        identify: Identify,
        log: OutcomeLog,
        bug: BugLog,
        language: str,
        *,
        title: str,
        scheme: SecurityScheme,
        document: str = DOCUMENT,
        body_max: int = BODY_MAX,
    ) -> None:
        self.app = APIGatewayHttpResolver(enable_validation=True, response_validation_error_http_code=500)
        self._identify = identify
        self._log = log
        self._bug = bug
        self._code = ""  # of the problem that the request under way ended in
        self._default_language = language
        self.language = language  # of the request under way, as its Accept-Language wants it
        self._title = title
        self._scheme = scheme
        self._document = document
        self._body_max = body_max
        self._caller: Caller | None = None  # of the one request that a container works on
        self._handle_failures()

    def __call__(self, event: Mapping[str, Any], context: Any) -> LambdaAnswer:
        if event.get("rawPath") == self._document and _method(event) == "GET":
            return _lambda_answer(Response(200, JSON, self.document(), dict(HEADERS)))
        self._code = ""
        made = self._answered(event, context)
        status = int(made["statusCode"])
        self._log(FLOW, "done" if status < 400 else "refused" if status < 500 else "failed", detail=self._code)
        return made

    def _answered(self, event: Mapping[str, Any], context: Any) -> LambdaAnswer:
        headers = {str(name).lower(): str(value) for name, value in (event.get("headers") or {}).items()}
        self.language = preferred(headers.get("accept-language", ""), self._default_language)
        self._caller = None
        try:
            self._caller = self._identify(event, headers)
            readable = {**event, "headers": headers, **self._body(event)}
        except Problem as problem:
            return _lambda_answer(self._problem(problem))
        except Exception as error:  # whatever it is, the caller gets an answer
            return _lambda_answer(self._failed(error))
        made: LambdaAnswer = self.app.resolve(readable, context)
        made |= {"headers": {**HEADERS, **made.get("headers", {})}, "body": made.get("body") or ""}
        return made

    def caller(self, scope: str = "") -> Caller:
        """Who makes the request under way. scope: what they must have been given; "" for any user of the office.
        Raises Problem (403)."""
        if self._caller is None:
            raise Problem(401, "UNAUTHENTICATED")
        return self._caller.require(scope) if scope else self._caller

    def document(self) -> str:
        """The OpenAPI document, as JSON."""
        return self.app.get_openapi_json_schema(
            title=self._title,
            version=VERSION,
            security_schemes={"caller": self._scheme},
            security=[{"caller": []}],
        )

    def _body(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """The event's body as text that will not break whoever parses it. Raises Problem."""
        raw = event.get("body") or ""
        try:
            body = base64.b64decode(raw) if event.get("isBase64Encoded") else raw.encode()
            if len(body) > self._body_max:
                raise Problem(413, "BODY_TOO_LARGE", limit=self._body_max)
            text = body.decode()
            tree = json.loads(text) if text.strip() else {}
            if type(tree) is not dict or is_too_deep(tree):
                raise Problem(422, "INVALID_BODY")
        except (binascii.Error, ValueError, RecursionError):
            raise Problem(422, "INVALID_BODY") from None
        return {"body": text, "isBase64Encoded": False}

    def _failed(self, error: Exception) -> Response[Any]:
        """A bug of ours, or a service of ours that is away: noted without its words, which may quote content."""
        self._bug(FLOW, error)
        is_bug = isinstance(error, BUGS)
        problem = Problem(500, "INTERNAL_ERROR") if is_bug else Problem(503, "API_UNAVAILABLE", retry_after_s=5)
        return self._problem(problem)

    def _problem(self, problem: Problem) -> Response[Any]:
        self._code = problem.code
        return answer(problem, self.language)

    def _handle_failures(self) -> None:
        def invalid(error: RequestValidationError | RequestUnsupportedContentType) -> Response[Any]:
            return self._problem(of_validation(error.errors()))

        def no_route(_: NotFoundError) -> Response[Any]:
            return self._problem(not_found())

        def ours(error: ResponseValidationError) -> Response[Any]:
            self._bug(FLOW, error)
            return self._problem(Problem(500, "INTERNAL_ERROR"))

        self.app.exception_handler(Problem)(self._problem)
        self.app.exception_handler([RequestValidationError, RequestUnsupportedContentType])(invalid)
        self.app.exception_handler(NotFoundError)(no_route)
        self.app.exception_handler(ResponseValidationError)(ours)
        self.app.exception_handler(Exception)(self._failed)


def reply[Model: BaseModel](status: int, body: Model) -> Response[Model]:
    """What a route gives."""
    return Response(status, JSON, body)


def nothing() -> Response[None]:
    """Done, and there is nothing to say about it."""
    return Response(204)


_WHY = {
    401: "Não reconhecido / not recognised",
    403: "Sem a permissão / lacking the scope",
    404: "Não encontrado / not found",
    409: "Conflito / conflict",
    413: "Grande demais / too large",
    415: "Não é JSON / not JSON",
    422: "Campo errado / a field is wrong",
    429: "Pedidos demais; veja Retry-After / too many requests, see Retry-After",
    500: "Erro do Ponte / an error of Ponte's",
    502: "Um dos sistemas recusou / one of the systems refused",
    503: "Fora do ar; veja Retry-After / away, see Retry-After",
}
_ALWAYS = (401, 413, 415, 422, 500, 503)


def documented(status: int, model: type[BaseModel] | None, *problems: int) -> dict[int, Any]:
    """A route's answers, for the OpenAPI document. problems: what it may answer beside what every route may."""
    content = {JSON: {"model": model}} if model else {}
    done: dict[int, Any] = {status: {"description": "Feito / done", "content": content}}
    refused = {JSON: {"model": Problema}}
    return done | {code: {"description": _WHY[code], "content": refused} for code in sorted({*_ALWAYS, *problems})}


def _method(event: Mapping[str, Any]) -> str:
    return str(((event.get("requestContext") or {}).get("http") or {}).get("method", ""))


def _lambda_answer(made: Response[Any]) -> LambdaAnswer:
    headers = {**{name.lower(): value for name, value in made.headers.items()}, "content-type": made.content_type}
    return {"statusCode": made.status_code, "headers": headers, "body": made.body, "isBase64Encoded": False}
