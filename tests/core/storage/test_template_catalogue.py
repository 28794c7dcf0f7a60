"""The catalogue of templates: readings and webhooks in any order end in the newest word."""

from dataclasses import replace
from itertools import permutations

from ponte.storage.templates import Templates
from ponte.whatsapp.template_updates import TemplateChange
from ponte.whatsapp.templates import Template
from sandbox.memory.table import MemoryTable

BODY = {"type": "BODY", "text": "Olá"}
READ = Template("aviso", "pt_BR", "APPROVED", "UTILITY", (BODY,), id="1", read_ms=100_000)


def change(**more: str | bool) -> TemplateChange:
    return TemplateChange("aviso", "pt_BR", "1", **more)  # type: ignore[arg-type]


def test_a_reading_is_found_again_by_name_in_all_languages() -> None:
    catalogue = Templates(MemoryTable())
    english = Template("aviso", "en", "PAUSED", "MARKETING", read_ms=1)
    for each in (READ, english, Template("aviso_2", "en", "APPROVED", "UTILITY", read_ms=1)):
        catalogue.keep("w", each)
    assert catalogue.find("w", "aviso") == [english, READ]
    assert len(catalogue.all("w")) == 3
    assert catalogue.find("another", "aviso") == []


def test_webhooks_and_readings_in_any_order_end_the_same() -> None:
    words = [(change(category="MARKETING"), 120), (change(status="PAUSED"), 140), (change(category="UTILITY"), 160)]
    for order in permutations(range(4)):
        catalogue = Templates(MemoryTable())
        for n in order:
            if n == 3:
                catalogue.keep("w", READ)
            else:
                catalogue.change("w", *words[n])
        assert catalogue.find("w", "aviso") == [replace(READ, status="PAUSED")], order


def test_an_older_webhook_changes_nothing() -> None:
    catalogue = Templates(MemoryTable())
    catalogue.keep("w", READ)
    assert catalogue.change("w", change(category="MARKETING"), 99) is False
    assert catalogue.find("w", "aviso") == [READ]


def test_a_template_known_by_a_webhook_alone_has_to_be_read_before_use() -> None:
    catalogue = Templates(MemoryTable())
    catalogue.change("w", change(status="APPROVED", category="UTILITY"), 100)
    (found,) = catalogue.find("w", "aviso")
    assert (found.status, found.category, found.read_ms) == ("APPROVED", "UTILITY", 0)


def test_a_reworded_template_has_to_be_read_again() -> None:
    catalogue = Templates(MemoryTable())
    catalogue.keep("w", READ)
    catalogue.change("w", change(is_reworded=True), 101)
    assert catalogue.find("w", "aviso")[0].read_ms == 0


def test_what_graph_does_not_list_any_more_is_forgotten() -> None:
    catalogue = Templates(MemoryTable())
    catalogue.keep("w", READ)
    catalogue.keep("w", Template("velho", "pt_BR", "APPROVED", "UTILITY", read_ms=1))
    assert catalogue.forget_missing("w", [READ], 100_000) == 1
    assert catalogue.all("w") == [READ]
