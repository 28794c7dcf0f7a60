"""The fake portal: addresses, tokens, the table of REST methods, batch, and the links to files.

Methods live by subject in portal_{app,connector,lines,histories,crm}.py. Behaviour follows the documentation of the
Bitrix24 REST API and the source of its modules (read November 2026).
"""

import re
from typing import Any
from urllib.parse import parse_qs, urlencode

from sandbox import php_forms
from sandbox.calls import Call, Reply, html_reply, json_reply
from sandbox.fakes import portal_app, portal_connector, portal_crm, portal_files, portal_histories, portal_lines
from sandbox.fakes.rest import Context, Method, Params, RestError, php_map, time_block
from sandbox.portals import PortalState
from sandbox.world import World

METHODS: dict[str, Method] = {
    **portal_app.METHODS,
    **portal_connector.METHODS,
    **portal_lines.METHODS,
    **portal_histories.METHODS,
    **portal_crm.METHODS,
}
BATCH_LIMIT = 50
_LOOPBACK = ("127.0.0.1", "localhost", "::1", "")


class FakeBitrix24:
    def __init__(self, world: World) -> None:
        self._world = world

    def __call__(self, call: Call, *, partial: bool = False) -> Reply:
        portal = self._world.portal_of_host(call.host)
        if portal and call.host != portal.config["domain"]:
            place = f"https://{portal.config['domain']}{call.path}" + (f"?{call.query}" if call.query else "")
            return html_reply(302, "<html><head><title>302 Found</title></head><body></body></html>", location=place)
        if portal is None and call.host not in _LOOPBACK:
            return html_reply(404, "<html><body>Portal not found</body></html>")
        if call.path.startswith("/rest/"):
            return self._rest(call, portal, partial)
        if portal and call.path.startswith("/oauth/authorize"):
            return self._authorize(call, portal)
        return portal_files.serve(call, [portal] if portal else self._world.portals)

    def fetch(self, call: Call) -> None:
        """Before the call takes effect: what its links give. Not under the world's lock."""
        found = portal_files.fetch_all(call)
        with self._world.lock:
            if self._world.is_current(call.generation):
                self._world.fetched.update(found)

    def _rest(self, call: Call, portal: PortalState | None, partial: bool) -> Reply:
        start = self._world.now_ms()
        name = call.path.removeprefix("/rest/").rstrip("/").removesuffix(".json")
        try:
            portal = self._authorized(call, portal)
            context = Context(self._world, portal, partial)
            if name.lower() == "batch":
                value, took_effect = self._batch(context, Params(call.params))
                body: dict[str, Any] = {"result": value}
            else:
                result = _run(context, name, Params(call.params))
                body, took_effect = {"result": result.value, **result.extra}, result.took_effect
        except RestError as error:
            return json_reply(error.status, error.body())
        return json_reply(200, {**body, "time": time_block(start, self._world.now_ms())}, took_effect=took_effect)

    def _authorized(self, call: Call, portal: PortalState | None) -> PortalState:
        scheme, _, bearer = call.headers.get("authorization", "").partition(" ")
        params = Params(call.params)
        token = bearer.strip() if scheme.lower() == "bearer" else params.text("auth")
        if not token:
            raise RestError(401, "NO_AUTH_FOUND", "Wrong authorization data")
        owner = self._world.portal_of_token(token)
        if owner is None or (portal is not None and owner is not portal):
            raise RestError(401, "invalid_token", "Unable to get application by token")
        if owner.access_tokens[token] <= self._world.now_ms() / 1000:
            raise RestError(401, "expired_token", "The access token provided has expired")
        return owner

    def _batch(self, context: Context, params: Params) -> tuple[dict[str, Any], bool]:
        """Commands run in order and may refer to earlier results; the answer is 200 even when all of them fail."""
        commands = params.get("cmd") or {}
        named = dict(enumerate(commands)) if isinstance(commands, list) else commands
        if not isinstance(named, dict) or len(named) > BATCH_LIMIT:
            raise RestError(400, "ERROR_BATCH_LENGTH_EXCEEDED", "Max batch length exceeded")
        results: dict[str, Any] = {}
        errors: dict[str, Any] = {}
        totals: dict[str, Any] = {}
        following: dict[str, Any] = {}
        times: dict[str, Any] = {}
        took_effect = False
        for position, (key, command) in enumerate(named.items()):
            start = context.now_ms
            method, _, query = str(command).partition("?")
            try:
                if context.partial and position == len(named) - 1:
                    raise RestError(503, "QUERY_LIMIT_EXCEEDED", "Too many requests")
                if method.lower() == "batch":
                    raise RestError(400, "ERROR_BATCH_METHOD_NOT_ALLOWED", "Method is not allowed for batch usage")
                inner = Params(php_forms.decode(_refer(query, results).encode()))
                result = _run(Context(context.world, context.portal), method, inner)
            except RestError as error:
                errors[str(key)] = error.body()
                if params.text("halt") in ("1", "true", "True"):
                    break
                continue
            took_effect = took_effect or result.took_effect
            results[str(key)] = result.value
            times[str(key)] = time_block(start, context.now_ms)
            totals |= {str(key): result.extra["total"]} if "total" in result.extra else {}
            following |= {str(key): result.extra["next"]} if "next" in result.extra else {}
        maps = {"result": results, "result_error": errors, "result_total": totals, "result_next": following}
        return {name: php_map(one.items()) for name, one in {**maps, "result_time": times}.items()}, took_effect

    def _authorize(self, call: Call, portal: PortalState) -> Reply:
        """An administrator's consent: back to the app with a code."""
        query = {name: values[0] for name, values in parse_qs(call.query).items()}
        if query.get("client_id") != self._world.bitrix24["client_id"]:
            return html_reply(400, "<html><body>Application not found</body></html>")
        code = f"code{self._world.next_number():08d}"
        portal.codes.add(code)
        back = {"code": code, "state": query.get("state", ""), "domain": portal.config["domain"]}
        back |= {
            "member_id": portal.config["member_id"],
            "scope": portal_app.SCOPES,
            "server_domain": "oauth.bitrix.info",
        }
        return html_reply(302, "", location=f"{self._world.install_url}?{urlencode(back)}")


def _run(context: Context, name: str, params: Params) -> Any:
    method = METHODS.get(name.lower())
    if method is None:
        raise RestError(404, "ERROR_METHOD_NOT_FOUND", "Method not found!")
    return method(context, params)


def _refer(query: str, results: dict[str, Any]) -> str:
    """Put earlier results in place of $result[key][field]...; what is not there becomes empty."""

    def value(found: re.Match[str]) -> str:
        here: Any = results
        for key in re.findall(r"\[([^\]]*)\]", found[0]):
            if isinstance(here, list) and key.isdigit() and int(key) < len(here):
                here = here[int(key)]
            else:
                here = here.get(key) if isinstance(here, dict) else None
        return "" if here is None or isinstance(here, dict | list) else str(here)

    return re.sub(r"\$result(\[[^\]]*\])+", value, query)
