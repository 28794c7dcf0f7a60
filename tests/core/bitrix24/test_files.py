"""Where an operator's link may lead."""

import pytest

from ponte.bitrix24.files import address_of

HOME = "contoso.bitrix24.com.br"


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("https://contoso.bitrix24.com.br/~aB3xK", "https://contoso.bitrix24.com.br/~aB3xK"),
        ("https://contoso.bitrix24.com.br/~aB3xK#img.jpg", "https://contoso.bitrix24.com.br/~aB3xK"),
        ("https://Contoso.Bitrix24.com.br/~a", "https://contoso.bitrix24.com.br/~a"),
        (
            "https://contoso.bitrix24.com.br/pub/im.file.php?FILE_ID=1&SIGN=x",
            "https://contoso.bitrix24.com.br/pub/im.file.php?FILE_ID=1&SIGN=x",
        ),
        ("https://old-name.bitrix24.com.br/~a", "https://contoso.bitrix24.com.br/~a"),
    ],
)
def test_a_portals_link_is_fetched_from_the_portals_own_host(link: str, address: str) -> None:
    assert address_of(link, HOME) == address


@pytest.mark.parametrize(
    "link",
    [
        "",
        "/~aB3xK",
        "//contoso.bitrix24.com.br/~a",
        "http://contoso.bitrix24.com.br/~a",
        "ftp://contoso.bitrix24.com.br/~a",
        "file:///etc/passwd",
        "gopher://contoso.bitrix24.com.br/",
        "https://evil.example/~a",
        "https://contoso.bitrix24.com.br.evil.example/~a",
        "https://evilbitrix24.com.br/~a",
        "https://contoso.bitrix24.com.br:8443/~a",
        "https://contoso.bitrix24.com.br@evil.example/~a",
        "https://evil.example#@contoso.bitrix24.com.br/~a",
        "https://evil.example\\@contoso.bitrix24.com.br/~a",
        "https://user:password@contoso.bitrix24.com.br/~a",
        "https://contoso.bitrix24.com.br./~a",
        "https://127.0.0.1/~a",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/~a",
        "https://[::ffff:169.254.169.254]/",
        "https://2852039166/",
        "https://localhost/~a",
        "https://graph.facebook.com/v26.0/me",
        "https://oauth.bitrix.info/rest/app.info",
        "https://contoso.bitrix24.com.br/~a\nHost: evil.example",
        "https://contoso.bitrix24.com.br/~a b",
        "https://contoso.b\u0456trix24.com.br/~a",
        "https://contoso\u3002bitrix24.com.br/~a",
        "https://[bad/~a",
        "https://contoso.bitrix24.com.br/~" + "a" * 5_000,
    ],
)
def test_no_other_link_is_fetched(link: str) -> None:
    assert address_of(link, HOME) == ""
