"""File names of strangers, made fit to be shown, stored and put into a header.

What a sender calls a file may hold anything: paths, bidi overrides that turn "exe.gpj" round, NUL, a megabyte of it.
"""

import re
import unicodedata
from urllib.parse import quote

MAX_NAME = 50  # a portal keeps the last 50 characters: ours are cut before the extension instead
_SEPARATORS = re.compile(r"[/\\\u2044\u2215\u29f8\uff0f\uff3c]")
_RESERVED = re.compile(r'[<>:"|?*\uff1a]')
_EXTENSION = re.compile(r"\.([A-Za-z0-9]{1,10})$")
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)")
_ATTR_CHARS = "!#$&+-.^_`|~"  # RFC 5987, attr-char, beside letters and digits


def safe_name(name: str, fallback: str, extensions: tuple[str, ...] = (), limit: int = MAX_NAME) -> str:
    """A plain file name of at most `limit` characters, never empty, its extension at the end.

    fallback: what it is called where nothing is left of `name`. extensions: those that fit the file's type, the usual
    one first; a name with another one gets it added, so that "foto.exe" of a JPEG becomes "foto.exe.jpg".
    """
    plain = _plain(name)
    found = _EXTENSION.search(plain)
    if extensions and (found is None or found[1].lower() not in extensions):
        stem, extension = plain, f".{extensions[0]}"
    else:
        stem, extension = (plain[: found.start()], found[0]) if found else (plain, "")
    stem = stem.strip(" .-_") or fallback
    if _DEVICES.match(stem):
        stem = f"_{stem}"
    return stem[: limit - len(extension)].rstrip(" .") + extension


def content_disposition(name: str) -> str:
    """The value of a Content-Disposition header, plain ASCII (RFC 6266, with the name in the form of RFC 5987)."""
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    simple = re.sub(r"[^A-Za-z0-9 ._()-]", "_", folded).strip() or "file"
    return f"attachment; filename=\"{simple}\"; filename*=UTF-8''{quote(name, safe=_ATTR_CHARS)}"


def _plain(name: str) -> str:
    """Printable characters on one line, without paths: "../../etc/passwd" is called "etc-passwd"."""
    composed = unicodedata.normalize("NFC", name[:2000])
    kept = "".join(" " if char.isspace() else char for char in composed if char.isspace() or not _is_hidden(char))
    parts = (part.strip(" ") for part in _SEPARATORS.split(kept))
    joined = "-".join(part for part in parts if part.strip("."))
    return " ".join(_RESERVED.sub("_", joined).split())


def _is_hidden(char: str) -> bool:
    """Controls, bidi and other format characters, surrogates, private and unassigned code points."""
    return unicodedata.category(char)[0] == "C"
