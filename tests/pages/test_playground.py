"""The playground page in Debian's Chromium, against a stand-in of the play API: what is seen, what is posted."""

import base64

import pytest
from playwright.sync_api import Browser, expect

from tests import files

from .conftest import MARINA
from .play_server import NUMBER, PlayServer, way_in
from .screen import Screen

pytestmark = pytest.mark.enable_socket  # browser and stand-in talk over loopback

HOSTILE = "<img src=x onerror=alert(1)>"


def test_what_the_customer_writes_appears_in_the_operators_chat(screen: Screen, play: PlayServer) -> None:
    screen.write("Mensagem do cliente", "Vocês abrem no domingo?")
    expect(screen.page.locator("#chat-log .theirs")).to_contain_text("Vocês abrem no domingo?")
    expect(screen.page.locator("#chat-list")).to_contain_text("Marina Duarte")
    posted = {
        "wa_id": MARINA,
        "name": "Marina Duarte",
        "phone_number_id": NUMBER,
        "text": "Vocês abrem no domingo?",
    }
    assert play.posts_to("/play/customer") == [posted]


def test_what_the_operator_answers_appears_on_the_phone_with_its_mark(screen: Screen, play: PlayServer) -> None:
    screen.write("Mensagem do cliente", "Oi")
    screen.write("Resposta do operador", "Bom dia, Marina!")
    expect(screen.page.locator("#phone-log .theirs")).to_contain_text("Bom dia, Marina!")
    expect(screen.page.locator("#chat-log .mine .ack")).to_have_attribute("aria-label", "entregue ao WhatsApp")
    assert play.posts_to("/play/operator") == [{"chat_id": 700, "text": "Bom dia, Marina!"}]


def test_an_unconfirmed_answer_shows_a_clock_and_no_mark(screen: Screen, play: PlayServer) -> None:
    screen.write("Mensagem do cliente", "Oi")
    screen.write("Resposta do operador", "Um momento")
    mark = screen.page.locator("#chat-log .mine .ack")
    expect(mark).to_have_attribute("data-ack", "acked")
    play.chats[0]["messages"][-1]["ack"] = False
    expect(mark).to_have_attribute("data-ack", "waiting")


def test_shift_enter_breaks_the_line_and_blank_text_is_not_sent(screen: Screen, play: PlayServer) -> None:
    field = screen.page.get_by_label("Mensagem do cliente", exact=True)
    screen.write("Mensagem do cliente", "   ")
    field.fill("uma")
    field.press("Shift+Enter")
    field.press_sequentially("duas")
    field.press("Enter")
    expect(screen.page.locator("#phone-log .mine .text")).to_have_text("uma\nduas")
    assert [body["text"] for body in play.posts_to("/play/customer")] == ["uma\nduas"]


def test_a_hostile_name_and_text_are_shown_as_text(screen: Screen, play: PlayServer) -> None:
    play.add_phone("5531900000000", HOSTILE)
    play.parked.append({"id": "p", "source_id": "1", "conversation": HOSTILE, "reason": HOSTILE, "parked_ms": 1})
    play.traces["wamid.IN1"] = {"status": HOSTILE, "steps": []}
    screen.page.get_by_label("Cliente", exact=True).select_option(label=HOSTILE)
    screen.write("Mensagem do cliente", HOSTILE + "<script>alert(2)</script>")
    expect(screen.page.locator("#chat-name")).to_have_text(HOSTILE)
    expect(screen.page.locator("#chat-log .theirs .text")).to_have_text(HOSTILE + "<script>alert(2)</script>")
    expect(screen.page.locator("#parked-list strong")).to_have_text(HOSTILE)
    expect(screen.page.locator(".stage img, .stage script")).to_have_count(0)


