"""Names of strangers' files: whatever comes in, a plain short name comes out."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ponte.media.names import MAX_NAME, content_disposition, safe_name

PDF = ("pdf",)
JPEG = ("jpg", "jpeg", "jpe", "jfif")


@pytest.mark.parametrize(
    ("name", "extensions", "expected"),
    [
        ("proposta.pdf", PDF, "proposta.pdf"),
        ("Orçamento 4512.pdf", PDF, "Orçamento 4512.pdf"),
        ("foto.JPEG", JPEG, "foto.JPEG"),
        ("../../etc/passwd", (), "etc-passwd"),
        ("..\\..\\windows\\system32\\x.dll", (), "windows-system32-x.dll"),
        ("/absoluto.pdf", PDF, "absoluto.pdf"),
        ("C:\\Users\\ana\\nota.pdf", PDF, "C_-Users-ana-nota.pdf"),
        ("a\u2215b\uff0fc.pdf", PDF, "a-b-c.pdf"),
        ("nota\x00.pdf", PDF, "nota.pdf"),
        ("nota.pdf\x00.exe", PDF, "nota.pdf.exe.pdf"),
        ("foto\u202egpj.exe", JPEG, "fotogpj.exe.jpg"),
        ("\u2066a\u2069\u200f.pdf", PDF, "a.pdf"),
        ("linha\r\nContent-Type: text/html.pdf", PDF, "linha Content-Type_ text-html.pdf"),
        ('a"b<c>d|e?f*g.pdf', PDF, "a_b_c_d_e_f_g.pdf"),
        ("\ud800x.pdf", PDF, "x.pdf"),
        ("foto.exe", JPEG, "foto.exe.jpg"),
        ("sem extensao", PDF, "sem extensao.pdf"),
        ("programa.exe", (), "programa.exe"),
        ("CON.pdf", PDF, "_CON.pdf"),
        ("nul", (), "_nul"),
        ("...", PDF, "documento.pdf"),
        ("", PDF, "documento.pdf"),
        ("   \t\n ", (), "documento"),
        (".pdf", PDF, "documento.pdf"),
        (".htaccess", (), "documento.htaccess"),
        ("😀.pdf", PDF, "😀.pdf"),
        ("e\u0301.pdf", PDF, "\u00e9.pdf"),
        ("x" * 300 + ".pdf", PDF, "x" * 46 + ".pdf"),
        ("x" * 300, (), "x" * 50),
        ("a" * 5_000_000 + ".pdf", PDF, "a" * 46 + ".pdf"),
        ("nome.muitolongaextensao", PDF, "nome.muitolongaextensao.pdf"),
    ],
    ids=repr,
)
def test_a_name_is_made_plain_and_keeps_its_extension_at_the_end(
    name: str, extensions: tuple[str, ...], expected: str
) -> None:
    assert safe_name(name, "documento", extensions) == expected


@given(st.text(max_size=200), st.sampled_from([(), PDF, JPEG]))
def test_any_text_gives_a_printable_name_of_stated_length(name: str, extensions: tuple[str, ...]) -> None:
    plain = safe_name(name, "documento", extensions)
    assert 0 < len(plain) <= MAX_NAME
    assert plain.isprintable()
    assert not set(plain) & set('/\\:*?"<>|')
    assert not plain.startswith(".")
    if extensions:
        assert plain.rpartition(".")[2].lower() in extensions
    header = content_disposition(plain)
    assert header.isascii()
    assert re.fullmatch(
        r"attachment; filename=\"[A-Za-z0-9 ._()-]+\"; filename\*=UTF-8''[A-Za-z0-9!#$&+.^_`|~%-]+", header
    )


def test_a_header_carries_the_name_in_both_forms() -> None:
    assert content_disposition("Orçamento (2).pdf") == (
        "attachment; filename=\"Orcamento (2).pdf\"; filename*=UTF-8''Or%C3%A7amento%20%282%29.pdf"
    )
