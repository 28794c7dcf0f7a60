"""What operators read, for every sample, in both languages."""

from dataclasses import replace
from pathlib import Path

import pytest

from ponte.texts import whatsapp_lines
from ponte.whatsapp import describe, messages
from ponte.whatsapp.events import (
    Body,
    Call,
    Card,
    Choice,
    Contacts,
    Edit,
    InboundMessage,
    Media,
    Order,
    OrderLine,
    Reaction,
    Referral,
    Revoke,
    Sender,
    SystemChange,
    Text,
    Unsupported,
)
from ponte.whatsapp.split import split

SAMPLES = Path(__file__).parents[2] / "samples" / "whatsapp"

LINES = {
    "audio_file": "🎵 Áudio",
    "audio_voice_note": "🎤 Mensagem de voz",
    "batch_two_changes": "first",
    "button_template_quick_reply": "🔘 Respondeu: Stop promotions",
    "contacts": "👤 Contato: Lucía Gómez\nAcme\n+1 (983) 555-2319\nlucia@example.com",
    "contacts_phone_request_answer": "👤 O cliente informou o próprio contato: Pablo M.\n+16505559999",
    "document": "📎 Documento: proposal.pdf\nSigned copy",
    "edit_image_caption": "✏️ O cliente editou uma mensagem:\n📷 Imagem\nTaj Mahal, Agra",
    "edit_text": "✏️ O cliente editou uma mensagem:\nDoes it come in another colour?",
    "forwarded": "↪️ Mensagem encaminhada:\nfwd",
    "frequently_forwarded": "↪️ Mensagem encaminhada com frequência:\n📷 Imagem",
    "group_text": "Hello group",
    "image": "📷 Imagem\nTaj Mahal",
    "image_with_url": "📷 Imagem",
    "interactive_button_reply": "🔘 Escolheu: Yes, confirm",
    "interactive_call_permission_reply": "📞 O cliente permitiu que você ligue para ele pelo WhatsApp.",
    "interactive_list_reply": "🔘 Escolheu na lista: Tuesday 10:00\nRoom 2",
    "interactive_nfm_reply_malformed": (
        "📝 Formulário respondido, mas as respostas chegaram ilegíveis. Peça ao cliente que as envie por mensagem."
    ),
    "interactive_nfm_reply": "📝 Formulário respondido\nfull_name: Sheena Nelson\ncity: Austin",
    "interactive_without_object_and_value_errors": (
        "⚠️ O cliente enviou uma mensagem que não pôde ser lida (interactive). "
        "Veja no celular ou peça que envie de novo."
    ),
    "location_pin": "📍 Localização\nhttps://maps.google.com/?q=-23.561414,-46.655881",
    "location_place": (
        "📍 Localização: Facebook HQ\n1 Hacker Way, Menlo Park, CA 94025\n"
        "https://maps.google.com/?q=37.461198,-122.216438\nhttps://maps.google.com/?cid=2000000000000000000"
    ),
    "order": (
        "🛒 Pedido do catálogo\n2x di9ozbzfi4 (USD 7,99 cada)\n1x nqryix03ez (USD 20 cada)\n"
        "Total: USD 35,98\nLove these!"
    ),
    "reaction": "😮 O cliente reagiu a uma mensagem.",
    "reaction_removed": "O cliente retirou a reação a uma mensagem.",
    "referral_ctwa_ad": "Hi! Can I get more info?\n\n📣 Veio do anúncio: Chat with us https://fb.me/3cr4Wqqkv",
    "referred_product": "Is this available?\n\n🛍️ Sobre o produto di9ozbzfi4",
    "reply_with_context": "↩️ Em resposta a uma mensagem anterior:\nYes, that one",
    "request_welcome": "",
    "revoke": "🗑️ O cliente apagou uma mensagem.",
    "smb_echo_edit": "✏️ Mensagem editada no celular:\nAnswered from my phone",
    "smb_echo_revoke": "🗑️ Mensagem apagada no celular.",
    "smb_echo_text": "Answered from the phone",
    "sticker": "🖼️ Figurinha",
    "system_user_changed_number": (
        "📱 O cliente mudou de número: de +16505551234 para +12195555358. A conversa continua aqui."
    ),
    "system_user_changed_number_legacy": (
        "📱 O cliente mudou de número: de +16505551234 para +12195555358. A conversa continua aqui."
    ),
    "system_user_changed_user_id": "🔔 A identificação do cliente no WhatsApp mudou. A conversa continua aqui.",
    "text": "Does it come in another color?",
    "text_bsuid_only": "Hi, I found you by username",
    "text_bsuid_parent": "Second line",
    "text_legacy_no_bsuid": "Hello",
    "text_without_body": (
        "⚠️ O cliente enviou uma mensagem que não pôde ser lida (text). Veja no celular ou peça que envie de novo."
    ),
    "text_unicode": "Olá! Preço à vista: R$ 1.299,90 👍🏽\nObrigado 🙏",
    "unknown_type": (
        "⚠️ O cliente enviou uma mensagem que não pôde ser lida (hologram). Veja no celular ou peça que envie de novo."
    ),
    "unsupported": ("⚠️ O cliente enviou algo que o WhatsApp não entrega neste canal. Peça que envie de outra forma."),
    "unsupported_with_type": (
        "⚠️ O cliente enviou algo que o WhatsApp não entrega neste canal (voto em enquete). "
        "Peça que envie de outra forma."
    ),
    "user_id_update_legacy_field": "🔔 A identificação do cliente no WhatsApp mudou. A conversa continua aqui.",
    "video": "🎬 Vídeo\nCheck this",
}