def test_a_picture_of_the_customer_is_seen_on_both_sides(screen: Screen, play: PlayServer) -> None:
    picture = {"name": "bolo.png", "mimeType": "image/png", "buffer": files.png()}
    screen.page.set_input_files("#phone-file", picture)
    expect(screen.page.locator("#phone-form .attached")).to_contain_text("bolo.png")
    screen.write("Mensagem do cliente", "É este bolo")
    (posted,) = play.posts_to("/play/customer")
    assert posted["text"] == "É este bolo"
    assert posted["file"]["mime_type"] == "image/png"
    assert base64.b64decode(posted["file"]["bytes_base64"]) == files.png()
    for log in ("#phone-log", "#chat-log"):
        image = screen.page.locator(f"{log} img")
        expect(image).to_be_visible()
        assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") == 2
    expect(screen.page.locator("#phone-form .attached")).to_be_hidden()


def test_an_operator_sends_several_files_without_a_word(screen: Screen, play: PlayServer) -> None:
    screen.write("Mensagem do cliente", "oi")
    expect(screen.page.locator("#chat-log")).to_contain_text("oi")
    given = [("a.pdf", "application/pdf", files.pdf()), ("b.ogg", "audio/ogg", files.ogg_opus()), ("c.txt", "", b"x")]
    screen.page.set_input_files(
        "#chat-file", [{"name": name, "mimeType": mime, "buffer": data} for name, mime, data in given]
    )
    screen.page.get_by_label("Tirar c.txt").click()
    screen.page.get_by_label("Enviar como operador").click()
    (posted,) = play.posts_to("/play/operator")
    assert "text" not in posted
    assert [file["name"] for file in posted["files"]] == ["a.pdf", "b.ogg"]
    expect(screen.page.locator("#chat-log a", has_text="a.pdf")).to_have_attribute("download", "a.pdf")
    expect(screen.page.locator("#chat-log audio")).to_be_visible()


def test_a_refused_file_stays_attached(chromium: Browser, play: PlayServer) -> None:
    opened = Screen(chromium, play.url, 1280, 800)
    play.refusals["/play/customer"] = (400, {"error": "at most 40000000 characters", "path": "file.bytes_base64"})
    opened.page.set_input_files("#phone-file", {"name": "x.pdf", "mimeType": "application/pdf", "buffer": b"x"})
    opened.page.get_by_label("Enviar como cliente").click()
    expect(opened.page.locator("#toasts")).to_contain_text("file.bytes_base64")
    expect(opened.page.locator("#phone-form .attached")).to_contain_text("x.pdf")
    opened.page.close()


def test_a_hostile_file_name_is_shown_as_text(screen: Screen, play: PlayServer) -> None:
    screen.page.set_input_files("#phone-file", {"name": HOSTILE, "mimeType": "text/html", "buffer": b"<script>"})
    screen.page.get_by_label("Enviar como cliente").click()
    expect(screen.page.locator("#chat-log a")).to_contain_text("<img")
    assert screen.page.locator("#chat-log img").count() == 0


@pytest.mark.parametrize(
    ("ticks", "label"),
    [("sent", "enviada"), ("delivered", "entregue"), ("read", "lida"), ("failed", "não entregue")],
)
def test_each_receipt_has_its_tick(screen: Screen, play: PlayServer, ticks: str, label: str) -> None:
    message = {"id": "wamid.T", "from": "business", "text": "Olá", "kind": "text", "at_ms": 1, "ticks": ticks}
    play.phones[0]["messages"].append(message)
    tick = screen.page.get_by_role("img", name=label, exact=True)
    expect(tick).to_be_visible()
    expect(tick).to_have_attribute("data-ticks", ticks)
    expect(tick.locator("path")).to_have_count({"sent": 1, "failed": 3}.get(ticks, 2))


def test_a_message_can_be_marked_read_or_failed(screen: Screen, play: PlayServer) -> None:
    for wamid in ("wamid.A", "wamid.B"):
        message = {"id": wamid, "from": "business", "text": wamid, "kind": "text", "at_ms": 1, "ticks": "delivered"}
        play.phones[0]["messages"].append(message)
    rows = screen.page.locator("#phone-log .theirs")
    rows.nth(0).get_by_text("marcar como lida").click()
    expect(rows.nth(0).locator(".ticks")).to_have_attribute("data-ticks", "read")
    rows.nth(1).get_by_text("falhar").click()
    expect(rows.nth(1)).to_contain_text("não entregue")
    expect(screen.page.get_by_text("marcar como lida").filter(visible=True)).to_have_count(0)
    assert play.posts_to("/play/read") == [{"wamid": "wamid.A"}]
    assert play.posts_to("/play/fail") == [{"wamid": "wamid.B", "code": 131026}]


