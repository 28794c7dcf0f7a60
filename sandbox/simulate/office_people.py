"""Who acts in an office's history: staff who edit people in Zattar, agents who edit contacts in Chatwoot, at once too;
somebody who merges and deletes, who changes keys, who redrives, who forges."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from random import Random
from typing import Any

from ponte.storage.offices import Offices
from sandbox.calls import Call
from sandbox.chatwoot_accounts import AccountState
from sandbox.chatwoot_posts import signed, wire
from sandbox.chatwoot_talk_views import contact_data
from sandbox.fakes.chatwoot import FakeChatwoot
from sandbox.fakes.postgrest_errors import PostgrestError
from sandbox.memory.sqs import MemoryQueue
from sandbox.offices import OfficeState
from sandbox.simulate.actors import Actors
from sandbox.simulate.lambdas import Platform
from sandbox.simulate.office_posts import OfficePosts
from sandbox.simulate.office_reading import ROLES, Row
from sandbox.simulate.office_town import PARTS, Values, person
from sandbox.simulate.office_watch import Watch
from sandbox.simulate.scheduler import Scheduler
from sandbox.simulate.weather import Weather
from sandbox.webhooks import Webhook
from sandbox.world import World

FORGED_ISO, FORGED_US, FORGED_MS = "1999-01-01T00:00:00.000Z", "915148800000000", "915148800000"
ABROAD = "+351912345"  # Zattar has no place for it


class OfficePeople(Actors):
    """Staff in Zattar, agents in Chatwoot, and who keeps the keys."""

    def __init__(
        self,
        scheduler: Scheduler,
        rng: Random,
        world: World,
        posts: OfficePosts,
        platform: Platform,
        weather: Weather,
        watch: Watch,
        offices: Offices,
    ) -> None:
        super().__init__(scheduler, rng)
        self._world = world
        self._posts = posts
        self._platform = platform
        self._weather = weather
        self._watch = watch
        self._offices = offices
        self._chatwoot = FakeChatwoot(world)

    def staff(self, office: OfficeState, values: Values) -> None:
        """Somebody who works in Zattar."""
        for _ in range(self._rng.randint(2, 6)):
            self._pause()
            table, row = self._anybody(office)
            if row is None or self._rng.random() < 0.12:
                self._insert(office, values)
            elif self._rng.random() < 0.06:
                office.database.delete(table, [row])
            else:
                self.edit_row(office, values, table, row)

    def agent(self, account: AccountState, values: Values) -> None:
        """Somebody who works in Chatwoot."""
        for _ in range(self._rng.randint(2, 6)):
            self._pause()
            contacts = list(account.contacts.values())
            if not contacts:
                return
            contact = self._rng.choice(contacts)
            drawn = self._rng.random()
            if drawn < 0.08:
                self._merge(account, contacts, contact)
            elif drawn < 0.13:
                self._call(account, "DELETE", f"/contacts/{contact['id']}", {})
            elif drawn < 0.18:
                fields = {"name": values.name(), "phone_number": values.international(values.mobile())}
                self._call(account, "POST", "/contacts", fields)
            else:
                self.edit_contact(account, values, contact)

    def both(self, office: OfficeState, account: AccountState, values: Values) -> None:
        """Two colleagues with one person at the same moment, each on their side."""
        for _ in range(self._rng.randint(1, 3)):
            self._pause()
            table, row = self._anybody(office)
            if row is None:
                return
            identifier = f"zattar_{ROLES[table]}_{row['id']}"
            contact = next((one for one in account.contacts.values() if one.get("identifier") == identifier), None)
            if contact is None:
                continue
            what = self._rng.choice(("email", "phone", "name"))
            acts = [
                partial(self.edit_row, office, values, table, row, what),
                partial(self.edit_contact, account, values, contact, what),
            ]
            self._rng.shuffle(acts)
            acts[0]()
            self._scheduler.wait(self._rng.choice((0, self._rng.randint(1, 300), self._rng.randint(300, 8_000))))
            acts[1]()

    def edit_row(self, office: OfficeState, values: Values, table: str, row: Row, what: str = "") -> None:
        if office.database.by_id(table, row["id"]) is not row:
            return
        rng = self._rng
        changes: Row = {}
        match what or rng.choice(("email", "email", "phone", "phone", "name", "other", "document")):
            case "email":
                changes["emails"] = rng.choice(
                    ([values.email().upper()], [values.email(), *(row["emails"] or [])], (row["emails"] or [])[1:])
                )
            case "phone":
                pair = "celular" if rng.random() < 0.8 else "comercial"
                ddd, number = values.pair(values.mobile()) if rng.random() < 0.8 else (None, None)
                if rng.random() < 0.12:  # somebody else's: a family has one telephone
                    other = self._anybody(office)[1] or row
                    ddd, number = other[f"ddd_{pair}"], other[f"numero_{pair}"]
                changes = {f"ddd_{pair}": ddd, f"numero_{pair}": number}
            case "name":
                changes["nome"] = rng.choice((values.name(), row["nome"].upper(), row["nome"].lower()))
            case "other" if table == "terceiros" and rng.random() < 0.5:
                changes["tipo_parte"] = rng.choice(PARTS)
            case "other":
                trade = "nome_fantasia" if table == "terceiros" else "nome_social_fantasia"
                changes[trade] = rng.choice((None, values.name()))
            case _:
                changes["cpf"] = f"{rng.randrange(10**11):011d}"
        office.database.update(table, [row], changes)

    def edit_contact(self, account: AccountState, values: Values, contact: Row, what: str = "") -> None:
        if account.contacts.get(contact["id"]) is not contact:
            return
        rng, at = self._rng, f"/contacts/{contact['id']}"
        labels = list(contact.get("labels") or [])
        match what or rng.choice(("email", "email", "phone", "phone", "name", "labels", "attributes", "label lost")):
            case "email":
                email = rng.choice((values.email().upper(), values.email(), ""))
                self._call(account, "PUT", at, {"email": email})
            case "phone":
                phone = rng.choice((values.international(values.mobile()), values.international(values.mobile()), ""))
                if rng.random() < 0.06:
                    phone = f"{ABROAD}{rng.randrange(1000):03d}"
                self._call(account, "PUT", at, {"phone_number": phone})
            case "name":
                name = str(contact.get("name") or "")
                self._call(account, "PUT", at, {"name": rng.choice((values.name(), name.lower(), name.title()))})
            case "labels":
                self._call(account, "POST", f"{at}/labels", {"labels": [*labels, f"caso-{values.serial()}"]})
            case "label lost":
                kept = [label for label in labels if rng.random() < 0.6]
                self._call(account, "POST", f"{at}/labels", {"labels": kept})
            case _:
                attributes = rng.choice(
                    ({"origem": f"campanha {values.serial()}"}, {"tipo_entidade": "outro"}, {"entidade_id": 999})
                )
                self._call(account, "PUT", at, {"custom_attributes": attributes})

    def locksmith(self, office: OfficeState, account: AccountState) -> None:
        """Chatwoot's token is replaced, and the one in Zattar's table some moments before or after."""
        self._scheduler.wait(self._rng.randint(5_000, 200_000))
        new, database = f"{account.config['api_key']}-new", office.database
        steps: list[Callable[[], object]] = [
            lambda: account.config.__setitem__("api_key", new),
            lambda: database.update(
                "integracoes",
                database.rows["integracoes"][:1],
                {"configuracao": {**database.rows["integracoes"][0]["configuracao"], "api_key": new}},
            ),
        ]
        self._rng.shuffle(steps)
        steps[0]()
        self._scheduler.wait(self._rng.choice((0, self._rng.randint(1, 30_000))))
        steps[1]()

    def operator(self, office: OfficeState) -> None:
        """The database's service key is replaced, and told to Ponte."""
        self._scheduler.wait(self._rng.randint(5_000, 200_000))
        tenant, new = office.config["tenant"], f"{office.config['service_key']}-new"
        office.config["service_key"] = new
        self._scheduler.wait(self._rng.choice((0, self._rng.randint(1, 30_000))))
        self._offices.change(tenant, lambda now: replace(now, zattar=replace(now.zattar, key=new)))

    def redriver(self, queues: list[MemoryQueue]) -> None:
        """Sends parked events on and dead letters back, at any time."""
        for _ in range(self._rng.randint(0, 3)):
            self._scheduler.wait(self._rng.randint(1_000, 200_000))
            self._platform.start("redrive", {}, lambda *_: None)
            for queue in queues:
                queue.redrive(self._scheduler.now)

    def trouble(self, systems: list[str]) -> None:
        """Spells in which one of the systems is away for everybody."""
        for _ in range(6):
            if self._rng.random() * 100 < self._weather.climate.spell:
                until = self._scheduler.now + self._rng.choice((8_000, 45_000, 300_000))
                self._weather.away[self._rng.choice(systems)] = until
            self._scheduler.wait(40_000)

    def forger(self, office: OfficeState, account: AccountState) -> None:
        """Posts in both systems' names without their secrets, and in the name of another account with them."""
        tenant = office.config["tenant"]
        row: Row = {"id": 1, "nome": "Forjado", "updated_at": FORGED_ISO, "tipo_pessoa": "pf"}
        tree = {"type": "INSERT", "table": "clientes", "schema": "public", "record": row, "old_record": None}
        zattar = f"/webhooks/zattar/{tenant}"
        for headers in ({}, {"x-ponte-secret": "guessed"}, {"authorization": "Bearer "}, {"x-ponte-secret": ""}):
            self._posts.post(
                Webhook(zattar, {"content-type": "application/json", **headers}, json.dumps(tree).encode())
            )
        self._posts.post(Webhook("/webhooks/zattar/escritorio-x", {"x-ponte-secret": "s"}, json.dumps(tree).encode()))
        contact = next(iter(account.contacts.values()), None)
        if contact is None:
            return
        stamp = [{"updated_at": {"previous_value": FORGED_ISO, "current_value": FORGED_ISO}}, {"name": {}}]
        forged = {**contact_data(account, contact), "event": "contact_updated", "changed_attributes": stamp}
        foreign = {**forged, "account": {"id": 99, "name": "x"}}
        secret, now = account.config["webhooks"][0]["secret"], self._scheduler.now
        path = f"/webhooks/chatwoot/{tenant}"
        for body, key in ((forged, "guessed"), (forged, None), (foreign, secret or "guessed")):
            self._posts.post(signed(path, wire(body), key, "forged", now))
        self._posts.post(signed(path, wire(forged), secret or "guessed", "forged", now - 3_600_000))
        self._posts.post(Webhook(f"{path}/guessed", {}, wire(forged)))

    def _insert(self, office: OfficeState, values: Values) -> None:
        table = self._rng.choice(list(ROLES))
        try:
            office.database.insert(table, [person(self._rng, values, table)])
        except PostgrestError:
            return  # a document that somebody else has

    def _merge(self, account: AccountState, contacts: list[Row], base: Row) -> None:
        mergee = self._rng.choice(contacts)
        if mergee is not base:
            ids = {"base_contact_id": base["id"], "mergee_contact_id": mergee["id"]}
            with self._watch.merging(base["id"]):
                self._call(account, "POST", "/actions/contact_merge", ids)

    def _call(self, account: AccountState, method: str, path: str, body: Any) -> None:
        """What the dashboard does for an agent; what it refuses is not done."""
        config = account.config
        headers = {"api-access-token": config["api_key"], "content-type": "application/json", "host": config["host"]}
        full = f"/api/v1/accounts/{config['account_id']}{path}"
        now = self._scheduler.now
        self._chatwoot(Call("chatwoot", method, config["host"], full, "", headers, json.dumps(body).encode(), now))

    def _anybody(self, office: OfficeState) -> tuple[str, Row | None]:
        found = [(table, row) for table in ROLES for row in office.database.rows[table]]
        return self._rng.choice(found) if found else ("", None)

    def _pause(self) -> None:
        rng = self._rng
        self._scheduler.wait(rng.choice((rng.randint(0, 500), rng.randint(500, 20_000), rng.randint(20_000, 90_000))))
