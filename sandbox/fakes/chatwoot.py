"""The fake Chatwoot: hosts and accounts, tokens and roles, limits, the table of calls.

What it does with contacts stands in chatwoot_{contacts,filter,public}.py, with talk in chatwoot_{conversations,
messages}.py over sandbox/chatwoot_talk.py, the rest in chatwoot_setup.py, what it posts in sandbox/chatwoot_posts.py.
Behaviour follows the source of chatwoot/chatwoot 4.15.0 (f66b551c, read November 2026).
"""

import re
from email.utils import formatdate

from sandbox.calls import Call, Reply, html_reply
from sandbox.chatwoot_accounts import BOT, AccountState, User
from sandbox.fakes import (
    chatwoot_contacts,
    chatwoot_conversations,
    chatwoot_filter,
    chatwoot_messages,
    chatwoot_public,
    chatwoot_setup,
)
from sandbox.fakes.chatwoot_contacts import Handle
from sandbox.fakes.chatwoot_errors import Asked, Refusal, no_route, not_found, unauthorized
from sandbox.world import World

ROUTES: dict[tuple[str, str], Handle] = {
    **chatwoot_contacts.ROUTES,
    **chatwoot_conversations.ROUTES,
    **chatwoot_messages.ROUTES,
    **chatwoot_setup.ROUTES,
    ("POST", "/contacts/filter"): chatwoot_filter.contacts,
}
WINDOW_MS = 60_000
_ACCOUNT = re.compile(r"/api/v1/accounts/([0-9]{1,18})(/.*)")
_PUBLIC = re.compile(r"/public/api/v1/inboxes/([^/]+)/?(.*)")
_LOOPBACK = ("127.0.0.1", "localhost", "::1", "")


class FakeChatwoot:
    def __init__(self, world: World) -> None:
        self._world = world
        self._arrived: dict[int, dict[int, int]] = {}

    def fetch(self, call: Call) -> None:
        """A call comes in: what is born from now on, beside it, is invisible to its own checks."""
        with self._world.lock:
            self._arrived[id(call)] = {id(account): account.born for account in self._world.accounts}

    def forget(self, call: Call) -> None:
        """A call that came in is broken off."""
        self._arrived.pop(id(call), None)

    def __call__(self, call: Call, *, partial: bool = False) -> Reply:  # noqa: ARG002 - no call here has parts
        seen = self._arrived.pop(id(call), {})
        accounts = self._world.accounts_on(call.host)
        if not accounts and call.host in _LOOPBACK:
            accounts = self._world.accounts
        if not accounts:
            return html_reply(404, "<html><body>No such host</body></html>")
        try:
            reply = self._answer(call, accounts, seen)
        except Refusal as refusal:
            reply = refusal.reply()
        reply.headers["date"] = formatdate(self._world.now_ms() // 1000, usegmt=True)
        return reply

    def _answer(self, call: Call, accounts: list[AccountState], seen: dict[int, int]) -> Reply:
        if not _within(accounts[0], "requests", self._world.now_ms()):
            return _throttled()
        if public := _PUBLIC.fullmatch(call.path):
            return self._public(call, accounts, seen, public[1], public[2])
        if call.path == "/api/v1/profile" and call.method == "GET":
            token, owner = _signed_in(call, accounts)
            return chatwoot_setup.profile(owner, token, accounts)
        found = _ACCOUNT.fullmatch(call.path.rstrip("/"))
        handle, ids = _route(call.method, found[2]) if found else (None, ())
        if found is None or handle is None:
            raise no_route()
        account = next((one for one in accounts if one.config["account_id"] == int(found[1])), None)
        if account and found[2] == "/contacts/search" and not _within(account, "searches", self._world.now_ms()):
            return _throttled()
        token, _ = _signed_in(call, accounts)
        if account is None:
            raise not_found()
        user = account.user(token)
        if user is None:
            raise unauthorized("You are not authorized to access this account")
        if account.config["suspended"]:
            raise unauthorized("Account is suspended")
        if user.role == BOT:
            raise unauthorized("Access to this endpoint is not authorized for bots")
        return handle(Asked(account, user, call, ids, seen.get(id(account), account.born)))

    def _public(
        self, call: Call, accounts: list[AccountState], seen: dict[int, int], identifier: str, rest: str
    ) -> Reply:
        for account in accounts:
            for inbox in account.config["inboxes"]:
                if inbox["channel_type"] == "Channel::Api" and inbox.get("inbox_identifier") == identifier:
                    ids = tuple(rest.rstrip("/").split("/"))
                    return chatwoot_public.handle(
                        Asked(account, None, call, ids, seen.get(id(account), account.born)), inbox
                    )
        raise Refusal(404, {"status": 404, "error": "Not Found"})


def _route(method: str, path: str) -> tuple[Handle | None, tuple[str, ...]]:
    """The call behind a path, in which numbers stand as #."""
    if exact := ROUTES.get((method, path)):
        return exact, ()
    ids = tuple(re.findall(r"(?<=/)[0-9]{1,18}(?=/|$)", path))
    return ROUTES.get((method, re.sub(r"(?<=/)[0-9]{1,18}(?=/|$)", "#", path))), ids


def _signed_in(call: Call, accounts: list[AccountState]) -> tuple[str, User]:
    """The token and its owner. nginx, which stands before most servers, drops `api_access_token`: underscores."""
    token = call.headers.get("api-access-token", "")
    if not token:
        raise Refusal(401, {"errors": ["You need to sign in or sign up before continuing."]})
    for account in accounts:
        if user := account.user(token):
            return token, user
    raise unauthorized("Invalid Access Token")


def _within(account: AccountState, limit: str, now_ms: int) -> bool:
    """Windows are fixed and start with the minute; a throttled call counts too."""
    window = (limit, now_ms // WINDOW_MS)
    account.windows = {key: count for key, count in account.windows.items() if key[1] == window[1]}
    account.windows[window] = account.windows.get(window, 0) + 1
    return account.windows[window] <= account.config["limits"][limit]


def _throttled() -> Reply:
    """Without Retry-After: the release does not switch it on."""
    return Reply(429, b"Retry later\n", {"content-type": "text/plain"})
