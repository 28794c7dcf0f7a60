"""One history: a seed in, what became of every message out.

People act for some minutes in whatever weather the seed brings. Then the weather turns calm, queues run dry, what was
parked is sent on, and the fakes are read like screens (`invariants`).
"""

from collections.abc import Callable
from typing import Any

from ponte.storage import keys
from ponte.storage.directory import portal_of
from ponte.storage.evaluation import key_of
from ponte.storage.grants import Grants, Tokens
from ponte.storage.ledger import Ledger
from ponte.storage.secrets import AppSecrets
from ponte.storage.table import Put, Update
from sandbox.calls import Fake
from sandbox.fakes.bitrix24 import FakeBitrix24
from sandbox.fakes.meta import FakeMeta
from sandbox.fakes.oauth import FakeOAuth
from sandbox.memory.table import MemoryTable
from sandbox.seed import core_items
from sandbox.simulate import town as towns
from sandbox.simulate.bundle import BITRIX24_PATH, FLOWS, META_PATH, Land, PonteBundle
from sandbox.simulate.ground import DOOR_S, START_MS, SWEEP_MS, Ground
from sandbox.simulate.lambdas import Bundle
from sandbox.simulate.people import People
from sandbox.simulate.ports import PlainCipher
from sandbox.simulate.providers import Posts
from sandbox.simulate.town import Customer

ROUNDS = 3
WITH_FILES = 0.12
HEAL_MS = 900_000

type MakeBundle = Callable[[Land, str], Bundle]


class WatchedTable(MemoryTable):
    """The Message table, in which a receipt's rank must never fall."""

    def __init__(self) -> None:
        super().__init__()
        self.fallen = 0

    def _apply(self, write: Any) -> None:
        if isinstance(write, Update) and not any(name.startswith("rk") for name in write.set):
            super()._apply(write)
            return
        key = key_of(write)
        before = self._items.get(key, {})
        super()._apply(write)
        after = self._items.get(key, {})
        self.fallen += sum(1 for name, rank in before.items() if name.startswith("rk") and after.get(name, 99) < rank)


class History(Ground):
    """Everything of one seed."""

    ledger: WatchedTable

    def __init__(self, seed: int, make_bundle: MakeBundle = PonteBundle, *, is_plain: bool = False) -> None:
        """is_plain: texts of new acquaintances, for bundles that move nothing else."""
        super().__init__(seed, WatchedTable())
        self.town = towns.draw(self.rng, START_MS // 1000, is_plain=is_plain)
        self._settle(self.town.scenario)
        for item in core_items(self.world.scenario, PlainCipher()):
            self.tables.core.write(Put(item))
        self._make_bundle = make_bundle
        for name in FLOWS:
            self._deploy(name, fifo=name != "whatsapp_statuses")
        self.platform.add("meta_webhook", DOOR_S, lambda bundle: bundle.doors[META_PATH])
        self.platform.add("bitrix24_webhook", DOOR_S, lambda bundle: bundle.doors[BITRIX24_PATH])
        self._deploy_schedules(("sweep_spill", "refresh_bitrix24_tokens", "redrive", "heal_gaps"))
        fakes: dict[str, Fake] = {
            "meta": FakeMeta(self.world),
            "bitrix24": FakeBitrix24(self.world),
            "oauth": FakeOAuth(self.world),
        }
        secrets = AppSecrets((towns.APP_SECRET,), ("verify",), "graph-token", towns.CLIENT_ID, towns.CLIENT_SECRET)
        self.land = self._land(fakes, secrets)
        self.posts = Posts(self.scheduler, self.rng, self.weather, self.platform, self.world)
        with_files = 0.0 if is_plain else WITH_FILES
        self.people = People(self.scheduler, self.rng, self.world, self.posts, self.platform, self.weather, with_files)

    def _container(self, function: str) -> Bundle:
        return self._make_bundle(self.land, function)

    def _populate(self) -> None:
        people, rng = self.people, self.rng
        lines = {
            line["phone_number_id"]: (portal, line["line"])
            for portal in self.world.portals
            for line in portal.config["lines"]
        }
        for portal in self.world.portals:
            people.automatic_texts(portal)
            if rng.random() < 0.08:
                people.act(lambda portal=portal: people.renamer(portal))  # type: ignore[misc]
        begun_ms: dict[Customer, int] = {}
        for friend in self.town.friendships:
            portal, line = lines[friend.phone_number_id]
            if not self.town.flood:
                begins_ms = rng.randint(0, 60_000)
                if rng.random() < 0.5:  # who writes to several numbers often does so at once
                    begins_ms = begun_ms.get(friend.customer, begins_ms)
                begun_ms[friend.customer] = begins_ms
                people.act_after(begins_ms, lambda friend=friend: people.customer(friend))  # type: ignore[misc]
            people.act(lambda f=friend, p=portal, n=line: people.operator(p, f, n), 60_000)  # type: ignore[misc]
        if self.town.flood:
            people.act(lambda: people.flood(self.town.friendships), 60_000)
        if rng.random() < 0.2:
            people.act(people.forger, 120_000)
        people.act(lambda: people.redriver(list(self.queues.values())))
        systems = ["sqs", "meta:graph.facebook.com", "oauth:oauth.bitrix.info"]
        systems += [f"bitrix24:{portal.config['domain']}" for portal in self.world.portals] * 2
        people.act(lambda: people.trouble(systems))

    def _direct(self) -> None:
        """Wait for the people, calm the weather, let everything run dry; send on what was parked; again."""
        scheduler = self.scheduler
        next_sweep, next_heal = scheduler.now + SWEEP_MS, scheduler.now + self.rng.randint(60_000, HEAL_MS)
        while self.people.busy:
            scheduler.wait(10_000)
            if scheduler.now >= next_heal:
                next_heal += HEAL_MS
                self._schedule("heal_gaps")
            if scheduler.now >= next_sweep:
                next_sweep += SWEEP_MS
                self._schedule("sweep_spill")
                self._schedule("refresh_bitrix24_tokens")
        self.weather.is_over = True
        for _ in range(ROUNDS):
            if not self._run_dry():
                return
            if not Ledger(self.ledger).parked() and not any(queue.dead for queue in self.queues.values()):
                break
            self._reinstall()
            self._redrive()
        self._heal()
        self.at_rest = self._run_dry()

    def _heal(self) -> None:
        """What no door took is found, as soon as it is old enough to be missed; a portal whose grant was lost meanwhile
        is installed again first."""
        for _ in range(3):
            self.scheduler.wait(HEAL_MS)
            self._reinstall()
            self._schedule("heal_gaps")
            if not self._run_dry():
                return

    def _posts_open(self) -> int:
        return self.posts.open

    def _reinstall(self) -> None:
        """An administrator opens the app again where a refresh token was lost on its way."""
        grants = Grants(self.tables.core, PlainCipher(), self.scheduler)
        for portal in self.world.portals:
            item = self.tables.core.get(*keys.portal(portal.config["member_id"]))
            if item is None or item["portal_status"] == "active":
                continue
            config = portal.config
            expires = self.scheduler.now // 1000 + 3600
            own = f"{config['member_id'][:1]}-{expires}"
            config["access_token"], config["refresh_token"] = f"again-{own}", f"again-refresh-{own}"
            portal.access_tokens[config["access_token"]] = expires
            tokens = Tokens(config["access_token"], config["refresh_token"], expires)
            grants.install(portal_of({**item, "portal_status": "active"}), tokens)
