"""The one world behind all fakes: the scenario in force and what has happened since it was put.

A new scenario is a new generation. Calls carry the generation in which they arrived, and one that arrived earlier, or
while the change was going on, has no effect any more.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from sandbox.chatwoot_accounts import AccountState, Job
from sandbox.office_scenario import Tenant
from sandbox.offices import OfficeState
from sandbox.phones import Accepted, Phones
from sandbox.portals import PortalState
from sandbox.scenario import Bitrix24, Media, Meta, Scenario, load
from sandbox.shown_files import Fetched, ShownFiles
from sandbox.webhooks import Webhook

type AcceptedHook = Callable[[Accepted], None]
type JobHook = Callable[[Job], None]
type WebhookHook = Callable[[str, Webhook], None]


def clock_ms() -> int:
    return time.time_ns() // 1_000_000


class World:
    """Live state of the fakes. Take `lock` around anything that reads and then changes it."""

    def __init__(self, now_ms: Callable[[], int] = clock_ms) -> None:
        self.now_ms = now_ms
        self.lock = threading.RLock()
        self.generation = 0
        self.open = True
        self.events_url = ""
        self.install_url = ""
        self.receipts = "manual"
        self.on_accepted: AcceptedHook | None = None
        self.on_job: JobHook | None = None
        self.on_database_webhook: WebhookHook = lambda _table, _webhook: None
        self._fill(load({}, now_ms() / 1000))

    @property
    def meta(self) -> Meta:
        return self.scenario["meta"]

    @property
    def bitrix24(self) -> Bitrix24:
        return self.scenario["bitrix24"]

    @contextmanager
    def changing(self, scenario: Scenario) -> Iterator[None]:
        """Refuse all calls inside the block, then go on with the new scenario in a new generation."""
        with self.lock:
            self.open = False
            self.generation += 1
        try:
            yield
            with self.lock:
                self._fill(scenario)
        finally:
            with self.lock:
                self.open = True

    def is_current(self, generation: int) -> bool:
        return self.open and generation == self.generation

    def next_number(self) -> int:
        self._counter += 1
        return self._counter

    def portal_of_token(self, access_token: str) -> PortalState | None:
        return next((portal for portal in self.portals if access_token in portal.access_tokens), None)

    def portal_of_host(self, host: str) -> PortalState | None:
        """By its address of now or by one it had."""
        for portal in self.portals:
            if host == portal.config["domain"] or host in portal.old_domains:
                return portal
        return None

    def portal_of_member(self, member_id: str) -> PortalState | None:
        return next((portal for portal in self.portals if portal.config["member_id"] == member_id), None)

    def accounts_on(self, host: str) -> list[AccountState]:
        """The Chatwoot accounts of a host."""
        return [account for account in self.accounts if account.config["host"] == host]

    def is_chatwoot_host(self, host: str) -> bool:
        """Whether an account or an integration of the scenario names it."""
        return host in self._chatwoot_hosts

    def chatwoot_path(self, account: AccountState) -> str:
        """Where an account's webhooks without an address of their own go: the route of the tenant that uses it."""
        config = account.config
        for tenant in self.scenario["zattar"]["tenants"]:
            for host, account_id in _integrations(tenant):
                if (host, account_id) == (config["host"], config["account_id"]):
                    route = f"/webhooks/chatwoot/{tenant['tenant']}"
                    return route if account.signs else f"{route}/{tenant.get('path_secret', '')}"
        return ""

    def _emit(
        self, account: AccountState, event: str, record_id: int, changed: tuple[tuple[str, Any, Any], ...] | None
    ) -> None:
        if self.on_job is not None and account.is_told(event):
            self.on_job(Job(account, event, record_id, self.generation, changed))

    def _tell_of_webhook(self, table: str, webhook: Webhook) -> None:
        self.on_database_webhook(table, webhook)

    def _now_us(self) -> int:
        return self.now_ms() * 1000

    def _fill(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.receipts = "manual"
        self.subscribed = True
        self._counter = 0
        self.media: dict[str, Media] = {media["id"]: media for media in scenario["meta"]["media"]}
        self.files = ShownFiles()
        self.fetched: dict[str, Fetched] = {}
        self.phones = Phones()
        self.offices = [
            OfficeState(tenant, self._now_us, self._tell_of_webhook) for tenant in scenario["zattar"]["tenants"]
        ]
        self.portals = [PortalState(portal, self.events_url) for portal in scenario["bitrix24"]["portals"]]
        accounts, tenants = scenario["chatwoot"]["accounts"], scenario["zattar"]["tenants"]
        self.accounts = [AccountState(account, self.now_ms, self._emit) for account in accounts]
        self._chatwoot_hosts = {account["host"] for account in accounts}
        self._chatwoot_hosts |= {host for tenant in tenants for host, _ in _integrations(tenant)}
        for portal in scenario["bitrix24"]["portals"]:
            lines = ((line["connector"], line["line"], line.get("phone_number_id", "")) for line in portal["lines"])
            self.phones.seed(portal, {(connector, line): number for connector, line, number in lines})


def _integrations(tenant: Tenant) -> Iterator[tuple[str, int]]:
    """(host, account_id) of a tenant's rows of type chatwoot; rows may be of any shape."""
    tables = tenant.get("tables")
    rows = tables.get("integracoes") if isinstance(tables, dict) else None
    for row in rows if isinstance(rows, list) else []:
        given = row.get("configuracao") if isinstance(row, dict) and row.get("tipo") == "chatwoot" else None
        if isinstance(given, dict) and isinstance(given.get("api_url"), str):
            account_id = given.get("account_id")
            yield urlsplit(given["api_url"]).netloc.lower(), account_id if isinstance(account_id, int) else 0
