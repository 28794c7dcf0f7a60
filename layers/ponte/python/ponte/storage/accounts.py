"""The latest state Meta told of each WhatsApp account, number and template: one item per account, field and subject."""

from ponte.storage import keys
from ponte.storage.table import ConditionFailed, Item, Table, Update, absent, all_of, any_of, eq, lt

ACCOUNTS = "ACCOUNTS"


class Accounts:
    """table: Core."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def note(
        self, account: str, field: str, subject: str, *, event: str, detail: str, needs_attention: bool, at: int
    ) -> None:
        """Keep it unless a newer one is there; of two of the same second, the one that needs attention. at: seconds."""
        pk, sk = keys.account_state(account, field, subject)
        newer = [absent("at"), lt("at", at)]
        if needs_attention:
            newer.append(all_of(eq("at", at), eq("needs_attention", False)))
        fields = {
            "account": account,
            "field": field,
            "subject": subject,
            "event": event,
            "detail": detail,
            "needs_attention": needs_attention,
            "at": at,
            "gsi1pk": ACCOUNTS,
            "gsi1sk": f"{account}#{field}#{subject}"[:500],
        }
        try:
            self._table.write(Update(pk, sk, set=fields, when=any_of(*newer)))
        except ConditionFailed:
            return

    def states(self) -> list[Item]:
        """All that is known: {account, field, subject, event, detail, needs_attention, at}, by account."""
        return self._table.query_index(ACCOUNTS, 1000)
