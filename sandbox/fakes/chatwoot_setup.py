"""The fake Chatwoot's profile, inboxes, agents and webhooks."""

from typing import Any
from urllib.parse import urlsplit

from sandbox.calls import Reply, json_reply
from sandbox.chatwoot_accounts import ADMINISTRATOR, DEFAULT_SUBSCRIPTIONS, AccountState, Row, User
from sandbox.fakes.chatwoot_contacts import Handle
from sandbox.fakes.chatwoot_errors import Asked, invalid, not_found, number

SUBSCRIPTIONS = {
    *DEFAULT_SUBSCRIPTIONS,
    *("conversation_typing_on", "conversation_typing_off", "inbox_created", "inbox_updated"),
}


def profile(user: User, token: str, accounts: list[AccountState]) -> Reply:
    """A user with the accounts of the host that it is a member of; bots have none."""
    member = [
        {
            "id": account.config["account_id"],
            "name": account.config["name"],
            "role": found.role,
            "availability": "online",
            "availability_status": "online",
            "auto_offline": False,
        }
        for account in accounts
        if (found := account.user(token)) is not None
    ]
    answer = {"access_token": token, "pubsub_token": f"pubsub-user-{user.id}", "id": user.id, "name": user.name}
    return json_reply(200, {**answer, "email": user.email, "accounts": member}, took_effect=True)


def inboxes(asked: Asked) -> Reply:
    return json_reply(200, {"payload": [_inbox(asked, one) for one in asked.account.config["inboxes"]]})


def inbox(asked: Asked) -> Reply:
    return json_reply(200, _inbox(asked, asked.inbox(asked.ids[0])))


def _inbox(asked: Asked, row: Row) -> Row:
    """Secrets are for administrators, and for releases that have them."""
    view = {
        "id": row["id"],
        "avatar_url": "",
        "channel_id": row["id"],
        "name": row["name"],
        "channel_type": row["channel_type"],
        "enable_auto_assignment": bool(row.get("enable_auto_assignment")),
        "lock_to_single_conversation": bool(row.get("lock_to_single_conversation")),
    }
    if row["channel_type"] == "Channel::Api":
        view |= {"webhook_url": row.get("webhook_url"), "inbox_identifier": row.get("inbox_identifier")}
        if asked.user is not None and asked.user.role == ADMINISTRATOR:
            view["hmac_token"] = row.get("hmac_token")
            view |= {"secret": row.get("secret")} if asked.account.is_since(4, 13, 0) else {}
    return view


def agents(asked: Asked) -> Reply:
    account_id = asked.account.config["account_id"]
    rows = [
        {
            "id": one["id"],
            "account_id": account_id,
            "availability_status": one["availability_status"],
            "auto_offline": False,
            "confirmed": True,
            "email": one["email"],
            "available_name": one["name"],
            "name": one["name"],
            "role": one["role"],
            "thumbnail": "",
        }
        for one in asked.account.config["agents"]
    ]
    return json_reply(200, rows)


def webhooks(asked: Asked) -> Reply:
    asked.need_administrator()
    rows = [_webhook(asked, one) for one in asked.account.config["webhooks"]]
    return json_reply(200, {"payload": {"webhooks": rows}})


def create_webhook(asked: Asked) -> Reply:
    """The secret is the server's choice; url and events are checked."""
    asked.need_administrator()
    given = _given(asked)
    account = asked.account
    row: Row = {"id": account.next_id(), "subscriptions": list(DEFAULT_SUBSCRIPTIONS), **given}
    _check_webhook(asked, row)
    row["secret"] = account.token("whsec") if account.signs else None
    account.config["webhooks"].append(row)
    return json_reply(200, {"payload": {"webhook": _webhook(asked, row)}})


def update_webhook(asked: Asked) -> Reply:
    asked.need_administrator()
    row = _row(asked)
    changed = {**row, **_given(asked)}
    _check_webhook(asked, changed)
    row.update(changed)
    return json_reply(200, {"payload": {"webhook": _webhook(asked, row)}})


def delete_webhook(asked: Asked) -> Reply:
    asked.need_administrator()
    asked.account.config["webhooks"].remove(_row(asked))
    return Reply(200, b"", {"content-type": "application/json"}, took_effect=True)


def _row(asked: Asked) -> Row:
    wanted = number(asked.ids[0])
    if row := next((one for one in asked.account.config["webhooks"] if one["id"] == wanted), None):
        return row
    raise not_found()


def _given(asked: Asked) -> Row:
    body: Any = asked.body.get("webhook")
    body = body if isinstance(body, dict) else asked.body
    return {name: body[name] for name in ("url", "name", "subscriptions") if name in body}


def _check_webhook(asked: Asked, row: Row) -> None:
    faults = []
    url = str(row.get("url") or "")
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc:
        faults.append(("url", "Url is invalid"))
    if any(one.get("url") == url and one["id"] != row["id"] for one in asked.account.config["webhooks"]):
        faults.append(("url", "Url has already been taken"))
    names = row["subscriptions"]
    if not isinstance(names, list) or not names or not {str(name) for name in names} <= SUBSCRIPTIONS:
        faults.append(("subscriptions", "Subscriptions Invalid events"))
    if faults:
        raise invalid(faults)


def _webhook(asked: Asked, row: Row) -> Row:
    view = {
        "id": row["id"],
        "name": row.get("name"),
        "url": row.get("url"),
        "account_id": asked.account.config["account_id"],
        "subscriptions": row["subscriptions"],
    }
    return {**view, "secret": row["secret"]} if asked.account.signs else view


ROUTES: dict[tuple[str, str], Handle] = {
    ("GET", "/inboxes"): inboxes,
    ("GET", "/inboxes/#"): inbox,
    ("GET", "/agents"): agents,
    ("GET", "/webhooks"): webhooks,
    ("POST", "/webhooks"): create_webhook,
    ("PUT", "/webhooks/#"): update_webhook,
    ("PATCH", "/webhooks/#"): update_webhook,
    ("DELETE", "/webhooks/#"): delete_webhook,
}
