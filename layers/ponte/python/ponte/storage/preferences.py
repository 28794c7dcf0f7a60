"""What people want of marketing messages, kept under each of their aliases. Whoever sends marketing asks here first.

Kept by alias and not by conversation: an opt-out may come from somebody who never wrote, and must hold whichever of a
person's addresses is written to later.
"""

from collections.abc import Sequence

from ponte.people.phone_numbers import match_set
from ponte.storage import keys
from ponte.storage.aliases import Aliases
from ponte.storage.people import People
from ponte.storage.table import ConditionFailed, Table, Update, absent, all_of, any_of, eq, lt


class Preferences:
    """table: Core."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._aliases = Aliases(table)
        self._people = People(table)

    def note(self, tenant: str, aliases: Sequence[tuple[str, str]], *, allows_marketing: bool, at: int) -> None:
        """The newest word stands, whatever order they come in; of two of the same second, the refusal. at: seconds."""
        newer = [absent("at"), lt("at", at)]
        if not allows_marketing:
            newer.append(all_of(eq("at", at), eq("allows", True)))
        for kind, value in _every_form(aliases):
            fields = {"allows": allows_marketing, "at": at}
            try:
                self._table.write(Update(*keys.preference(tenant, kind, value), set=fields, when=any_of(*newer)))
            except ConditionFailed:
                continue

    def allows_marketing(self, tenant: str, aliases: Sequence[tuple[str, str]]) -> bool:
        """Whether nobody behind these aliases asked for no marketing; the newest word of any of them counts."""
        wanted = {keys.preference(tenant, kind, value) for kind, value in _every_form(aliases)}
        rows = self._table.get_many(sorted(wanted)) if wanted else []
        newest = max(rows, key=lambda row: (int(row["at"]), not row["allows"]), default=None)
        return newest is None or bool(newest["allows"])

    def person_allows_marketing(self, tenant: str, person: str, address: tuple[str, str]) -> bool:
        """The same of a person, whichever address the word came from, those they left behind too. person: "" for nobody
        we know; address: the one that is to be written to."""
        group = self._people.group(tenant, person) if person else []
        known = [(each.kind, each.value) for one in group for each in self._aliases.of_person(tenant, one)]
        return self.allows_marketing(tenant, [address, *known])


def _every_form(aliases: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """A phone under each form in which it may be known."""
    return [(kind, form) for kind, value in aliases for form in (match_set(value) if kind == "phone" else (value,))]
