"""The fake authorization server: refresh tokens that work once, codes, app.info for a token nobody vouches for."""

from typing import Any

from sandbox.calls import Call, Reply, json_reply
from sandbox.fakes.portal_app import SCOPES
from sandbox.fakes.rest import Params, utc_iso
from sandbox.portals import PortalState
from sandbox.scenario import TOKEN_LIFE_S
from sandbox.world import World

HOSTS = ("oauth.bitrix.info", "oauth.bitrix24.tech")


class FakeOAuth:
    def __init__(self, world: World) -> None:
        self._world = world

    def __call__(self, call: Call, *, partial: bool = False) -> Reply:  # noqa: ARG002 - no call here has parts
        params = Params(call.params)
        path = call.path.rstrip("/").removesuffix(".json")
        if path == "/oauth/token" and call.method in ("GET", "POST"):
            return self._token(params, call.host if call.host in HOSTS else HOSTS[0])
        if path == "/rest/app.info":
            scheme, _, bearer = call.headers.get("authorization", "").partition(" ")
            return self._app_info(bearer.strip() if scheme.lower() == "bearer" else params.text("auth"))
        return _error(404, "ERROR_METHOD_NOT_FOUND", "Method not found!")

    def _token(self, params: Params, host: str) -> Reply:
        grant = params.text("grant_type")
        wanted = {"refresh_token": "refresh_token", "authorization_code": "code"}.get(grant, "")
        if not wanted or not params.text(wanted) or not params.text("client_id"):
            return _error(400, "invalid_request", "Malformed request")
        if params.text("client_id") != self._world.bitrix24["client_id"]:
            return _error(401, "invalid_client", "Invalid client data was provided")
        if params.text("client_secret") != self._world.bitrix24["client_secret"]:
            return _error(200, "WRONG_CLIENT", "Wrong client")  # an error under HTTP 200, as seen in the official SDK
        portal = self._portal_of_grant(wanted, params.text(wanted))
        if portal is None:
            return _error(400, "invalid_grant", "Invalid authorization data was provided")
        return json_reply(200, self._renew(portal, host, is_refresh=wanted == "refresh_token"))

    def _portal_of_grant(self, kind: str, value: str) -> PortalState | None:
        for portal in self._world.portals:
            if kind == "refresh_token" and portal.config["refresh_token"] == value:
                return portal
            if kind == "code" and value in portal.codes:
                portal.codes.discard(value)
                return portal
        return None

    def _renew(self, portal: PortalState, host: str, *, is_refresh: bool) -> dict[str, Any]:
        """A new pair. The old refresh token is dead from now on; the old access token lives until its own end."""
        config, serial = portal.config, self._world.next_number()
        expires = self._world.now_ms() // 1000 + TOKEN_LIFE_S
        config["access_token"] = f"sandbox-access-{self._world.generation}-{serial:06d}"
        config["refresh_token"] = f"sandbox-refresh-{self._world.generation}-{serial:06d}"
        config["expires_at"] = expires
        portal.access_tokens[config["access_token"]] = expires
        answer = {
            "access_token": config["access_token"],
            "client_endpoint": f"https://{config['domain']}/rest/",
            "domain": host,
            "expires_in": TOKEN_LIFE_S,
            "member_id": config["member_id"],
            "refresh_token": config["refresh_token"],
            "scope": SCOPES,
            "server_endpoint": f"https://{host}/rest/",
            "status": "L",
        }
        return {**answer, "expires": expires, "user_id": 1} if is_refresh else answer

    def _app_info(self, token: str) -> Reply:
        if not token:
            return _error(401, "NO_AUTH_FOUND", "Wrong authorization data")
        portal = self._world.portal_of_token(token)
        if portal is None:
            return _error(401, "invalid_token", "Unable to get application by token")
        if portal.access_tokens[token] <= self._world.now_ms() / 1000:
            return _error(401, "expired_token", "The access token provided has expired")
        domain, scope = portal.config["domain"], SCOPES.split(",")
        install = {
            "installed": portal.installed,
            "version": 1,
            "status": "L",
            "scope": scope,
            "domain": domain,
            "uri": f"https://{domain}",
            "client_endpoint": f"https://{domain}/rest/",
            "member_id": portal.config["member_id"],
            "member_type": "bitrix24",
        }
        result = {"client_id": self._world.bitrix24["client_id"], "scope": scope, "install": install, "user_id": 1}
        return json_reply(200, {"result": {**result, "expires": utc_iso(portal.access_tokens[token])}})


def _error(status: int, code: str, description: str) -> Reply:
    return json_reply(status, {"error": code, "error_description": description}, took_effect=False)