def test_the_way_lists_each_step_with_its_time_since_the_start(screen: Screen) -> None:
    screen.write("Mensagem do cliente", "Oi")
    steps = screen.page.locator("#way-steps li")
    expect(steps).to_have_count(6)
    expect(steps.nth(0)).to_contain_text("Webhook recebido")
    expect(steps.nth(1)).to_contain_text("esperou 85 ms")
    expect(steps.nth(4)).to_contain_text("+1,2 s")
    expect(steps.nth(4)).to_contain_text("Entregue ao Bitrix24")
    tones = [item.get_attribute("data-tone") for item in screen.page.locator("#way-stations li").all()]
    assert tones == ["ok", "ok", "ok", "ok", "none"]


def test_a_step_without_a_sentence_is_shown_by_its_own_name(screen: Screen, play: PlayServer) -> None:
    screen.write("Mensagem do cliente", "Oi")
    expect(screen.page.locator("#way-steps li")).to_have_count(6)
    play.traces["wamid.IN1"]["steps"].append({"at_ms": way_in(0)["steps"][0]["at_ms"], "step": "um_passo_novo"})
    expect(screen.page.locator("#way-steps")).to_contain_text("um_passo_novo")


@pytest.mark.parametrize(
    ("switch", "choice", "expected"),
    [
        ("Bitrix24 fora do ar", None, {"provider": "bitrix24", "kind": "html", "status": 503, "times": 1000}),
        ("Bitrix24 lento", None, {"provider": "bitrix24", "kind": "delay", "delay_ms": 4000, "times": 1000}),
        ("Meta recusa o envio", "131047", {"provider": "meta", "kind": "status", "status": 400, "times": 1000}),
        ("Resposta perdida", "meta", {"provider": "meta", "kind": "timeout_after_effect", "times": 1}),
        ("Limite de taxa", "bitrix24", {"provider": "bitrix24", "kind": "status", "status": 503, "times": 3}),
        ("Limite de taxa", "131056", {"provider": "meta", "kind": "status", "status": 400, "times": 3}),
    ],
)
def test_a_fault_switch_posts_its_fault(
    screen: Screen, play: PlayServer, switch: str, choice: str | None, expected: dict[str, object]
) -> None:
    if choice:
        screen.page.get_by_label(f"{switch}: qual").select_option(choice)
    toggle = screen.page.get_by_role("switch", name=switch)
    toggle.click()
    expect(toggle).to_have_attribute("aria-checked", "true")
    ((fault,),) = play.posts_to("/faults")
    assert {key: value for key, value in fault.items() if key not in ("match", "body")} == expected
    if choice and choice.isdigit():
        assert fault["body"]["error"]["code"] == int(choice)
    if expected["provider"] == "meta":
        assert fault["match"] == {"path": "/messages"}


def test_switching_one_fault_off_keeps_the_others(screen: Screen, play: PlayServer) -> None:
    for name in ("Bitrix24 lento", "Limite de taxa"):
        screen.page.get_by_role("switch", name=name).click()
        expect(screen.page.get_by_role("switch", name=name)).to_have_attribute("aria-checked", "true")
    screen.page.get_by_role("switch", name="Bitrix24 lento").click()
    expect(screen.page.get_by_role("switch", name="Bitrix24 lento")).to_have_attribute("aria-checked", "false")
    expect(screen.page.get_by_role("switch", name="Limite de taxa")).to_have_attribute("aria-checked", "true")
    assert [fault["kind"] for fault in play.faults] == ["status"]


def test_a_portal_that_is_down_is_told_to_the_operator(screen: Screen) -> None:
    expect(screen.page.locator("#portal-down")).to_be_hidden()
    screen.page.get_by_role("switch", name="Bitrix24 fora do ar").click()
    expect(screen.page.locator("#portal-down")).to_be_visible()


