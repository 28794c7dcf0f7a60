"""The playground in Chromium, before a stand-in of the play API with one phone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from .play_server import PlayServer
from .screen import Screen

MARINA = "5511987654321"


@pytest.fixture
def play() -> Iterator[PlayServer]:
    server = PlayServer()
    server.add_phone(MARINA, "Marina Duarte")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def screen(chromium: Browser, play: PlayServer) -> Iterator[Screen]:
    opened = Screen(chromium, play.url, 1280, 800)
    yield opened
    opened.page.close()
    assert opened.wrongs == []


@pytest.fixture
def small(chromium: Browser, play: PlayServer) -> Iterator[Screen]:
    opened = Screen(chromium, play.url, 360, 640)
    yield opened
    opened.page.close()
    assert opened.wrongs == []
