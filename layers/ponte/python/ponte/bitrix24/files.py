"""Operators' files: where a portal's link may lead. Values only; runtime/transfers.py fetches.

A file comes as a short public link, https://{portal}/~code#img.jpg, which redirects to a signed address of the same
portal; neither needs a token, and none is sent. The portal's chats take files of up to 100 MB.
Source: the portal module's own source (read 2026-11).
"""

from urllib.parse import urlsplit

from ponte.bitrix24 import hosts
from ponte.http import HttpRequest


def address_of(link: str, portal_domain: str) -> str:
    """Where to fetch a link of an event, "" for one that does not lead into a portal.

    The host is always the portal's own of now: a link written before a rename works under the new name, and nobody
    else's address is called whatever the event says. Redirects may lead to any portal's host, for the same reason.
    """
    if not hosts.host_of(link):
        return ""
    return urlsplit(link)._replace(netloc=portal_domain, fragment="").geturl()


def download(url: str, timeout_seconds: float) -> HttpRequest:
    return HttpRequest("GET", url, timeout_seconds=timeout_seconds)
