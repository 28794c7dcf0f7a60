"""The catalogue of message templates, per WhatsApp account: read from Graph in full, changed by webhooks in part.

`at` is when Meta said it, in unix seconds: an older word about a thing never overwrites a newer one about the same
thing, so webhooks may come in any order and beside a reading.
"""

import json
from collections.abc import Mapping, Sequence

from ponte.storage import keys
from ponte.storage.table import (
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
_TOLD = ("status", "category", "quality")  # beside the text with its buttons
_TEXTS = ("name", "language", "status", "category", "id", "quality")


class Templates:
    """table: Core."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def keep(self, waba_id: str, template: Template) -> None:
        """What a reading of Graph said; template.read_ms is when."""
        text = {
            "components": json.dumps(template.components, separators=(",", ":")),
            "named": template.named,
            "read_ms": template.read_ms,
        }
        told = {name: {name: getattr(template, name)} for name in _TOLD} | {"text": text}
        self._keep(waba_id, template.name, template.language, template.id, told, template.read_ms // 1000)

    def change(self, waba_id: str, change: TemplateChange, at: int) -> bool:
        """What a webhook said. False where all of it was known already, or something newer.

        A template that nobody read so far is kept as far as it is known, to be read before its first use.
        """
        told: dict[str, Item] = {name: {name: value} for name in _TOLD if (value := getattr(change, name))}
        if change.is_reworded:
            told["text"] = {"read_ms": 0}
        return self._keep(waba_id, change.name, change.language, change.id, told, at)

    def _keep(self, waba_id: str, name: str, language: str, id_: str, told: Mapping[str, Item], at: int) -> bool:
        """Each thing is told by itself, so each has a time of its own: one write for each."""
        base = {"waba_id": waba_id, "name": name, "language": language, "id": id_}
        news = False
        for thing, values in told.items():
            when = any_of(absent(f"{thing}_at"), le(f"{thing}_at", at))
            key = keys.template(waba_id, name, language)
            try:
                self._table.write(Update(*key, set={**values, f"{thing}_at": at}, default=base, when=when))
                news = True
            except ConditionFailed:
                continue
        return news

    def find(self, waba_id: str, name: str) -> list[Template]:
        """The template of that name in all its languages, as far as the catalogue knows."""
        pk, prefix = keys.template(waba_id, name, "")
        return [template_of(row) for row in self._table.query(pk, prefix)]

    def all(self, waba_id: str) -> list[Template]:
        return [template_of(row) for row in self._table.query(keys.template(waba_id, "", "")[0], limit=MAX_TEMPLATES)]

    def forget_missing(self, waba_id: str, kept: Sequence[Template], read_ms: int) -> int:
        """After a full reading: what Graph does not list any more is gone. How many that were."""
        there = {(each.name, each.language) for each in kept}
        older = any_of(absent("status_at"), le("status_at", read_ms // 1000))
        gone = 0
        for each in self.all(waba_id):
            if (each.name, each.language) in there:
                continue
            try:
                self._table.write(Delete(*keys.template(waba_id, each.name, each.language), when=older))
                gone += 1
            except ConditionFailed:  # a webhook told of it after the reading
                continue
        return gone


def template_of(item: Item) -> Template:
    components = json.loads(str(item.get("components", "[]")))
    return Template(
        **{name: str(item.get(name, "")) for name in _TEXTS},
        components=tuple(each for each in components if isinstance(each, dict)),
        named=bool(item.get("named", False)),
        read_ms=int(item.get("read_ms", 0)),
    )
