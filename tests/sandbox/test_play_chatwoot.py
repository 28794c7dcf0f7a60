"""An agent at the fake Chatwoot's dashboard: what is done there, and what is told of it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from sandbox.play_chatwoot import dialled

from .conftest import Sandbox
from .offices import HOST, JOAO_ID, MARIA_ID, office_scenario

pytestmark = pytest.mark.enable_socket
WHERE = {"host": HOST, "account_id": 7}


@pytest.fixture
def office(sandbox: Sandbox) -> Sandbox:
    sandbox.providers.put(office_scenario())
    sandbox.webhooks.clear()  # the last one of the test before may have arrived meanwhile
    return sandbox


def told(office: Sandbox) -> list[str]:
    assert office.providers.deliveries.wait(10)
    return [json.loads(post.body)["event"] for post in office.webhooks]


def rows(office: Sandbox) -> dict[int, Any]:
    return {one["id"]: one for one in office.control("GET", "/play/chatwoot").json()["accounts"][0]["contacts"]}


def test_an_edit_is_told_and_a_typed_phone_becomes_brazilian(office: Sandbox) -> None:
    edit = {**WHERE, "contact_id": JOAO_ID, "phone_number": "(11) 98765-0001", "email": "JOAO@Mail.example"}
    assert office.control("POST", "/play/chatwoot/save", edit).json() == {"contact_id": JOAO_ID}
    row = rows(office)[JOAO_ID]
    assert (row["phone_number"], row["email"]) == ("+5511987650001", "joao@mail.example")
    assert told(office) == ["contact_updated"]
    assert office.journal.after(0, "chatwoot") == []


def test_a_new_contact_with_labels_is_made_and_told_twice(office: Sandbox) -> None:
    answer = office.control("POST", "/play/chatwoot/save", {**WHERE, "name": "Ana", "labels": ["vip"]}).json()
    assert rows(office)[answer["contact_id"]]["labels"] == ["VIP"]
    assert told(office) == ["contact_created", "contact_updated"]


def test_what_is_lost_is_done_and_not_told(office: Sandbox) -> None:
    edit = {**WHERE, "contact_id": JOAO_ID, "name": "João P.", "lost": True}
    assert office.control("POST", "/play/chatwoot/save", edit).status == 200
    assert rows(office)[JOAO_ID]["name"] == "João P."
    assert told(office) == []
    office.control("POST", "/play/chatwoot/save", {**WHERE, "contact_id": JOAO_ID, "name": "João"})
    assert told(office) == ["contact_updated"]


def test_a_merge_and_a_deletion(office: Sandbox) -> None:
    both = {**WHERE, "base_contact_id": MARIA_ID, "mergee_contact_id": JOAO_ID}
    assert office.control("POST", "/play/chatwoot/merge", both).json() == {"contact_id": MARIA_ID}
    assert office.control("POST", "/play/chatwoot/delete", {**WHERE, "contact_id": MARIA_ID}).json() == {}
    assert not {MARIA_ID, JOAO_ID} & set(rows(office))


TALK = {**WHERE, "conversation_id": 873}


def test_people_talk_and_an_agent_decides(office: Sandbox) -> None:
    office.world.accounts[0].config["webhooks"][0]["subscriptions"] += ["message_created", "conversation_updated"]
    said = [
        office.control("POST", "/play/chatwoot/say", {**TALK, "content": text, **who}).json()["message_id"]
        for text, who in (("Oi", {}), ("Olá", {"who": "agent"}), ("nós", {"who": "note"}), ("perdida", {"lost": True}))
    ]
    answer = office.control("POST", "/play/chatwoot/set", {**TALK, "status": "snoozed", "assignee_id": 31})
    assert (answer.status, answer.json()) == (200, {})
    (shown,) = office.control("GET", "/play/chatwoot").json()["accounts"][0]["conversations"]
    assert (shown["status"], shown["meta"]["assignee"]["id"]) == ("snoozed", 31)
    kept = [one for one in shown["messages"] if one["message_type"] != 2]
    assert [one["id"] for one in kept] == [40981, *said]
    assert [(one["message_type"], one["private"]) for one in kept[1:]] == [
        (0, False),
        (1, False),
        (1, True),
        (0, False),
    ]
    posted = [json.loads(post.body) for post in office.webhooks] if told(office) else []
    assert [one["content"] for one in posted if one["event"] == "message_created"] == ["Oi", "Olá", "nós"]


@pytest.mark.parametrize(
    ("path", "body", "where"),
    [
        ("say", {**TALK, "content": ""}, "content"),
        ("say", {**TALK, "conversation_id": 1, "content": "x"}, "conversation_id"),
        ("say", {**TALK, "content": "x", "who": "robot"}, "who"),
        ("set", {**TALK, "status": "on_hold"}, "status"),
        ("set", {**TALK, "assignee_id": 99}, "assignee_id"),
        ("save", {**WHERE, "contact_id": JOAO_ID, "email": "maria@mail.example"}, "email"),
        ("save", {**WHERE, "contact_id": 1, "name": "X"}, ""),
        ("save", {**WHERE, "account_id": 99, "name": "X"}, "account_id"),
        ("save", {**WHERE, "foo": 1}, "foo"),
        ("save", {"account_id": 7}, "host"),
        ("delete", WHERE, "contact_id"),
        ("merge", {**WHERE, "base_contact_id": MARIA_ID, "mergee_contact_id": "x"}, "mergee_contact_id"),
    ],
)
def test_what_chatwoot_or_the_shape_refuses_is_said(office: Sandbox, path: str, body: Any, where: str) -> None:
    answer = office.control("POST", f"/play/chatwoot/{path}", body)
    assert (answer.status, answer.json()["path"]) == (400, where)
    assert told(office) == []


@pytest.mark.parametrize(
    ("typed", "phone"),
    [
        ("11 98765-0001", "+5511987650001"),
        ("(31) 3030-4040", "+553130304040"),
        ("+55 11 98765-0001", "+5511987650001"),
        ("+1 (202) 555-0100", "+12025550100"),
        ("5511987650001", "+5511987650001"),
        ("ramal", "ramal"),
    ],
)
def test_phones_as_people_type_them(typed: str, phone: str) -> None:
    assert dialled(typed) == phone


class Screen:
    def __init__(self, chromium: Browser, url: str, width: int = 1280) -> None:
        self.page: Page = chromium.new_page(viewport={"width": width, "height": 800}, locale="pt-BR")
        self.wrongs: list[str] = []
        self.page.on("pageerror", lambda error: self.wrongs.append(str(error)))
        self.page.on("console", lambda line: self.wrongs.append(line.text) if line.type == "error" else None)
        self.page.goto(f"{url}/chatwoot.html")
        expect(self.page.locator("#contact")).to_have_text("ao vivo")

    def choose(self, name: str) -> None:
        self.page.get_by_role("region", name="Lista de contatos").get_by_role("button", name=name).click()
        expect(self.page.get_by_role("heading", name=name)).to_be_visible()


@pytest.fixture
def screen(chromium: Browser, office: Sandbox) -> Iterator[Screen]:
    opened = Screen(chromium, office.urls["playground"])
    yield opened
    assert opened.wrongs == []
    opened.page.close()


def test_an_agent_edits_on_the_page_and_sees_the_post(screen: Screen, office: Sandbox) -> None:
    page = screen.page
    screen.choose("João Pereira")
    page.get_by_label("Telefone").fill("11 98765-0001")
    page.get_by_label("Etiquetas").fill("urgente, vip")
    page.get_by_role("button", name="Salvar").click()
    expect(page.get_by_text("Contato salvo.")).to_be_visible()
    expect(page.get_by_label("Telefone")).to_have_value("+5511987650001")
    expect(page.locator("#posts li")).to_have_count(2)
    expect(page.locator("#posts li").first).to_contain_text("contato alterado")
    assert rows(office)[JOAO_ID]["labels"] == ["urgente", "VIP"]


def test_a_change_from_elsewhere_never_overwrites_what_is_being_typed(screen: Screen, office: Sandbox) -> None:
    page = screen.page
    screen.choose("Maria das Dores")
    office.control("POST", "/play/chatwoot/save", {**WHERE, "contact_id": MARIA_ID, "email": "outra@mail.example"})
    expect(page.get_by_label("E-mail")).to_have_value("outra@mail.example")
    page.get_by_label("Nome").fill("Maria D.")
    office.control("POST", "/play/chatwoot/save", {**WHERE, "contact_id": MARIA_ID, "email": "nova@mail.example"})
    expect(page.get_by_text("O contato mudou enquanto você editava.")).to_be_visible()
    expect(page.get_by_label("Nome")).to_have_value("Maria D.")
    page.get_by_role("button", name="Ver o valor de agora").click()
    expect(page.get_by_label("E-mail")).to_have_value("nova@mail.example")


def test_a_refusal_is_shown_and_what_was_typed_stays(screen: Screen) -> None:
    page = screen.page
    screen.wrongs = _Allowing("400")
    screen.choose("João Pereira")
    page.get_by_label("E-mail").fill("maria@mail.example")
    page.get_by_role("button", name="Salvar").click()
    expect(page.get_by_text("Email has already been taken")).to_be_visible()
    expect(page.get_by_label("E-mail")).to_have_value("maria@mail.example")


class _Allowing(list[str]):
    """Chromium notes each refused call in the console; the one that was asked for is no error."""

    def __init__(self, allowed: str) -> None:
        super().__init__()
        self._allowed = allowed

    def append(self, line: str) -> None:
        if self._allowed not in line:
            super().append(line)


def test_names_are_shown_as_text_and_found(screen: Screen, office: Sandbox) -> None:
    page = screen.page
    hostile = "<img src=x onerror=alert(1)>"
    office.control("POST", "/play/chatwoot/save", {**WHERE, "contact_id": JOAO_ID, "name": hostile})
    page.get_by_label("Buscar contato").fill("onerror")
    screen.choose(hostile)
    expect(page.locator("#people li")).to_have_count(1)


def test_contacts_are_merged_and_deleted_after_a_question(screen: Screen, office: Sandbox) -> None:
    page = screen.page
    page.on("dialog", lambda dialog: dialog.accept())
    screen.choose("Maria das Dores")
    page.get_by_label("Contato que deixa de existir").select_option(label="João Pereira")
    page.get_by_role("button", name="Unir").click()
    expect(page.get_by_text("Contatos unidos.")).to_be_visible()
    assert JOAO_ID not in rows(office)
    page.get_by_role("button", name="Excluir").click()
    expect(page.get_by_text("Escolha um contato na lista")).to_be_visible()
    assert MARIA_ID not in rows(office)


def test_the_page_fits_a_phone(chromium: Browser, office: Sandbox) -> None:
    narrow = Screen(chromium, office.urls["playground"], 390)
    narrow.choose("Maria das Dores")
    assert narrow.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert narrow.wrongs == []
    narrow.page.close()
