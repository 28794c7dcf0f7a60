"""One history of law offices: a seed in, what both systems show of each person out.

Staff edit people in Zattar and agents edit contacts in Chatwoot for some minutes, in whatever weather the seed brings.
Then the weather turns calm, queues run dry, everybody is looked at as `ponte offices sync` does, a few times over, and
the fakes are read (`office_invariants`).
"""

from ponte.queue.sqs import SqsQueue
from ponte.runtime.office_looks import look
from ponte.storage.ledger import Ledger
from ponte.storage.links import Links
from ponte.storage.offices import Offices
from ponte.storage.secrets import AppSecrets
from ponte.storage.table import Put
from ponte.zattar.values import Tipo
from sandbox.calls import Fake
from sandbox.fakes.chatwoot import FakeChatwoot
from sandbox.fakes.supabase import FakeSupabase
from sandbox.memory.table import MemoryTable
from sandbox.office_seed import office_items
from sandbox.simulate import office_town
from sandbox.simulate.ground import DOOR_S, START_MS, SWEEP_MS, Ground
from sandbox.simulate.lambdas import Bundle
from sandbox.simulate.office_bundle import OFFICE_DOORS, OFFICE_FLOWS, OfficeBundle
from sandbox.simulate.office_people import OfficePeople
from sandbox.simulate.office_posts import OfficePosts
from sandbox.simulate.office_watch import Person, Watch
from sandbox.simulate.ports import Heard, PlainCipher

ROUNDS = 3
LOOKS = 3  # at everybody; what the last of them still writes is a violation


class OfficeHistory(Ground):
    """Everything of one seed. looks: how many writes of ours each look at everybody took."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed, MemoryTable())
        self.town = office_town.draw(self.rng)
        self._settle(self.town.scenario)
        for item in office_items(self.world.scenario, PlainCipher(), START_MS):
            self.tables.core.write(Put(item))
        for name in OFFICE_FLOWS:
            self._deploy(name, fifo=True)
        for door in OFFICE_DOORS:
            self.platform.add(door, DOOR_S, lambda bundle, name=door: bundle.doors[name])  # type: ignore[misc]
        self._deploy_schedules(("sweep_spill", "redrive"))
        fakes: dict[str, Fake] = {"chatwoot": FakeChatwoot(self.world), "supabase": FakeSupabase(self.world)}
        self.land = self._land(fakes, AppSecrets((), (), "", "", ""))
        self.watch = Watch(self.world, self.scheduler, self._is_calm)
        self.links = Links(self.tables.core)
        self.heard: list[Heard] = []
        self.land.strait.heard = self.heard.append
        self.posts = OfficePosts(self.scheduler, self.rng, self.weather, self.platform, self.world)
        self.people = OfficePeople(
            self.scheduler,
            self.rng,
            self.world,
            self.posts,
            self.platform,
            self.weather,
            self.watch,
            Offices(self.tables.core, PlainCipher(), self.scheduler),
        )
        self.looks: list[int] = []

    def everybody(self) -> list[Person]:
        """Whom an office has in its tables, and whom a link says that it had."""
        linked = [
            (str(item["tenant"]), str(item["tipo"]), int(item["entity_id"]))
            for item in self.tables.core.scan(10_000)[0]
            if "contact_mark" in item
        ]
        there = [
            (office.config["tenant"], tipo, int(row["id"]))
            for office in self.world.offices
            for table, tipo in office_town.TABLES.items()
            for row in office.database.rows[table]
        ]
        return sorted({*linked, *there})

    def _container(self, function: str) -> Bundle:
        return OfficeBundle(self.land, self.watch, function)

    def _is_calm(self) -> bool:
        queued = any(len(queue) for queue in self.queues.values())
        return not (queued or self.posts.open or self.platform.running or list(self.store.keys("spill/")))

    def _posts_open(self) -> int:
        return self.posts.open

    def _populate(self) -> None:
        people, rng = self.people, self.rng
        systems = ["sqs"]
        for office, account, values in zip(self.world.offices, self.world.accounts, self.town.values, strict=True):
            systems += [f"chatwoot:{account.config['host']}", f"supabase:{office.config['supabase_host']}"]
            people.act(lambda o=office, v=values: people.staff(o, v), 60_000)  # type: ignore[misc]
            people.act(lambda a=account, v=values: people.agent(a, v), 60_000)  # type: ignore[misc]
            people.act(lambda o=office, a=account, v=values: people.both(o, a, v), 60_000)  # type: ignore[misc]
            if rng.random() < 0.1:
                people.act(lambda o=office, a=account: people.locksmith(o, a))  # type: ignore[misc]
            if rng.random() < 0.1:
                people.act(lambda o=office: people.operator(o))  # type: ignore[misc]
            if rng.random() < 0.2:
                people.act(lambda o=office, a=account: people.forger(o, a), 120_000)  # type: ignore[misc]
        people.act(lambda: people.redriver(list(self.queues.values())))
        people.act(lambda: people.trouble(systems))

    def _direct(self) -> None:
        """Wait for the people, calm the weather, let everything run dry; send on what was parked; look at everybody."""
        scheduler = self.scheduler
        next_sweep = scheduler.now + SWEEP_MS
        while self.people.busy:
            scheduler.wait(10_000)
            if scheduler.now >= next_sweep:
                next_sweep += SWEEP_MS
                self._schedule("sweep_spill")
        self.weather.is_over = True
        for _ in range(ROUNDS):
            if not self._run_dry():
                return
            if not Ledger(self.ledger).parked() and not any(queue.dead for queue in self.queues.values()):
                break
            self._redrive()
        for _ in range(LOOKS):
            before = self.watch.writes
            self._look_at_everybody()
            if not self._run_dry():
                return
            self.looks.append(self.watch.writes - before)
        self.at_rest = True

    def _look_at_everybody(self) -> None:
        """As `ponte offices sync` asks for it, each person once."""
        queue = self.queues["zattar_events"]
        ways = SqsQueue(self.sqs, queue.url, "zattar_events", self.store, self.scheduler, lambda *_: None)
        now = self.scheduler.now
        for tenant, tipo, entity_id in self.everybody():
            ways.send([look(tenant, Tipo(tipo), entity_id, str(now), now)], fifo=True)
        self.stirred(queue.url)
