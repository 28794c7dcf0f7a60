"""Requests that set the app up in a portal: grants, the connector, its lines, event handlers. Same rules as `requests`.

Order: `oauth_app_info` proves the tokens; register; event_bind per event; then, per line, activate, connector_data_set,
status. Source: bitrix24/b24restdocs, oauth/*.md and one page per method (read 2026-11).
"""

from typing import Any
from urllib.parse import urlencode

from ponte.bitrix24 import hosts
from ponte.bitrix24.requests import TIMEOUT_SECONDS, RestCall
from ponte.errors import HostRefused
from ponte.http import HttpRequest

# Every event the bridge lives on; bound again after each update of the app, which drops all handlers.
EVENTS = (
    "ONIMCONNECTORMESSAGEADD",
    "ONIMCONNECTORMESSAGEUPDATE",
    "ONIMCONNECTORMESSAGEDELETE",
    "ONIMCONNECTORDIALOGSTART",
    "ONIMCONNECTORDIALOGFINISH",
    "ONIMCONNECTORSTATUSDELETE",
    "ONIMCONNECTORLINEDELETE",
    "ONAPPUPDATE",
    "ONAPPUNINSTALL",
    "ONAPPPAYMENT",
)


def oauth_refresh(client_id: str, client_secret: str, refresh_token: str, host: str) -> HttpRequest:
    """A new pair of tokens: {access_token, refresh_token, expires_in, client_endpoint, ...} at the top level.

    POST, so that the secret stands in no address. host: `hosts.oauth_host`. The old refresh token dies with the call.
    Classify with `errors.classify_oauth`. Raises HostRefused for any other host.
    """
    _check(host)
    body = urlencode(
        {
            "grant_type": "refresh_token",
            "client_id": client_id,
            "client_secret": client_secret,
            "refresh_token": refresh_token,
        }
    )
    return HttpRequest(
        method="POST",
        url=f"https://{host}/oauth/token/",
        headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
        body=body.encode("ascii"),
        timeout_seconds=TIMEOUT_SECONDS,
    )


def oauth_app_info(access_token: str, host: str) -> HttpRequest:
    """Whose token this is, by the OAuth server's word: see `answers.grant_owner`. Raises HostRefused as above.

    The documented form, token in the query; it lives an hour and the address is the OAuth server's own.
    """
    _check(host)
    query = urlencode({"auth": access_token})
    return HttpRequest("GET", f"https://{host}/rest/app.info?{query}", {"Accept": "application/json"})


def _check(host: str) -> None:
    if host not in hosts.OAUTH_HOSTS:
        raise HostRefused


def app_info() -> RestCall:
    """The app in its portal: {ID, CODE, INSTALLED, STATUS, PAYMENT_EXPIRED, DAYS, ...}; INSTALLED false = no events."""
    return RestCall("app.info")


def register(connector: str, name: str, icon: str, settings_url: str, *, signature: bool = True) -> RestCall:
    """Make the connector known: {result: true}, or HTTP 200 with {result: false, error}. Idempotent by id.

    icon: a data:image/svg+xml address. settings_url: the page opened in Contact Center, not the event handler.
    signature: lets lines put the operator's name before the text, as each line is set (operator_text takes it off).
    What was sent by a business on WhatsApp cannot be changed or removed, so the portal is told not to offer that.
    """
    return RestCall(
        "imconnector.register",
        {
            "ID": connector,
            "NAME": name,
            "ICON": {"DATA_IMAGE": icon, "COLOR": "#25D366", "SIZE": "90%", "POSITION": "center"},
            "PLACEMENT_HANDLER": settings_url,
            "CHAT_GROUP": False,
            "DEL_EXTERNAL_MESSAGES": True,
            "EDIT_INTERNAL_MESSAGES": False,
            "DEL_INTERNAL_MESSAGES": False,
            "NEWSLETTER": False,
            "NEED_SYSTEM_MESSAGES": True,
            "NEED_SIGNATURE": signature,
        },
    )


def activate(connector: str, line: int, *, active: bool) -> RestCall:
    """Switch the connector on or off on a line: true. Takes effect in the background, seconds later. Off deletes the
    binding and fires OnImConnectorStatusDelete at us; "N" would switch on, hence 1 and 0."""
    return RestCall("imconnector.activate", {"CONNECTOR": connector, "LINE": line, "ACTIVE": 1 if active else 0})


def connector_data_set(connector: str, line: int, *, data_id: str, url: str, name: str) -> RestCall:
    """What the line's card shows: true. All four fields every time; portals differ in what happens to absent ones."""
    data = {"ID": data_id, "URL": url, "URL_IM": url, "NAME": name}
    return RestCall("imconnector.connector.data.set", {"CONNECTOR": connector, "LINE": line, "DATA": data})


def status(connector: str, line: int) -> RestCall:
    """{LINE, CONNECTOR, ERROR, CONFIGURED, STATUS}; see `answers.line_works`."""
    return RestCall("imconnector.status", {"CONNECTOR": connector, "LINE": line})


def lines() -> RestCall:
    """The portal's open lines: [{ID, LINE_NAME, ACTIVE, QUEUE, ...}]."""
    return RestCall("imopenlines.config.list.get", {"PARAMS": {"select": ["ID", "LINE_NAME", "ACTIVE"]}})


def event_bind(event: str, handler: str) -> RestCall:
    """true; a handler that is bound already is an error of the portal's and a success of ours (errors.classify)."""
    return RestCall("event.bind", {"event": event, "handler": handler})


def event_get() -> RestCall:
    """Bound handlers: [{event, handler, auth_type, offline}]; see `answers.handlers`."""
    return RestCall("event.get")


def event_unbind(event: str, handler: str) -> RestCall:
    """{count}. Both are needed: without them the portal would remove every handler of the app."""
    if not event or not handler:
        raise ValueError("event and handler")
    params: dict[str, Any] = {"event": event, "handler": handler}
    return RestCall("event.unbind", params)
