"""Events of the app's own life in a portal: installed, updated, removed, paid for, probed. Read by `events.parse`."""

from collections.abc import Iterator
from typing import Any

from ponte.bitrix24 import hosts
from ponte.bitrix24.tame import branch, integer, scalar, yes
from ponte.bitrix24.values import AppInstalled, AppPayment, AppUninstalled, AppUpdated, Broken, Event, Ignored

_MAX_TOKEN = 4096


def _grant(tree: dict[str, Any]) -> dict[str, Any]:
    """The auth block of ONAPPINSTALL and ONAPPUPDATE, the only events that bring a refresh token."""
    auth = tree.get("auth")
    return {
        "access_token": scalar(branch(auth, "access_token"), _MAX_TOKEN),
        "refresh_token": scalar(branch(auth, "refresh_token"), _MAX_TOKEN),
        "expires_in": integer(branch(auth, "expires_in")) or 0,
        "domain": hosts.portal_host(scalar(branch(auth, "domain"), 255)),
        "client_endpoint": hosts.client_endpoint(scalar(branch(auth, "client_endpoint"), 2048)),
        "server_endpoint": scalar(branch(auth, "server_endpoint"), 2048),
        "scope": scalar(branch(auth, "scope"), 2048),
        "status": scalar(branch(auth, "status"), 8),
        "user_id": scalar(branch(auth, "user_id"), 20),
        "version": scalar(branch(tree.get("data"), "VERSION"), 20),
    }


def read_installed(name: str, tree: dict[str, Any], ts: int) -> Iterator[Event]:
    grant = _grant(tree)
    if grant["access_token"]:
        yield AppInstalled(**grant, at=ts)
    else:
        yield Broken(name, "auth.access_token")


def read_updated(name: str, tree: dict[str, Any], ts: int) -> Iterator[Event]:
    grant = _grant(tree)
    if grant["access_token"]:
        yield AppUpdated(**grant, at=ts)
    else:
        yield Broken(name, "auth.access_token")


def read_uninstalled(_name: str, tree: dict[str, Any], ts: int) -> Iterator[Event]:
    yield AppUninstalled(clean=yes(branch(tree.get("data"), "CLEAN")), at=ts)


def read_payment(_name: str, tree: dict[str, Any], ts: int) -> Iterator[Event]:
    data = tree.get("data")
    yield AppPayment(
        status=scalar(branch(data, "STATUS"), 8),
        payment_expired=yes(branch(data, "PAYMENT_EXPIRED")),
        days=integer(branch(data, "DAYS")) or 0,
        at=ts,
    )


def read_probe(name: str, _tree: dict[str, Any], _ts: int) -> Iterator[Event]:
    yield Ignored(name, "probe")
