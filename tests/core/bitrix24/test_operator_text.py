"""An operator's BBCode as WhatsApp text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ponte.bitrix24.markup import to_whatsapp

FENCE = "-" * 54


@pytest.mark.parametrize(
    ("text", "plain", "signed"),
    [
        ("[b]Ana Souza:[/b] [br]Boa tarde!", "Boa tarde!", "*Ana Souza:*\nBoa tarde!"),
        ("[b]Ana Souza:[/b][br] Boa tarde!", "Boa tarde!", "*Ana Souza:*\nBoa tarde!"),
        ("[b]Ana Souza:[/b] ", "", "*Ana Souza:*"),
        ("[b]A*na:[/b] [br]x", "x", "*Ana:*\nx"),
        ("Boa tarde!", "Boa tarde!", "Boa tarde!"),
        ("[b]Atenção:[/b] prazo amanhã", "*Atenção:* prazo amanhã", "*Atenção:* prazo amanhã"),
        ("[b]Atenção:[/b]\nprazo", "*Atenção:*\nprazo", "*Atenção:*\nprazo"),
        ("[b]Atenção:[/b]", "*Atenção:*", "*Atenção:*"),
        ("x [b]Ana:[/b] [br]y", "x *Ana:* \ny", "x *Ana:* \ny"),
    ],
)
def test_the_operators_name_is_kept_or_removed_as_the_line_is_set(text: str, plain: str, signed: str) -> None:
    assert to_whatsapp(text, signature=False) == plain
    assert to_whatsapp(text, signature=True) == signed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[b]x[/b] [I]y[/I] [s]z[/s] [u]w[/u]", "*x* _y_ ~z~ w"),
        ("[b] x [/b]y", "*x* y"),
        ("[b]one\ntwo[/b]", "*one*\n*two*"),
        ("[b]a[i]b[/i]c[/b]", "*a_b_c*"),
        ("[b]a [i]b[/b] c[/i]", "*a _b_* _c_"),
        ("[b][b]x[/b][/b]", "*x*"),
        ("[b]x", "*x*"),
        ("x[/b]", "x"),
        ("[b][/b]x[i] [/i]", "x"),
        ("a[br]b[BR]c", "a\nb\nc"),
        ("[url=https://x.example/a?b=1&c=2]Ver[/url]", "Ver (https://x.example/a?b=1&c=2)"),
        ("[URL]https://x.example/[/URL]", "https://x.example/"),
        ("[url=https://x.example/]https://x.example[/url]", "https://x.example"),
        ("[url=https://x.example/][/url]", "https://x.example/"),
        ("[url=https://x.example/]Ver", "Ver (https://x.example/)"),
        ("[url=/company/27/]perfil[/url]", "perfil"),
        ("[url=javascript:alert(1)]x[/url]", "x"),
        ("[b][url=https://x.example/]Ver[/url][/b]", "*Ver* (https://x.example/)"),
        ("[user=27]Ana[/user] [chat=5]grupo[/chat] [send=/x]ok[/send]", "Ana grupo ok"),
        ("[put=/x]p[/put] [call=+55]ligar[/call] [pch=1]c[/pch]", "p ligar c"),
        ("veja [disk=5][attach=7]isto", "veja isto"),
        ("[icon=https://x/1.png size=16 title=Sorriso] oi", "Sorriso oi"),
        ("[icon=https://x/1.png title=Bom dia height=9]", "Bom dia"),
        ("[img]https://x/1.png[/img] [img size=small]https://x/2.png[/img]", "https://x/1.png https://x/2.png"),
        ("[code][b]x[/b]\n  y[/code]", "```[b]x[/b]\n  y```"),
        ("[code]x", "x"),
        (":f09f9880: :f09f9881:", "\U0001f600 \U0001f601"),
        (":f0000000: :12345678:", ":f0000000: :12345678:"),
        (">>citado\nresposta", "> citado\nresposta"),
        ("[quote]a\nb[/quote]c", "> a\n> b\nc"),
        (f"{FENCE}\nAna [17.03.2026 10:00] #chat1/2\nx\ny\n{FENCE}\nresposta", "> Ana:\n> x\n> y\nresposta"),
        (f"{FENCE}\nsem nome\n{FENCE}\nresposta", "> sem nome\nresposta"),
        (f"{FENCE}\nsozinha", f"{FENCE}\nsozinha"),
        ("-" * 53 + "\nx\n" + "-" * 53, "-" * 53 + "\nx\n" + "-" * 53),
        ("[unknown]x[/unknown] [1] [] [b", "[unknown]x[/unknown] [1] [] [b"),
        ("art. 5 [hoje 10:00] [i am]", "art. 5 [hoje 10:00] [i am]"),
        ("a\x00b\ud800c", "abc"),
        ("  x  ", "x"),
        ("", ""),
    ],
)
def test_codes_become_whatsapps_own_or_leave_their_text(text: str, expected: str) -> None:
    assert to_whatsapp(text, signature=False) == expected


@pytest.mark.parametrize(
    "text",
    ["[b]" * 70_000, "[url=" * 40_000, "[code]" * 30_000, "[b][i]x[/b] " * 15_000, "[quote]" * 30_000, "[" * 200_000],
)
def test_hostile_nesting_ends(text: str) -> None:
    """Each would take minutes if any step were quadratic; nothing is timed."""
    to_whatsapp(text, signature=True)


words = st.sampled_from(["[b]", "[/b]", "[i]", "[/i]", "[url=http://x]", "[/url]", "[code]", "[/code]", "[quote]"])
words |= st.sampled_from(
    ["[/quote]", "[br]", "\n", " ", "a", "b\u00e9", "[", "]", ">>", FENCE, ":f09f9880:", "\x01", "\ud800"]
)


@given(st.lists(words, max_size=30).map("".join))
def test_any_text_converts_and_no_word_is_lost(text: str) -> None:
    shown = to_whatsapp(text, signature=False)
    assert shown.count("a") + shown.count("b") >= text.count("\u00e9")
    assert len(re.findall("\u00e9", shown)) == text.count("\u00e9")
    assert not re.search("[\x01\x02\ud800]", shown)
    assert shown == shown.strip()
    shown.encode()