def test_a_doubled_webhook_is_the_same_webhook_posted_twice(screen: Screen, play: PlayServer) -> None:
    screen.page.get_by_role("switch", name="Webhook duplicado").click()
    screen.write("Mensagem do cliente", "Oi")
    expect(screen.page.locator("#toasts")).to_contain_text("duas vezes")
    first, second = play.posts_to("/play/customer", 2)
    assert second == {**first, "source_id": "wamid.IN1"}
    assert play.posts_to("/faults", 0) == []


def test_a_message_that_arrived_twice_is_shown_twice(screen: Screen, play: PlayServer) -> None:
    message = {"id": "wamid.D", "from": "business", "text": "em dobro", "kind": "text", "at_ms": 1, "ticks": "sent"}
    play.phones[0]["messages"] += [message, dict(message)]
    expect(screen.page.locator("#phone-log .theirs")).to_have_count(2)


def test_receipts_can_be_switched_to_manual(screen: Screen, play: PlayServer) -> None:
    expect(screen.page.get_by_role("radio", name="automáticos")).to_be_checked()
    screen.page.get_by_text("manuais").click()
    expect(screen.page.get_by_role("radio", name="manuais")).to_be_checked()
    assert play.posts_to("/play/receipts") == [{"mode": "manual"}]


def test_a_new_customer_starts_with_a_first_message(screen: Screen, play: PlayServer) -> None:
    screen.page.get_by_role("button", name="Novo cliente").click()
    screen.page.get_by_label("Nome no perfil").fill("Rui Prado")
    screen.page.get_by_label("Telefone (wa_id, só números)").fill("5541955554444")
    screen.page.get_by_label("Identificador sem telefone").fill("BR.13491208655302741918")
    screen.page.get_by_role("button", name="Usar este celular").click()
    screen.write("Mensagem do cliente", "Primeira vez aqui")
    expect(screen.page.locator("#chat-name")).to_have_text("Rui Prado")
    (posted,) = play.posts_to("/play/customer")
    assert (posted["wa_id"], posted["user_id"]) == ("5541955554444", "BR.13491208655302741918")


def test_a_new_customer_may_have_no_phone_but_not_no_address_at_all(screen: Screen, play: PlayServer) -> None:
    screen.page.get_by_role("button", name="Novo cliente").click()
    screen.page.get_by_label("Telefone (wa_id, só números)").fill("")
    screen.page.get_by_role("button", name="Usar este celular").click()
    expect(screen.page.get_by_role("dialog")).to_be_visible()
    screen.page.get_by_label("Identificador sem telefone").fill("BR.13491208655302741918")
    screen.page.get_by_role("button", name="Usar este celular").click()
    expect(screen.page.get_by_role("dialog")).to_be_hidden()
    expect(screen.page.locator("#phone-detail")).to_have_text("BR.13491208655302741918")


def test_a_refused_step_is_told_as_refused(screen: Screen, play: PlayServer) -> None:
    screen.write("Mensagem do cliente", "Oi")
    expect(screen.page.locator("#way-steps li")).to_have_count(6)
    play.traces["wamid.IN1"]["steps"][3]["detail"] = "refused not_active_line"
    row = screen.page.locator("#way-steps li[data-tone=bad]")
    expect(row).to_contain_text("Recusada na etapa")
    expect(row).to_contain_text("refused not_active_line")


def test_a_file_that_was_left_behind_does_not_look_like_a_stopped_message(screen: Screen, play: PlayServer) -> None:
    screen.write("Mensagem do cliente", "Oi")
    expect(screen.page.locator("#chat-log")).to_contain_text("Oi")
    (wamid,) = play.traces
    play.traces[wamid]["steps"].insert(2, {"at_ms": play.traces[wamid]["steps"][0]["at_ms"] + 90, "step": "fetch"})
    play.traces[wamid]["steps"][2]["detail"] = "refused expired"
    step = screen.page.locator("#way-steps li", has_text="Arquivo deixado para trás")
    expect(step).to_have_attribute("data-tone", "warn")


