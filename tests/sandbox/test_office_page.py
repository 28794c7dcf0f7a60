"""Zattar's client page in Debian's Chromium, over the fake database: what staff type is a row and a webhook."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import Sandbox
from .test_fake_supabase import ask, drained, office, scenario

pytestmark = pytest.mark.enable_socket
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def page(chromium: Browser, sandbox: Sandbox) -> Iterator[Page]:
    sandbox.providers.put(scenario(office()))
    wrongs: list[str] = []
    opened = chromium.new_page(viewport={"width": 1100, "height": 800}, locale="pt-BR")
    opened.on(
        "console", lambda line: wrongs.append(line.text) if line.type == "error" and "400" not in line.text else None
    )
    opened.on("pageerror", lambda error: wrongs.append(str(error)))
    opened.on("dialog", lambda dialog: wrongs.append(dialog.type))
    opened.goto(f"{sandbox.urls['playground']}/zattar.html")
    expect(opened.locator("#contact")).to_have_text("ao vivo")
    yield opened
    opened.close()
    assert wrongs == []


def test_a_change_is_saved_and_posted_alone(page: Page, sandbox: Sandbox) -> None:
    page.get_by_role("button", name="Pessoa 2").click()
    page.get_by_label("DDD celular").fill("11")
    page.get_by_label("Celular", exact=True).fill("98765-4321")
    page.get_by_role("button", name="Salvar").click()
    expect(page.locator("#said")).to_contain_text("Salvo")
    (body,) = drained(sandbox)
    changed = {name for name, value in body["record"].items() if body["old_record"][name] != value}
    assert changed == {"ddd_celular", "numero_celular", "updated_at"}


def test_a_new_person_shows_whatever_the_name_holds(page: Page, sandbox: Sandbox) -> None:
    page.get_by_label("Tipo").select_option("Terceiros")
    expect(page.locator("#empty")).to_be_visible()
    page.get_by_role("button", name="Nova pessoa").click()
    page.get_by_label("Nome").fill(HOSTILE)
    page.get_by_label("E-mails").fill("a@exemplo.test\n\n b@exemplo.test ")
    page.get_by_role("button", name="Salvar").click()
    expect(page.get_by_role("button", name=HOSTILE)).to_have_attribute("aria-current", "true")
    (body,) = drained(sandbox)
    assert body["record"]["emails"] == ["a@exemplo.test", "b@exemplo.test"]


def test_what_the_database_refuses_is_said_and_what_was_typed_stays(page: Page, sandbox: Sandbox) -> None:
    ask(sandbox, "PATCH", "clientes?id=eq.1", {"cpf": "11144477735"})
    page.get_by_role("button", name="Pessoa 2").click()
    page.get_by_label("CPF").fill("11144477735")
    page.get_by_role("button", name="Salvar").click()
    expect(page.locator("#said")).to_contain_text("clientes_cpf_key")
    expect(page.get_by_label("CPF")).to_have_value("11144477735")


def test_a_narrow_screen_shows_both_parts(page: Page) -> None:
    page.set_viewport_size({"width": 400, "height": 800})
    page.get_by_role("button", name="Pessoa 2").click()
    expect(page.get_by_label("Nome")).to_have_value("Pessoa 2")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_deleting(page: Page, sandbox: Sandbox) -> None:
    page.get_by_role("button", name="Pessoa 3").click()
    page.get_by_role("button", name="Excluir").click()
    expect(page.get_by_role("button", name="Pessoa 3")).to_have_count(0)
    (body,) = drained(sandbox)
    assert (body["type"], body["record"]) == ("DELETE", None)


def test_what_others_change_shows_without_touching_what_is_typed(page: Page, sandbox: Sandbox) -> None:
    page.get_by_role("button", name="Pessoa 1").click()
    page.get_by_label("Nome").fill("Meio digitado")
    ask(sandbox, "PATCH", "clientes?id=eq.1", {"nome": "Veio da ponte"})
    expect(page.get_by_role("button", name="Veio da ponte")).to_be_visible()
    expect(page.get_by_label("Nome")).to_have_value("Meio digitado")


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"tenant": "nenhum", "table": "clientes"}, "tenant"),
        ({"tenant": "escritorio-1", "table": "integracoes"}, "table"),
        ({"tenant": "escritorio-1", "table": "clientes", "id": 99}, "id"),
        ({"tenant": "escritorio-1", "table": "clientes", "id": 1, "changes": {"email": "x"}}, "changes.email"),
        ({"tenant": "escritorio-1", "table": "clientes", "changes": {"nome": "x"}}, "changes"),
    ],
)
def test_an_edit_that_cannot_be_is_refused(sandbox: Sandbox, body: dict[str, Any], path: str) -> None:
    sandbox.providers.put(scenario(office()))
    answer = sandbox.control("POST", "/play/office", body)
    assert (answer.status, answer.json()["path"]) == (400, path)
    assert (
        json.loads(sandbox.control("GET", "/play/office").body)["tenants"][0]["tables"]["clientes"][0]["nome"]
        == "Pessoa 1"
    )
