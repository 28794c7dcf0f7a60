"""What can be done with a message on the playground: react to it and answer it; and what templates and buttons show."""

import pytest
from playwright.sync_api import Browser, expect

from .conftest import MARINA
from .play_server import NUMBER, START_MS, PlayServer
from .screen import Screen

pytestmark = pytest.mark.enable_socket


def test_a_customer_reacts_to_an_answer_and_takes_it_back(screen: Screen, play: PlayServer) -> None:
    screen.write("Mensagem do cliente", "Oi")
    screen.write("Resposta do operador", "Bom dia!")
    answer = screen.page.locator("#phone-log .theirs")
    answer.get_by_label("Reagir", exact=True).click()
    answer.get_by_label("Reagir com ❤️").click()
    expect(answer.locator(".reactions")).to_have_text("❤️")
    expect(answer.locator(".picker")).to_be_hidden()
    answer.get_by_label("Reagir", exact=True).click()
    answer.get_by_role("button", name="retirar").click()
    expect(answer.locator(".reactions")).to_be_hidden()
    who = {"wa_id": MARINA, "name": "Marina Duarte", "phone_number_id": NUMBER}
    posted = play.posts_to("/play/customer", 3)[1:]
    assert posted == [{**who, "reaction": {"wamid": "wamid.OUT2", "emoji": emoji}} for emoji in ("❤️", "")]


def test_the_choice_of_reactions_is_left_by_escape(screen: Screen, play: PlayServer) -> None:
    screen.write("Mensagem do cliente", "Oi")
    heard = screen.page.locator("#chat-log .theirs")
    heard.get_by_label("Reagir", exact=True).click()
    heard.get_by_label("Reagir com 👍").press("Escape")
    expect(heard.locator(".picker")).to_be_hidden()
    expect(heard.get_by_label("Reagir", exact=True)).to_be_focused()
    assert play.posts_to("/play/operator", 0) == []


def test_an_operator_reacts_by_the_command_on_the_quoted_message(screen: Screen, play: PlayServer) -> None:
    screen.write("Mensagem do cliente", "Oi")
    heard = screen.page.locator("#chat-log .theirs")
    heard.get_by_label("Reagir", exact=True).click()
    heard.get_by_label("Reagir com 👍").click()
    (posted,) = play.posts_to("/play/operator")
    assert posted == {"chat_id": 700, "text": "/reagir 👍", "reply_to": START_MS + 1000}


def test_an_operators_answer_shows_what_it_quotes_and_not_the_block(screen: Screen, play: PlayServer) -> None:
    screen.write("Mensagem do cliente", "Quanto custa?")
    screen.page.locator("#chat-log .theirs").get_by_label("Responder").click()
    expect(screen.page.locator("#reply-text")).to_have_text("Quanto custa?")
    expect(screen.page.get_by_label("Resposta do operador", exact=True)).to_be_focused()
    screen.write("Resposta do operador", "Dez reais")
    mine = screen.page.locator("#chat-log .mine")
    expect(mine.locator(".text")).to_have_text("Dez reais")
    expect(mine.locator(".quote")).to_have_text("Marina Duarte: Quanto custa?")
    expect(screen.page.locator("#chat-list .last")).to_have_text("Dez reais")
    expect(screen.page.locator("#reply")).to_be_hidden()
    screen.write("Resposta do operador", "Mais alguma coisa?")
    assert [body.get("reply_to") for body in play.posts_to("/play/operator", 2)] == [START_MS + 1000, None]


def test_an_answer_can_be_begun_and_left(screen: Screen, play: PlayServer) -> None:
    screen.write("Mensagem do cliente", "Quanto custa?")
    screen.page.locator("#chat-log .theirs").get_by_label("Responder").click()
    screen.page.get_by_label("Não responder a esta mensagem").click()
    screen.write("Resposta do operador", "Bom dia")
    assert "reply_to" not in play.posts_to("/play/operator")[0]


def test_what_can_be_chosen_under_a_message_is_shown(screen: Screen, play: PlayServer) -> None:
    message = {"id": "wamid.B", "from": "business", "text": "Confirma?", "kind": "interactive", "at_ms": 1}
    play.phones[0]["messages"].append({**message, "ticks": "sent", "buttons": ["Confirmar", "<b>Mudar</b>"]})
    expect(screen.page.locator("#phone-log .choice")).to_have_text(["Confirmar", "<b>Mudar</b>"])


def test_a_reply_that_waits_for_the_customer_is_no_fault(screen: Screen, play: PlayServer) -> None:
    screen.write("Mensagem do cliente", "Oi")
    steps = [{"at_ms": 1, "step": "webhook"}, {"at_ms": 2, "step": "claimed"}, {"at_ms": 3, "step": "hold"}]
    steps += [{"at_ms": 4, "step": "template"}, {"at_ms": 5, "step": "parked"}]
    details = {4: "UTILITY", 5: "reason.window_held"}
    play.traces["9002"] = {
        "status": "PARKED",
        "steps": [{**step, "detail": details.get(int(str(step["at_ms"])), "")} for step in steps],
    }
    waits = {"id": "p", "source_id": "9002", "reason": "Aguarda o cliente", "parked_ms": 1, "held": True}
    play.parked.append(waits)
    screen.write("Resposta do operador", "Está pronta")
    expect(screen.page.locator("#way-status")).to_have_text("espera o cliente")
    expect(screen.page.locator("#way-steps")).to_contain_text("Guardada: a janela de 24 h está fechada")
    expect(screen.page.locator("#way-steps")).to_contain_text("Aguarda o cliente")
    expect(screen.page.locator("#way-steps")).not_to_contain_text("reason.")
    expect(screen.page.locator("#parked-count")).to_have_attribute("data-tone", "warn")
    expect(screen.page.locator("#parked-hint")).to_be_hidden()
    play.parked.append({"id": "q", "source_id": "9003", "reason": "Número recusado", "parked_ms": 2, "held": False})
    expect(screen.page.locator("#parked-count")).to_have_attribute("data-tone", "bad")
    expect(screen.page.locator("#parked-hint")).to_be_visible()


def test_a_log_opens_at_its_end_though_its_pictures_come_later(chromium: Browser, play: PlayServer) -> None:
    picture = b'<svg xmlns="http://www.w3.org/2000/svg" width="200" height="170"></svg>'
    play.files["pic"] = ("image/svg+xml", picture)
    file = {"id": "pic", "name": "a.svg", "mime_type": "image/svg+xml", "size": len(picture)}
    said = {"from": "customer", "text": "veja", "kind": "image", "at_ms": 1, "ticks": "sent", "file": file}
    play.phones[0]["messages"] += [{**said, "id": f"wamid.P{n}"} for n in range(6)]
    opened = Screen(chromium, play.url, 1280, 800)
    expect(opened.page.locator("#phone-log img").last).to_have_js_property("naturalHeight", 170)
    expect(opened.page.locator("#phone-log .bubble").last).to_be_in_viewport(ratio=1)
    opened.page.close()
    assert opened.wrongs == []
