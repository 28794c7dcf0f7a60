"""The stack's own secrets: one Secrets Manager JSON, cached, re-read once a minute at most when a secret did not match.

Shape: {"meta": {"app_secrets": [..], "verify_tokens": [..], "access_token": ".."},
        "bitrix24": {"client_id": "..", "client_secret": ".."}}. Two app secrets are valid at once, for rotation.
Stdlib and the given client only: the ingress functions import this.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from ponte.clock import Clock
from ponte.errors import Misconfigured

CACHE_MS = 600_000
FORCED_MS = 60_000


@dataclass(frozen=True, slots=True)
class AppSecrets:
    app_secrets: tuple[str, ...]
    verify_tokens: tuple[str, ...]
    access_token: str
    client_id: str
    client_secret: str


class Secrets(Protocol):
    """read: what is known. read_again: a newer reading after a mismatch, None where the last one is too young."""

    def read(self) -> AppSecrets: ...

    def read_again(self) -> AppSecrets | None: ...


class SecretStore:
    """client: boto3's secretsmanager client. arn: asked when the secret is first read; the office bridge never does."""

    def __init__(self, client: Any, arn: Callable[[], str], clock: Clock) -> None:
        self._client = client
        self._arn = arn
        self._clock = clock
        self._known: AppSecrets | None = None
        self._read_ms = 0

    def read(self) -> AppSecrets:
        """Raises Misconfigured where the secret is not of the shape above."""
        now = self._clock.now_ms()
        if self._known is None or now - self._read_ms > CACHE_MS:
            self._known, self._read_ms = self._fetch(), now
        return self._known

    def read_again(self) -> AppSecrets | None:
        """A newer reading after a mismatch, or None where the last one is under a minute old (a forger must not make
        every request cost a call)."""
        now = self._clock.now_ms()
        if self._known is not None and now - self._read_ms < FORCED_MS:
            return None
        self._known, self._read_ms = self._fetch(), now
        return self._known

    def _fetch(self) -> AppSecrets:
        raw = self._client.get_secret_value(SecretId=self._arn())["SecretString"]
        try:
            tree = json.loads(raw)
            meta, bitrix24 = tree.get("meta") or {}, tree.get("bitrix24") or {}
            return AppSecrets(
                app_secrets=tuple(str(s) for s in meta.get("app_secrets", []) if s),
                verify_tokens=tuple(str(s) for s in meta.get("verify_tokens", []) if s),
                access_token=str(meta.get("access_token", "")),
                client_id=str(bitrix24.get("client_id", "")),
                client_secret=str(bitrix24.get("client_secret", "")),
            )
        except (ValueError, AttributeError, TypeError) as error:
            raise Misconfigured("app_secret_shape") from error
