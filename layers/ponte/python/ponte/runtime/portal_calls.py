"""Calling a portal: its rate bucket and circuit, its token (renewed under a lock), its new address after a rename."""

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Self
from urllib.parse import urlsplit

from ponte.bitrix24 import errors, setup
from ponte.bitrix24.client import Bitrix24Client
from ponte.bitrix24.requests import RestCall
from ponte.clock import Clock
from ponte.exchange import Classify
from ponte.mappings import Portal
from ponte.outcome import Blocked, Expired, Moved, Outcome, Succeeded, Transient, Unknown, is_outage
from ponte.runtime.observability import OutcomeLog
from ponte.storage import keys
from ponte.storage.buckets import Buckets
from ponte.storage.circuits import QUESTION_S, STILL_OPEN, Turn
from ponte.storage.directory import Directory
from ponte.storage.grants import Grant, Grants, Tokens
from ponte.storage.secrets import Secrets

RENEW_BEFORE_S = 300
LOCKED_WAIT_S = 2.0
LOCKED_STEP_MS = 200
STORE_TRIES = 6
STORE_STEP_MS = 100
NOTE_MS = 300_000
LATE_S = 0.5  # a call is not started with less of the caller's time left


class PortalCalls:
    """One per container; safe for many threads. owner: a new unique name per lock."""

    def __init__(
        self,
        client: Bitrix24Client,
        grants: Grants,
        directory: Directory,
        buckets: Buckets,
        secrets: Secrets,
        clock: Clock,
        owner: Callable[[], str],
        log: OutcomeLog,
    ) -> None:
        self._client = client
        self._grants = grants
        self._directory = directory
        self._buckets = buckets
        self._secrets = secrets
        self._clock = clock
        self._owner = owner
        self._log = log
        self._noted_ms: dict[str, int] = {}
        self._chat = ""

    def for_chat(self, chat: str) -> Self:
        """The same, on behalf of one chat: the circuit breaker tells a chat that always fails from a portal that is
        down. chat: a stable word without personal data."""
        mine = copy.copy(self)
        mine._chat = chat
        return mine

    def call(
        self,
        portal: Portal,
        call: RestCall,
        timeout_seconds: float,
        classify: Classify = errors.classify,
        *,
        reserve: int = 0,
    ) -> Outcome:
        """One REST call as this portal's installation; at most one token renewal and one move are tried with it.

        timeout_seconds: for all of it, a wait for our turn included; a call is not started after it, since nobody would
        be there to keep its outcome. (A renewal is never cut short: its refresh token would be lost.) reserve: tokens
        of the portal's rate to leave to live traffic. Such a background call is no traffic itself: it must not keep an
        idle portal's token alive.
        """
        deadline_ms = self._clock.now_ms() + round(timeout_seconds * 1000)
        bucket = keys.bucket("b24", portal.member_id)
        turn = self._buckets.enter(bucket, portal.rate, self._chat, reserve=reserve)
        if turn.wait:
            return turn.refusal()
        self._note_traffic(portal, reserve)
        grant = self._usable(portal)
        if not isinstance(grant, Grant):
            return _not_asked(grant)
        renewed = moved = False
        while True:
            left = (deadline_ms - self._clock.now_ms()) / 1000
            if turn.is_trial and left >= LATE_S:
                turn = replace(turn, is_trial=False)
                if not self._is_there(portal, grant, turn, left):
                    return STILL_OPEN
                left = (deadline_ms - self._clock.now_ms()) / 1000
            if left < LATE_S:
                return Transient("late", 1, counts=False)
            outcome = self._client.rest(portal.client_endpoint, grant.access_token, call, left, classify)
            self._report(portal, turn, outcome)
            match outcome:
                case Expired() | Blocked("invalid_token" | "no_auth_found") if not renewed:
                    renewed = True  # a token that another worker replaced is refused by these words too
                    newer = self.renew(portal, grant)
                    if not isinstance(newer, Grant):
                        return _not_asked(newer)
                    grant = newer
                case Moved(location) if not moved:
                    moved = True
                    portal = self._directory.rename(portal, urlsplit(location).netloc)
                    self._log("bitrix24_portal", "renamed", portal.member_id)
                case Transient("query_limit_exceeded" | "http_429", wait_seconds):
                    self._buckets.hold(turn.key, portal.rate, wait_seconds or 1)
                    return outcome
                case Expired():
                    return Blocked("expired_token")
                case _:
                    return outcome

    def _is_there(self, portal: Portal, grant: Grant, turn: Turn, left: float) -> bool:
        """A trial's harmless question. Yes closes nothing yet: the call itself has to be answered."""
        question = self._client.rest(
            portal.client_endpoint, grant.access_token, setup.app_info(), min(left, QUESTION_S)
        )
        if is_outage(question):
            self._report(portal, turn, question)
            return False
        return True

    def _report(self, portal: Portal, turn: Turn, outcome: Outcome) -> None:
        change = self._buckets.circuits.report(turn, outage=is_outage(outcome))
        if change == "opened":
            self._log("bitrix24_portal", "circuit_opened", portal.member_id)
        elif change == "closed":
            self._log("bitrix24_portal", "circuit_closed", portal.member_id)

    def _note_traffic(self, portal: Portal, reserve: int) -> None:
        """The hourly schedule renews portals in use; each container says so at most every five minutes."""
        now = self._clock.now_ms()
        if not reserve and now - self._noted_ms.get(portal.member_id, 0) > NOTE_MS:
            self._noted_ms[portal.member_id] = now
            self._grants.note_traffic(portal.member_id, now)

    def _usable(self, portal: Portal) -> Grant | Outcome:
        grant = self._grants.cached(portal)
        if grant is None:
            return Blocked("no_grant")
        left = grant.expires_at - self._clock.now_ms() / 1000
        if left >= RENEW_BEFORE_S:
            return grant
        newer = self.renew(portal, grant)
        if isinstance(newer, Transient | Unknown) and left > 5:
            return grant  # still good for this call; the next one tries to renew again
        return newer

    def renew(self, portal: Portal, used: Grant) -> Grant | Outcome:
        """A grant newer than `used`: somebody else's, or ours by using the refresh token, once, under the lock."""
        member_id = portal.member_id
        found = self._grants.read(member_id)
        if found is None:
            return Blocked("no_grant")
        current, grant = found
        if current.status != "active":
            return Blocked(f"portal_{current.status}")
        if grant.version != used.version:
            return grant
        owner = self._owner()
        if not self._grants.lock(member_id, grant.version, owner):
            return self._await_other(portal, used)
        secrets = self._secrets.read()
        outcome = self._client.refresh(
            current.server_endpoint, secrets.client_id, secrets.client_secret, grant.refresh_token
        )
        match outcome:
            case Succeeded(result):
                expires_at = self._clock.now_ms() // 1000 + int(result["expires_in"])
                tokens = Tokens(str(result["access_token"]), str(result["refresh_token"]), expires_at)
                stored = self._store(member_id, grant.version, owner, tokens)
                self._log("bitrix24_token", "renewed" if stored else "renewal_lost", member_id)
                self._follow(current, str(result.get("domain", "")))
            case Blocked(code) | Unknown(code) | Transient(code):
                self._grants.unlock(member_id, owner)
                again = self._grants.read(member_id)
                if again and again[1].version != used.version:
                    return again[1]
                self._log("bitrix24_token", "renewal_failed", member_id, code)
                if code == "invalid_grant":
                    self._grants.set_status(member_id, "reauth")
                    self._log("bitrix24_token", "reauth", member_id)
                    self._directory.forget()
                    return Blocked("portal_reauth")
                return outcome
            case _:
                self._grants.unlock(member_id, owner)
                return outcome
        newest = self._grants.read(member_id)
        return newest[1] if newest else Blocked("no_grant")

    def _store(self, member_id: str, version: int, owner: str, tokens: Tokens) -> bool:
        """The new pair exists nowhere else, the old one is used up: a store that is away is asked again and again."""
        for n in range(STORE_TRIES):
            try:
                return self._grants.store(member_id, version, owner, tokens)
            except Exception:  # of the store or of KMS; told by the log when the last try fails too
                self._log("bitrix24_token", "store_failed", member_id)
                if n == STORE_TRIES - 1:
                    raise
                self._clock.sleep_ms(STORE_STEP_MS * 2**n)
        return False

    def _await_other(self, portal: Portal, used: Grant) -> Grant | Outcome:
        """Somebody else renews: look again for a while."""
        for _ in range(int(LOCKED_WAIT_S * 1000) // LOCKED_STEP_MS):
            self._clock.sleep_ms(LOCKED_STEP_MS)
            found = self._grants.read(portal.member_id)
            if found and found[1].version != used.version:
                return found[1]
        return Transient("token_locked", LOCKED_WAIT_S, counts=False)

    def _follow(self, portal: Portal, domain: str) -> None:
        if domain and domain != portal.domain:
            self._directory.rename(portal, domain)


def _not_asked(outcome: Outcome) -> Outcome:
    """The OAuth server's trouble: the portal took nothing, so the fate of the call is not unknown."""
    return Transient(f"oauth_{outcome.code}", counts=False) if isinstance(outcome, Unknown) else outcome
