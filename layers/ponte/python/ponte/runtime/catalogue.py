"""Reading an account's whole catalogue of templates: by a person's word. Single ones are read before use."""

from ponte.outcome import Outcome, Succeeded
from ponte.runtime.outbound_performer import OutboundPerformer
from ponte.whatsapp import requests, templates
from ponte.whatsapp.templates import Template
from ponte.whatsapp.typed_reads import Json, label, mapping, mappings

MAX_PAGES = 60  # of 100; Meta allows an account 6000 templates
CALL_SECONDS = 20.0


def refresh(means: OutboundPerformer, waba_id: str) -> list[Template] | Outcome:
    """All templates of the account, kept as Graph lists them now; or why Graph did not list them, and nothing is lost:
    what was read until then is kept, and only a full reading forgets what is gone."""
    token, read_ms = means.secrets.read().access_token, means.clock.now_ms()
    found: list[Template] = []
    after = ""
    for _ in range(MAX_PAGES):
        page = means.meta.call(requests.templates(waba_id, means.graph_version, token, after), CALL_SECONDS)
        if not isinstance(page, Succeeded):
            return page
        answer: Json = dict(page.result)
        for row in mappings(answer, "data"):
            if template := templates.read(row, read_ms):
                means.templates.keep(waba_id, template)
                found.append(template)
        paging = mapping(answer, "paging")
        after = label(mapping(paging, "cursors"), "after", 2000) if paging.get("next") else ""
        if not after:
            means.templates.forget_missing(waba_id, found, read_ms)
            break
    return found
