"""The SQL by which an office's database calls the bridge: the files beside this one, and one statement with a secret.

`install.sql` makes schema, function and triggers and holds neither address nor secret, so that it may be kept, shown
and run again. `target` says where calls go; it is run after it, and again whenever address or secret changes.
`uninstall.sql` takes all of it away.
"""

import re
from importlib.resources import files

TIMEOUT_MS = 5000
"""What the bridge asks pg_net to wait; pg_net never repeats a call."""

_URL = re.compile(r"https://[A-Za-z0-9.\-]+(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~\-/]*)?")
_LOOPBACK = re.compile(r"http://(?:127\.0\.0\.1|localhost)(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~\-/]*)?")
_SECRET = re.compile(r"[!-~]{32,512}")


def install_script() -> str:
    return _read("install.sql")


def uninstall_script() -> str:
    return _read("uninstall.sql")


def target(url: str, secret: str, timeout_ms: int = TIMEOUT_MS) -> str:
    """The statement that sets or replaces address and secret, without touching the triggers.

    url: ".../webhooks/zattar/{tenant}", https but on loopback. secret: 32 to 512 printable ASCII signs without blanks.
    Raises ValueError for anything else.
    """
    if not (_URL.fullmatch(url) or _LOOPBACK.fullmatch(url)):
        raise ValueError("url")
    if not _SECRET.fullmatch(secret):
        raise ValueError("secret")
    if not 1000 <= timeout_ms <= 10_000:
        raise ValueError("timeout_ms")
    return (
        "insert into ponte.database_webhook (url, secret, timeout_ms)\n"  # noqa: S608 - both are checked and escaped
        f"    values ({_literal(url)}, {_literal(secret)}, {timeout_ms})\n"
        "    on conflict (only_row) do update\n"
        "    set url = excluded.url, secret = excluded.secret, timeout_ms = excluded.timeout_ms;\n"
    )


def _literal(value: str) -> str:
    """A string literal whatever standard_conforming_strings says: quotes doubled, backslashes escaped."""
    escaped = value.replace("\\", "\\\\").replace("'", "''")
    return f"E'{escaped}'"


def _read(name: str) -> str:
    return (files("ponte.zattar") / "sql" / name).read_text(encoding="utf-8")