def shown(body: Body, lang: str = "pt-BR", about: str = "", referral: Referral | None = None) -> str:
    message = InboundMessage("wamid.1", "1", 0, Sender("16505551234"), "any", body, referral=referral)
    return describe.line(message, lang, about)


def test_every_sample_of_a_message_has_its_line() -> None:
    found = {}
    for path in sorted(SAMPLES.glob("*/body")):
        for item in reversed(split(path.read_bytes()).items):
            if item.kind in ("message", "group", "echo"):
                found[path.parent.name] = describe.line(messages.read(item.payload))
    assert found == LINES


def test_a_line_is_plain_text_even_when_the_customer_writes_braces_or_markup() -> None:
    hostile = "{quantity} [b]x[/b] <b>{0}</b> %s {"
    assert shown(Text(hostile)) == hostile
    assert shown(Choice(hostile, "", "button")) == f"🔘 Escolheu: {hostile}"


def test_english_is_spoken_to_those_who_read_it() -> None:
    assert shown(Media("audio", "1", voice=True), "en") == "🎤 Voice message"
    assert shown(Order("1", (OrderLine("p", 2, "7.5", "BRL"),)), "en").endswith("Total: BRL 15.0")


def test_the_message_spoken_of_is_named_where_it_is_known() -> None:
    assert shown(Reaction("wamid.2", "👍"), about="Segue a  proposta") == (
        "👍 O cliente reagiu à mensagem “Segue a proposta”"
    )
    assert shown(Reaction("wamid.2", None), about="oi") == "O cliente retirou a reação à mensagem “oi”"
    assert shown(Edit("wamid.2", Text("novo")), about="velho") == "✏️ O cliente editou a mensagem “velho”:\nnovo"
    assert shown(Revoke("wamid.2"), about="x" * 200) == f"🗑️ O cliente apagou a mensagem “{'x' * 59}…”"


