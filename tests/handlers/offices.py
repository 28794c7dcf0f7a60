"""One office as its webhooks know it: the secrets that events/{zattar,chatwoot}_webhook/*.json are sent with."""

from typing import Any

from ponte.runtime import wiring
from ponte.storage.offices import Chatwoot, Office, Zattar

TENANT = "zattar-advogados"
ACCOUNT = 7
SENT_MS = 1_781_701_269_000  # the samples' X-Chatwoot-Timestamp
DATABASE_SECRET = "database-secret-of-the-samples"
SIGNING_SECRET = "whsec-fixture-8Zr2kQ"
PATH_SECRET = "path-secret-of-the-samples-0123456789"
SERVICE_KEY, API_TOKEN = "service-key-in-clear", "api-token-in-clear"


class Stopped:
    """A clock that stands at the samples' time, whose signatures are good for five minutes."""

    def now_ms(self) -> int:
        return SENT_MS

    def sleep_ms(self, _ms: int) -> None:
        """Nobody waits here."""


def chatwoot(**changes: Any) -> Chatwoot:
    fields: dict[str, Any] = {
        "host": "chat.zattar.example",
        "account_id": ACCOUNT,
        "token": API_TOKEN,
        "secrets": (SIGNING_SECRET,),
        "path_secrets": (PATH_SECRET,),
    }
    return Chatwoot(**{**fields, **changes})


def put_office(account: Chatwoot | None = None, *, connected: bool = True) -> None:
    """As an operator's command does; a door that runs already sees it with its next reading."""
    zattar = Zattar("abcdefghijklmnop.supabase.co", SERVICE_KEY, (DATABASE_SECRET,))
    wiring.offices().put(Office(TENANT, "Zattar Advogados", zattar, (account or chatwoot()) if connected else None))
