"""The inbox of clashes: events whose addresses belong to different people. Stored, listed, closed by a person."""

from dataclasses import dataclass
from typing import Literal

from ponte.digest import digest
from ponte.people.identity import Clash
from ponte.storage import keys
from ponte.storage.table import (
    ConditionFailed,
    Item,
    Put,
    Table,
    Update,
    absent,
    all_of,
    eq,
    exists,
    ne,
)

type State = Literal["open", "apart", "merged"]


@dataclass(frozen=True, slots=True)
class Case:
    """The same people in the same kind of clash are one case. chosen: who got the last event. count: events so far.

    state: "apart" after somebody said that they are different people; then it is counted on but not listed again.
    merge: by which it was closed, "" otherwise. closed_by, closed_ms: "" and 0 while it is open.
    """

    id: str
    tenant: str
    kind: str
    people: tuple[str, ...]
    chosen: str
    phone_number_id: str
    first_ms: int
    last_ms: int
    count: int
    state: State = "open"
    merge: str = ""
    closed_by: str = ""
    closed_ms: int = 0


class PeopleCases:
    """table: Core."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def note(self, tenant: str, clash: Clash, phone_number_id: str, event: str, now_ms: int) -> None:
        """List a clash, or count one more of it. event: its id, so that a repeated delivery counts once."""
        case_id = "c" + digest(tenant, clash.kind, *clash.people)  # a letter first: no option of a command
        pk, sk = keys.people_case(tenant, case_id)
        again = Update(
            pk,
            sk,
            set={"chosen": clash.chosen, "last_ms": now_ms, "event": digest(event)},
            add={"count": 1},
            when=all_of(exists("pk"), ne("event", digest(event))),
        )
        new = Put(
            {
                "pk": pk,
                "sk": sk,
                "id": case_id,
                "tenant": tenant,
                "kind": clash.kind,
                "people": list(clash.people),
                "chosen": clash.chosen,
                "phone_number_id": phone_number_id,
                "first_ms": now_ms,
                "last_ms": now_ms,
                "count": 1,
                "event": digest(event),
                "state": "open",
                **_listed(tenant, now_ms, case_id),
            },
            when=absent("pk"),
        )
        for write in (again, new, again):
            try:
                self._table.write(write)
            except ConditionFailed as failed:
                if write is again and failed.old:
                    return  # this very event was counted before
                continue
            return

    def open_cases(self, tenant: str, limit: int = 1000) -> list[Case]:
        """Oldest first; eventually consistent."""
        return [case_of(row) for row in self._table.query_index(f"CASES#{tenant}", limit)]

    def get(self, tenant: str, case_id: str) -> Case | None:
        item = self._table.get(*keys.people_case(tenant, case_id))
        return case_of(item) if item else None

    def close(self, case: Case, state: State, by: str, now_ms: int, merge: str = "") -> bool:
        """False where somebody closed it before."""
        update = Update(
            *keys.people_case(case.tenant, case.id),
            set={"state": state, "closed_by": by, "closed_ms": now_ms, "merge": merge},
            remove=["gsi1pk", "gsi1sk"],
            when=eq("state", "open"),
        )
        return self._written(update)

    def reopen(self, case: Case) -> bool:
        """List it again: the merge that closed it was undone, or somebody thought better of it."""
        update = Update(
            *keys.people_case(case.tenant, case.id),
            set={"state": "open", **_listed(case.tenant, case.first_ms, case.id)},
            remove=["closed_by", "closed_ms", "merge"],
            when=all_of(exists("pk"), ne("state", "open")),
        )
        return self._written(update)

    def _written(self, update: Update) -> bool:
        try:
            self._table.write(update)
        except ConditionFailed:
            return False
        return True


def _listed(tenant: str, first_ms: int, case_id: str) -> dict[str, str]:
    return {"gsi1pk": f"CASES#{tenant}", "gsi1sk": f"{first_ms:015d}#{case_id}"}


def case_of(item: Item) -> Case:
    return Case(
        id=str(item["id"]),
        tenant=str(item["tenant"]),
        kind=str(item["kind"]),
        people=tuple(str(each) for each in item["people"]),
        chosen=str(item["chosen"]),
        phone_number_id=str(item["phone_number_id"]),
        first_ms=int(item["first_ms"]),
        last_ms=int(item["last_ms"]),
        count=int(item["count"]),
        state=item["state"],
        merge=str(item.get("merge", "")),
        closed_by=str(item.get("closed_by", "")),
        closed_ms=int(item.get("closed_ms", 0)),
    )
