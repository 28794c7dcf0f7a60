"""The catalogue of message templates, per WhatsApp account: read from Graph in full, changed by webhooks in part.

`at` is when Meta said it, in unix seconds: an older word never overwrites a newer one, so webhooks may come in any
order and beside a reading.
"""

import json
from collections.abc import Sequence

from ponte.storage import keys
from ponte.storage.table import (
    Condition,
    ConditionFailed,
    Delete,
    Item,
    Table,
    Update,
    absent,
    any_of,
    le,
)
from ponte.whatsapp.template_updates import TemplateChange
from ponte.whatsapp.templates import Template

MAX_TEMPLATES = 6000  # Meta allows an account that many
_TEXTS = ("name", "language", "status", "category", "id", "quality")


class Templates:
    """table: Core."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def keep(self, waba_id: str, template: Template) -> None:
        """What a reading of Graph said; template.read_ms is when."""
        pk, sk = keys.template(waba_id, template.name, template.language)
        texts = {name: getattr(template, name) for name in _TEXTS}
        state = {
            **texts,
            "waba_id": waba_id,
            "components": json.dumps(template.components, separators=(",", ":")),
            "named": template.named,
            "read_ms": template.read_ms,
            "at": template.read_ms // 1000,
        }
        self._write(Update(pk, sk, set=state, when=_not_newer(template.read_ms // 1000)))

    def change(self, waba_id: str, change: TemplateChange, at: int) -> Template | None:
        """What a webhook said. The template as it is then; None where something newer is known.

        A template that nobody read so far is kept as far as it is known, to be read before its first use.
        """
        pk, sk = keys.template(waba_id, change.name, change.language)
        told = {"status": change.status, "category": change.category, "quality": change.quality}
        state: dict[str, str | int] = {name: value for name, value in told.items() if value}
        if change.is_reworded:
            state["read_ms"] = 0
        default = {
            "waba_id": waba_id,
            "name": change.name,
            "language": change.language,
            "id": change.id,
            **{name: "" for name in ("status", "category", "quality") if name not in state},
            **({} if change.is_reworded else {"read_ms": 0}),
        }
        try:
            update = Update(pk, sk, set={**state, "at": at}, default=default, when=_not_newer(at))
            return template_of(self._table.write_new(update))
        except ConditionFailed:
            return None

    def find(self, waba_id: str, name: str) -> list[Template]:
        """The template of that name in all its languages, as far as the catalogue knows."""
        pk, prefix = keys.template(waba_id, name, "")
        return [template_of(row) for row in self._table.query(pk, prefix)]

    def all(self, waba_id: str) -> list[Template]:
        return [template_of(row) for row in self._table.query(keys.template(waba_id, "", "")[0], limit=MAX_TEMPLATES)]

    def forget_missing(self, waba_id: str, kept: Sequence[Template], read_ms: int) -> int:
        """After a full reading: what Graph does not list any more is gone. How many that were."""
        there = {(each.name, each.language) for each in kept}
        gone = [each for each in self.all(waba_id) if (each.name, each.language) not in there]
        for each in gone:
            try:
                self._table.write(
                    Delete(*keys.template(waba_id, each.name, each.language), when=le("at", read_ms // 1000))
                )
            except ConditionFailed:
                continue
        return len(gone)

    def _write(self, update: Update) -> None:
        try:
            self._table.write(update)
        except ConditionFailed:
            return


def _not_newer(at: int) -> Condition:
    return any_of(absent("at"), le("at", at))


def template_of(item: Item) -> Template:
    components = json.loads(str(item.get("components", "[]")))
    return Template(
        **{name: str(item.get(name, "")) for name in _TEXTS},
        components=tuple(each for each in components if isinstance(each, dict)),
        named=bool(item.get("named", False)),
        read_ms=int(item.get("read_ms", 0)),
    )
