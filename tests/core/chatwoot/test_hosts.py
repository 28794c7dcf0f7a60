"""Which addresses may be a tenant's Chatwoot, as far as the name tells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ponte.chatwoot import hosts


@pytest.mark.parametrize(
    "url",
    [
        "https://chat.zattar.example",
        "https://chat.zattar.example/",
        "  https://CHAT.Zattar.example/  ",
        "https://chat.zattar.example:443",
        "https://chat.zattar.example/api/v1",
        "https://chat.zattar.example/app/",
    ],
)
def test_the_ways_people_write_their_address_name_one_host(url: str) -> None:
    assert hosts.host_of(url) == "chat.zattar.example"


@pytest.mark.parametrize("host", ["app.chatwoot.com", "a.b.c.d.example.com.br", "xn--caf-dma.example", "a.xn--p1ai"])
def test_public_names_may_be_called(host: str) -> None:
    assert hosts.is_public_name(host)
    assert hosts.host_of(f"https://{host}") == host


@pytest.mark.parametrize(
    "url",
    [
        "",
        "chat.zattar.example",
        "http://chat.zattar.example",
        "ftp://chat.zattar.example",
        "https://chat.zattar.example:3000",
        "https://user@chat.zattar.example",
        "https://user:pw@chat.zattar.example",
        "https://chat.zattar.example@evil.example/",
        "https://chat.zattar.example\\@evil.example",
        "https://chat.zattar.example/intern",
        "https://chat.zattar.example/?x=1",
        "https://chat.zattar.example/#x",
        "https://chat.zattar.example.",
        "https://127.0.0.1",
        "https://127.1",
        "https://2130706433",
        "https://0x7f.1",
        "https://10.0.0.8",
        "https://169.254.169.254",
        "https://[::1]",
        "https://[bad",
        "https://localhost",
        "https://chat",
        "https://chat.localhost",
        "https://chat.local",
        "https://ip-10-0-0-1.ec2.internal",
        "https://chat.home.arpa",
        "https://chat.lan",
        "https://-chat.example",
        "https://chat_wood.example",
        "https://chát.example",
        "https://chat.example\r\nhost: x",
        f"https://{'a' * 64}.example",
        f"https://{'a.' * 130}example",
        "https://" + "a" * 3000 + ".example",
    ],
)
def test_nothing_else_is_an_address_to_call(url: str) -> None:
    assert hosts.host_of(url) == ""


@given(st.text())
def test_whatever_is_written_gives_a_public_name_or_nothing(url: str) -> None:
    for written in (url, f"https://{url}"):
        host = hosts.host_of(written)
        assert host == "" or hosts.is_public_name(host)
