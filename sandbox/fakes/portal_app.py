"""The fake portal's methods about the application itself: state, scopes, bound events, the current user."""

from typing import Any

from sandbox.fakes.rest import Context, Method, Params, RestError, Result
from sandbox.portals import EVENTS

SCOPES = "crm,im,imopenlines,imconnector,user_brief,placement,contact_center"


def _app_info(context: Context, _params: Params) -> Result:
    return Result(
        {
            "ID": 5,
            "CODE": context.world.bitrix24["client_id"],
            "VERSION": 1,
            "STATUS": "L",
            "INSTALLED": context.portal.installed,
            "PAYMENT_EXPIRED": "N",
            "DAYS": None,
            "LANGUAGE_ID": "br",
            "LICENSE": "br_std",
            "LICENSE_TYPE": "std",
            "LICENSE_FAMILY": "std",
        }
    )


def _scope(_context: Context, _params: Params) -> Result:
    return Result(SCOPES.split(","))


def _user_current(_context: Context, _params: Params) -> Result:
    return Result({"ID": "1", "ACTIVE": True, "NAME": "Administrador", "LAST_NAME": "Sandbox", "IS_ONLINE": "Y"})


def _bind(context: Context, params: Params) -> Result:
    event, handler = params.need("event").upper(), params.need("handler")
    if event not in EVENTS:
        raise RestError(400, "ERROR_EVENT_NOT_FOUND", "Event not found")
    if (event, handler) in context.portal.handlers:
        raise RestError(400, "ERROR_CORE", "Unable to set event handler: Handler already binded")
    context.portal.handlers.append((event, handler))
    return Result(True)


def _unbind(context: Context, params: Params) -> Result:
    event, handler = params.need("event").upper(), params.text("handler")
    gone = [one for one in context.portal.handlers if one[0] == event and handler in ("", one[1])]
    context.portal.handlers = [one for one in context.portal.handlers if one not in gone]
    return Result({"count": len(gone)}, took_effect=bool(gone))


def _get(context: Context, _params: Params) -> Result:
    handlers: list[dict[str, Any]] = [
        {"event": event, "handler": handler, "auth_type": "0", "offline": 0}
        for event, handler in context.portal.handlers
    ]
    return Result(handlers)


def _test(context: Context, _params: Params) -> Result:
    """Accepted only while a handler for ONAPPTEST is bound; the event itself is played by hand."""
    bound = any(event == "ONAPPTEST" for event, _ in context.portal.handlers)
    return Result(bound, took_effect=bound)


METHODS: dict[str, Method] = {
    "app.info": _app_info,
    "scope": _scope,
    "user.current": _user_current,
    "event.bind": _bind,
    "event.unbind": _unbind,
    "event.get": _get,
    "event.test": _test,
}
