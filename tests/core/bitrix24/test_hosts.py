"""Only portals get tokens, only the two OAuth servers get the secret."""

import pytest

from ponte.bitrix24 import hosts


@pytest.mark.parametrize(
    "host",
    ["contoso.bitrix24.com", "contoso.bitrix24.com.br", "b24-x1.bitrix24.eu", "x.bitrix24.com.tr", "a.b.bitrix24.de"],
)
def test_portals_are_known_by_their_zone(host: str) -> None:
    assert hosts.is_portal_host(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "bitrix24.com",
        "bitrix24.com.br",
        ".bitrix24.com",
        "x.bitrix24.com.",
        "x.bitrix24.com.evil.example",
        "evil.example",
        "xbitrix24.com",
        "x.bitrix24.co",
        "x.bitrix24.site",
        "x.bitrix24.shop",
        "x.bitrix24.net",
        "x.bitrix24.tech",
        "oauth.bitrix.info",
        "X.bitrix24.com",
        "x.bitrix24.com:443",
        "user@x.bitrix24.com",
        "x.bitrix24.com/evil",
        "x.bitrix24.com\n",
        "x\n.bitrix24.com",
        " x.bitrix24.com",
        "-x.bitrix24.com",
        "x-.bitrix24.com",
        "x..bitrix24.com",
        "a.b.c.d.bitrix24.com",
        "x.bitrix\uff12\uff14.com",
        "\u0445.bitrix24.com",
        "x.bitrix24\u3002com",
        "x%2e.bitrix24.com",
        "127.0.0.1",
        "x" * 64 + ".bitrix24.com",
    ],
)
def test_everything_else_is_no_portal(host: str) -> None:
    assert not hosts.is_portal_host(host)
    assert hosts.portal_url(host) in {"", f"https://{host.strip().lower()}/"}


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        ("https://contoso.bitrix24.com.br/rest/", "https://contoso.bitrix24.com.br/rest/"),
        ("https://Contoso.Bitrix24.com.br/rest/", "https://contoso.bitrix24.com.br/rest/"),
        ("https://contoso.bitrix24.com.br/rest", "https://contoso.bitrix24.com.br/rest/"),
        ("https://contoso.bitrix24.com.br/rest/im.message.add.json?x=1", "https://contoso.bitrix24.com.br/rest/"),
        ("http://contoso.bitrix24.com.br/rest/", ""),
        ("https://contoso.bitrix24.com.br/", ""),
        ("https://contoso.bitrix24.com.br/restless/", ""),
        ("https://contoso.bitrix24.com.br:8443/rest/", ""),
        ("https://a:b@contoso.bitrix24.com.br/rest/", ""),
        ("https://evil.example/rest/", ""),
        ("https://evil.example\\.bitrix24.com/rest/", ""),
        ("https://evil.example#.bitrix24.com/rest/", ""),
        ("https://[::1]/rest/", ""),
        ("https://[broken/rest/", ""),
        ("//contoso.bitrix24.com.br/rest/", ""),
        ("/rest/", ""),
        ("", ""),
        ("https://contoso.bitrix24.com.br/rest/" + "x" * 3000, ""),
    ],
)
def test_client_endpoints_are_put_together_from_what_was_checked(url: str, endpoint: str) -> None:
    assert hosts.client_endpoint(url) == endpoint


@pytest.mark.parametrize(
    ("server_endpoint", "host"),
    [
        ("https://oauth.bitrix.info/rest/", "oauth.bitrix.info"),
        ("https://oauth.bitrix24.tech/rest/", "oauth.bitrix24.tech"),
        ("https://OAUTH.bitrix24.tech/rest/", "oauth.bitrix24.tech"),
        ("https://oauth.bitrix24.tech.evil.example/rest/", "oauth.bitrix.info"),
        ("https://oauth.bitrix24.tech@evil.example/rest/", "oauth.bitrix.info"),
        ("http://oauth.bitrix24.tech/rest/", "oauth.bitrix.info"),
        ("https://oauth.bitrix24.tech:444/rest/", "oauth.bitrix.info"),
        ("https://contoso.bitrix24.com/rest/", "oauth.bitrix.info"),
        ("", "oauth.bitrix.info"),
        (None, "oauth.bitrix.info"),
    ],
)
def test_the_secret_goes_to_the_two_oauth_servers_only(server_endpoint: str | None, host: str) -> None:
    assert hosts.oauth_host(server_endpoint) == host


def test_addresses_for_people_and_calls() -> None:
    assert hosts.portal_url(" Contoso.bitrix24.com.br ") == "https://contoso.bitrix24.com.br/"
    assert hosts.endpoint_of("contoso.bitrix24.com.br") == "https://contoso.bitrix24.com.br/rest/"
    assert hosts.host_of("https://contoso.bitrix24.com.br/~aB3xK#img.jpg") == "contoso.bitrix24.com.br"
    assert hosts.endpoint_of("evil.example") == hosts.host_of("https://evil.example/") == ""
