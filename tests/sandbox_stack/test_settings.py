"""Ports, folders and overrides from the environment."""

from pathlib import Path

import pytest

from sandbox.settings import SettingsError, from_environment


def test_without_a_word_the_sandbox_takes_its_usual_place() -> None:
    settings = from_environment({})
    assert settings.first_port == 8700
    assert settings.folder == Path(".sandbox").resolve()
    assert settings.open_browser
    assert settings.overrides == {}


def test_two_sandboxes_eight_ports_apart_share_none() -> None:
    kinds = ("gateway", "control", "playground", "meta", "bitrix24", "oauth", "egress", "emulator")
    first, second = (from_environment({"SANDBOX_PORT": port}) for port in ("9000", "9008"))
    assert not {first.port(kind) for kind in kinds} & {second.port(kind) for kind in kinds}
    assert [first.port(kind) for kind in kinds] == list(range(9000, 9008))


@pytest.mark.parametrize("port", ["", "0"])
def test_an_empty_port_is_the_usual_one_and_zero_is_none(port: str) -> None:
    if port:
        with pytest.raises(SettingsError):
            from_environment({"SANDBOX_PORT": port})
    else:
        assert from_environment({"SANDBOX_PORT": port}).first_port == 8700


@pytest.mark.parametrize("port", ["80", "65530", "-1", "eight", "٨٧٠٠", "8700.5"])
def test_a_port_that_cannot_be_is_refused(port: str) -> None:
    with pytest.raises(SettingsError, match="SANDBOX_PORT"):
        from_environment({"SANDBOX_PORT": port})


def test_an_override_takes_the_place_of_one_fake_only() -> None:
    settings = from_environment({"SANDBOX_META_URL": "http://127.0.0.1:9/", "SANDBOX_OAUTH_URL": ""})
    assert settings.overrides == {"meta": "http://127.0.0.1:9"}


def test_no_browser_opens_none() -> None:
    assert not from_environment({"NO_BROWSER": "1"}).open_browser