def test_a_customers_message_marked_as_read_lights_the_last_station(screen: Screen, play: PlayServer) -> None:
    screen.write("Mensagem do cliente", "Oi")
    receipt = screen.page.locator("#way-stations li").last
    expect(screen.page.locator("#way-steps li")).to_have_count(6)  # the stand-in has the message: its ticks may move
    expect(receipt).to_have_attribute("data-tone", "none")
    play.phones[0]["messages"][0]["ticks"] = "read"
    expect(receipt).to_have_attribute("data-tone", "ok")


def test_a_refused_send_gives_the_text_back_with_the_reason(chromium: Browser, play: PlayServer) -> None:
    play.refusals["/play/customer"] = (400, {"error": "texto longo demais", "path": "text"})
    screen = Screen(chromium, play.url, 1280, 800)
    screen.write("Mensagem do cliente", "não se perca")
    expect(screen.page.locator("#toasts")).to_contain_text("texto longo demais (text)")
    expect(screen.page.get_by_label("Mensagem do cliente", exact=True)).to_have_value("não se perca")
    screen.page.close()


def test_a_sandbox_that_is_gone_is_said_plainly(chromium: Browser, play: PlayServer) -> None:
    screen = Screen(chromium, play.url, 1280, 800)
    play.refusals["/play/state"] = (503, {"error": "down"})
    expect(screen.page.locator("#contact")).to_contain_text("sem contato")
    del play.refusals["/play/state"]
    expect(screen.page.locator("#contact")).to_have_text("ao vivo")
    screen.page.close()


def test_a_hidden_page_asks_for_nothing_until_it_is_seen_again(screen: Screen, play: PlayServer) -> None:
    page = screen.page
    page.clock.install()
    page.reload()
    expect(page.locator("#contact")).to_have_text("ao vivo")
    page.evaluate("Object.defineProperty(document, 'hidden', {get: () => window.away ?? true, configurable: true})")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_load_state("networkidle")
    before = play.polls
    page.clock.run_for(60_000)
    assert play.polls == before
    with page.expect_response("**/play/state"):
        page.evaluate("window.away = false; document.dispatchEvent(new Event('visibilitychange'))")


def test_a_narrow_phone_shows_one_part_at_a_time_without_scrolling_sideways(small: Screen, play: PlayServer) -> None:
    play.phones[0]["name"] = "Maria" * 60
    small.write("Mensagem do cliente", "x" * 400)
    expect(small.page.locator("#phone-log .mine")).to_be_visible()
    for tab, part in (("Celular", "phone"), ("Caminho", "way"), ("Operador", "operator"), ("Falhas", "faults")):
        small.page.locator(".tabs").get_by_role("button", name=tab).click()
        expect(small.page.locator(f"#{part}")).to_be_visible()
        others = [name for name in ("phone", "way", "operator", "faults") if name != part]
        for other in others:
            expect(small.page.locator(f"#{other}")).to_be_hidden()
        widths = small.page.evaluate("[document.documentElement.scrollWidth, document.body.scrollWidth]")
        assert max(widths) <= 360, tab


def test_choosing_a_bubble_on_a_narrow_phone_opens_its_way(small: Screen) -> None:
    small.write("Mensagem do cliente", "Oi")
    small.page.locator("#phone-log .bubble").click()
    expect(small.page.locator("#way")).to_be_visible()
    expect(small.page.locator("#way-steps li")).to_have_count(6)


def test_the_window_is_shown_and_can_be_shut(screen: Screen, play: PlayServer) -> None:
    expect(screen.page.locator("#window-state")).to_contain_text("janela aberta até")
    screen.write("Mensagem do cliente", "Oi")
    screen.page.get_by_role("button", name="Voltar 25 h").click()
    expect(screen.page.locator("#window-state")).to_contain_text("fechada")
    expect(screen.page.get_by_role("button", name="Voltar 25 h")).to_be_hidden()
    assert play.posts_to("/play/rewind") == [{"wa_id": MARINA, "phone_number_id": NUMBER, "hours": 25}]