@pytest.mark.parametrize(
    ("message", "line"),
    [
        (Text("sim"), "↩️ Em resposta a “Confirma?”:\nsim"),
        (Choice("Sim", "1", "button"), "↩️ Em resposta a “Confirma?”:\n🔘 Escolheu: Sim"),
        (Reaction("wamid.2", "👍"), "👍 O cliente reagiu à mensagem “Confirma?”"),
    ],
    ids=["text", "choice", "reaction"],
)
def test_a_reply_quotes_what_it_answers(message: Body, line: str) -> None:
    reply = InboundMessage("wamid.1", "1", 0, Sender("16505551234"), "any", message, reply_to="wamid.2")
    assert describe.line(reply, about="Confirma?") == line


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("↩️ Em resposta a “x”:\nsim", "sim"),
        ("↩️ Em resposta a “x”:\n↪️ Mensagem encaminhada:\nsim\nsenhor", "sim\nsenhor"),
        ("sim", "sim"),
        ("↩️", "↩️"),
        ("", ""),
    ],
)
def test_what_names_a_message_are_its_own_words(text: str, words: str) -> None:
    assert describe.excerpt(text) == words


def test_an_edited_message_keeps_its_place_and_says_that_it_was_edited() -> None:
    edit = InboundMessage("wamid.1", "1", 0, Sender(), "edit", Edit("wamid.0", Text("novo")))
    assert describe.edited(edit) == "novo\n_✏️ editada pelo cliente_"
    assert describe.edited(replace(edit, body=Edit("wamid.0", Unsupported(0, "")))) == ""


@pytest.mark.parametrize(
    ("call", "line"),
    [
        (Call(), "📞 Chamada perdida do cliente no WhatsApp."),
        (Call(130), "📞 Chamada do cliente no WhatsApp, atendida fora deste canal: 2 min 10 s."),
    ],
)
def test_a_call_is_told_with_its_length(call: Call, line: str) -> None:
    assert shown(call) == line


def test_unreadable_answers_of_a_form_are_asked_for_again() -> None:
    assert "ilegíveis" in shown(Choice("", "", "flow", is_readable=False))


def test_a_total_is_given_only_where_it_is_one() -> None:
    mixed = Order("1", (OrderLine("a", 1, "1", "BRL"), OrderLine("b", 1, "1", "USD")))
    unpriced = Order("1", (OrderLine("a", 1, "1", "BRL"), OrderLine("b", 1)))
    assert "Total" not in shown(mixed) + shown(unpriced) + shown(Order("1", ()))
    assert "1x b" in shown(unpriced)


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (Unsupported(131052, "t"), whatsapp_lines.TEXTS["line.whatsapp.too_big"]["pt-BR"]),
        (Unsupported(0, ""), whatsapp_lines.TEXTS["line.whatsapp.unknown"]["pt-BR"]),
        (Contacts((Card("", ("1",)),)), "👤 Contato: sem nome\n1"),
        (Choice("reject", "", "call_permission"), "📞 O cliente não permitiu ligações pelo WhatsApp."),
        (SystemChange("user_changed_number"), "📱 O cliente mudou de número no WhatsApp. A conversa continua aqui."),
        (SystemChange("other"), "🔔 Aviso do WhatsApp sobre este cliente."),
        (Media("document", ""), "📎 Documento"),
    ],
    ids=repr,
)
def test_what_has_little_to_show_still_has_a_line(body: Body, line: str) -> None:
    assert shown(body) == line


def test_where_a_customer_came_from_is_told_by_headline_or_text() -> None:
    post = Referral("post", source_url="https://fb.me/1", body="Promoção de\nverão")
    assert shown(Text("oi"), referral=post) == "oi\n\n📣 Veio da publicação: Promoção de verão https://fb.me/1"


def test_every_sentence_is_there_in_both_languages_with_the_same_placeholders() -> None:
    for key, sentences in whatsapp_lines.TEXTS.items():
        assert set(sentences) == {"pt-BR", "en"}, key
        fields = [{part.split("}")[0] for part in each.split("{")[1:]} for each in sentences.values()]
        assert fields[0] == fields[1], key
