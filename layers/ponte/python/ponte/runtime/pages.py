"""The pages a portal opens inside itself: install, app page, connector settings. Server-rendered, pt-BR first.

They stand in a frame of the portal, so X-Frame-Options is left out and the frame's ancestor is the proven portal alone.
"""

import html
import secrets
from collections.abc import Mapping
from string import Template
from typing import Any

from ponte.bitrix24 import forms
from ponte.bitrix24.install import InstallRequest, parse_install
from ponte.errors import BadRequest, MalformedEvent
from ponte.mappings import Portal
from ponte.runtime.answers import LambdaAnswer, Webhook, page, text, webhook
from ponte.runtime.ingress import Bitrix24Door
from ponte.runtime.installation import Claimed, Installation, LineState
from ponte.texts import text as sentence

BX24 = "https://api.bitrix24.com"  # the only script from outside: Bitrix24's own, which reports "installed"

_PAGE = Template("""<!doctype html>
<html lang="$lang"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style nonce="$nonce">
:root{color-scheme:light}body{margin:0;font:16px/1.5 system-ui,sans-serif;color:#1c2b33;background:#f4f7f6}
main{max-width:38rem;margin:2rem auto;padding:1.5rem 1.75rem;background:#fff;border-radius:12px;
box-shadow:0 1px 4px #0002}
h1{font-size:1.25rem;margin:0 0 .75rem}.state{padding:.6rem .9rem;border-radius:8px;background:#e6f4ea}
.state.bad{background:#fdecea}label{display:block;padding:.5rem 0}button{font:inherit;padding:.55rem 1.1rem;border:0;
border-radius:8px;background:#0b6e4f;color:#fff;cursor:pointer}button:focus-visible{outline:3px solid #7cc4a8}
small{color:#51626b}</style>$script</head><body><main><h1>$title</h1>$body</main></body></html>
""")


class Pages:
    """/bitrix24/install and /bitrix24/settings."""

    def __init__(self, installation: Installation, door: Bitrix24Door, language: str) -> None:
        self._installation = installation
        self._door = door
        self._language = language

    def __call__(self, event: Mapping[str, Any]) -> LambdaAnswer:
        request = webhook(event)
        if request.method != "POST":
            return self._answer(200, "page.open_in_portal.title", self._paragraph("page.open_in_portal.body"), None)
        try:
            tree = forms.decode(request.body, request.headers.get("content-type"))
        except BadRequest as error:
            return text(error.status)
        except MalformedEvent:
            return text(400)
        if "event" in tree:
            return self._door.take(tree)
        asked = parse_install(dict(request.query), tree)
        if not asked.is_complete:
            return self._answer(400, "page.refused.title", self._paragraph("page.refused.body"), None)
        if request.path.endswith("/settings") or asked.placement == "SETTING_CONNECTOR":
            return self._settings(request, asked, tree)
        return self._install(asked)

    def _install(self, asked: InstallRequest) -> LambdaAnswer:
        portal = self._installation.install_page(asked)
        if portal is None:
            return self._answer(403, "page.refused.title", self._paragraph("page.refused.body"), None)
        return self._answer(200, "page.installed.title", self._paragraph("page.installed.body"), portal, finish=True)

    def _settings(self, request: Webhook, asked: InstallRequest, tree: Mapping[str, Any]) -> LambdaAnswer:
        """The connector's page for one line. The administrator's token must be proven like an installation's."""
        claimed = Claimed(asked.member_id, asked.auth_id, "", asked.expires_in, asked.server_endpoint or "", "")
        owner = self._installation.prove(claimed)
        portal = self._installation.portal(asked.member_id) if owner else None
        if owner is not None and portal is None:
            portal = self._installation.install_page(asked)
        if portal is None:
            return self._answer(403, "page.refused.title", self._paragraph("page.refused.body"), None)
        line = asked.options.get("line", 0)
        if not line:
            return self._answer(400, "page.settings.title", self._paragraph("page.settings.no_line"), portal)
        connector = asked.options.get("connector") or self._installation.connector_id
        chosen = tree.get("phone_number_id")
        state = self._installation.settle_line(portal, connector, line, chosen if isinstance(chosen, str) else "")
        body = self._line_state(state) if state.number else self._choice(request, tree, state)
        return self._answer(200, "page.settings.title", body, portal, finish=True)

    def _line_state(self, state: LineState) -> str:
        phone = state.number.display_phone_number if state.number else ""
        if state.problem:
            why = sentence(f"reason.bitrix24.{state.problem}", self._language, code=state.problem, detail="")
            words = sentence("page.settings.failed", self._language, line=state.line, why=why)
            return f'<p class="state bad">{html.escape(words)}</p>'
        key = "page.settings.active" if state.works else "page.settings.activating"
        words = sentence(key, self._language, line=state.line, phone=phone)
        return f'<p class="state">{html.escape(words)}</p>{self._paragraph("page.settings.next")}'

    def _choice(self, request: Webhook, tree: Mapping[str, Any], state: LineState) -> str:
        """A form with the free numbers, posted back here with what the portal sent."""
        if not state.free:
            return f'<p class="state bad">{html.escape(sentence("page.settings.no_number", self._language))}</p>'
        kept = {name: value for name, value in tree.items() if isinstance(value, str) and name != "phone_number_id"}
        hidden = "".join(
            f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
            for name, value in kept.items()
        )
        rows = "".join(
            '<label><input type="radio" name="phone_number_id" required '
            f'value="{html.escape(number.phone_number_id)}"> '
            f"{html.escape(number.display_phone_number)}</label>"
            for number in state.free
        )
        query = "&".join(f"{name}={value}" for name, value in request.query.items() if value.replace(".", "").isalnum())
        button = html.escape(sentence("page.settings.choose", self._language))
        return (
            f'{self._paragraph("page.settings.which")}<form method="post" action="?{html.escape(query)}">'
            f"{hidden}{rows}<button>{button}</button></form>"
        )

    def _paragraph(self, key: str) -> str:
        return f"<p>{html.escape(sentence(key, self._language))}</p>"

    def _answer(
        self, status: int, title: str, body: str, portal: Portal | None, *, finish: bool = False
    ) -> LambdaAnswer:
        nonce = secrets.token_urlsafe(16)
        script = ""
        if finish:
            script = (
                f'<script src="{BX24}/api/v1/"></script>'
                f'<script nonce="{nonce}">BX24.init(function(){{BX24.installFinish();}});</script>'
            )
        ancestors = f"https://{portal.domain}" if portal else "'none'"
        policy = (
            f"default-src 'none'; script-src {BX24} 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src {BX24}; "
            f"form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
        )
        words = html.escape(sentence(title, self._language))
        document = _PAGE.substitute(lang=self._language, title=words, nonce=nonce, script=script, body=body)
        return page(status, document, policy)
