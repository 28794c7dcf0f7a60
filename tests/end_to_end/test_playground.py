"""The playground page on the real bundle: what a newcomer does in the first minute."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import files
from tests.end_to_end.conftest import ROOT, Sandbox

pytestmark = pytest.mark.end_to_end
PATIENCE_MS = 20_000


@pytest.fixture
def playground(running: Sandbox, chromium: Browser) -> Iterator[Page]:
    scenario = json.loads((ROOT / "sandbox" / "scenarios" / "default.json").read_text(encoding="utf-8"))
    assert running.put(scenario).status_code == 200
    running.http.post(f"{running.control}/play/receipts", json={"mode": "auto"})
    page = chromium.new_page(viewport={"width": 1280, "height": 800}, locale="pt-BR")
    page.goto(running.playground)
    yield page
    page.close()


def test_a_message_and_its_answer_cross_the_bridge_before_ones_eyes(playground: Page, running: Sandbox) -> None:
    page = playground
    expect(page.locator("#chat-list")).to_contain_text("Maria Silva")
    page.fill("#phone-text", "Vocês abrem no sábado?")
    page.press("#phone-text", "Enter")
    operator = page.locator("#operator, [data-panel=operator], section", has_text="Operador no Bitrix24").last
    expect(operator.get_by_text("Vocês abrem no sábado?").last).to_be_visible(timeout=PATIENCE_MS)
    page.fill("#chat-text", "Abrimos das 8h às 13h.")
    page.press("#chat-text", "Enter")
    phone = page.locator("section", has_text="Celular do cliente").first
    expect(phone.get_by_text("Abrimos das 8h às 13h.")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text("Recibo: entregue no celular").first).to_be_visible(timeout=PATIENCE_MS)
    running.settle()
    assert running.shown() == ["Vocês abrem no sábado?"]
    assert len(running.sends()) == 1


def test_a_picture_crosses_both_ways_and_is_seen_on_both_sides(playground: Page, running: Sandbox) -> None:
    page = playground
    expect(page.locator("#chat-list")).to_contain_text("Maria Silva")
    picture = {"name": "bolo.png", "mimeType": "image/png", "buffer": files.png()}
    page.set_input_files("#phone-file", picture)
    page.fill("#phone-text", "É este")
    page.press("#phone-text", "Enter")
    expect(page.locator("#chat-log img")).to_be_visible(timeout=PATIENCE_MS)
    page.set_input_files("#chat-file", picture)
    page.fill("#chat-text", "Temos!")
    page.press("#chat-text", "Enter")
    expect(page.locator("#phone-log .theirs img")).to_be_visible(timeout=PATIENCE_MS)
    running.settle()
    assert running.shown() == ["É este"]
    assert [send["image"]["caption"] for send in running.sends()] == ["Temos!"]
