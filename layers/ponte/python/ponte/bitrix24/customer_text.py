"""What a customer wrote on WhatsApp as text for a Bitrix24 chat: readable, and never a command to the portal.

The portal reads BBCode in incoming text, so "[" from a customer is followed by U+2060 WORD JOINER: it looks the same,
can be copied, and no tag parser takes it for one. The same invisible character is put

- before a lone "1" or "0", or one followed by a blank: while a rating is pending the portal takes such a text for a
  like or a dislike and shows it to nobody;
- into a line of exactly 54 hyphens, with which the portal fences the quotes of its own replies.

A joiner and not U+200B, which some cleaners of text trim away. *b* _i_ ~s~ ```mono``` `mono` become [b] [i] [s] [code]
where WhatsApp itself would show them so: on one line, at the borders of words. Addresses are left alone.
"""

import re
from functools import partial

_JOINER = "\u2060"
_UNREADABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_FENCE = re.compile(r"^(?P<indent>[ \t]*)-{54}(?=[ \t]*$)", re.MULTILINE)
_VOTE = re.compile(r"\s*(?=[01](?:\s|$))")
_KEPT_AS_IT_IS = re.compile(
    r"```(?!`)(?P<block>[^`]+)```|`(?P<inline>[^`\n]+)`|(?i:https?)://[^\s`]*[^\s*_~`.,;:!?)]"  # mono, mono, address
)
_MARKERS = tuple(
    (re.compile(rf"(?<![\w{mark}]){mark}(?=\S)([^{mark}\n]+)(?<=\S){mark}(?![\w{mark}])"), tag)
    for mark, tag in ((r"\*", "b"), ("_", "i"), ("~", "s"))
)
_OURS = re.compile(r"\[(/?)([bis])\]")
_KEPT = "\x01"  # stands for a piece that is put back at the end; no such character is left in the input


def to_bitrix24(text: str) -> str:
    """The customer's text for imconnector.send.messages: the only BBCode in it is ours, paired [b] [i] [s] [code]."""
    text = _UNREADABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = text.replace("[", f"[{_JOINER}")
    text = _FENCE.sub(lambda fence: f"{fence['indent']}-{_JOINER}{'-' * 53}", text)
    text = _with_tags(text)
    vote = _VOTE.match(text)
    return f"{text[: vote.end()]}{_JOINER}{text[vote.end() :]}" if vote else text


def _with_tags(text: str) -> str:
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        mono = found["block"] or found["inline"]
        kept.append(f"[code]{mono}[/code]" if mono else found[0])
        return _KEPT

    text = _KEPT_AS_IT_IS.sub(keep, text)
    for pattern, tag in _MARKERS:
        text = pattern.sub(partial(_tagged, tag), text)
    pieces = iter(kept)
    return re.sub(_KEPT, lambda _: next(pieces), text) if kept else text


def _tagged(tag: str, found: re.Match[str]) -> str:
    """The marked words between tags, unless they hold half of another pair (`*a _b* c_`)."""
    unclosed: list[str] = []
    for close, name in _OURS.findall(found[1]):
        if not close:
            unclosed.append(name)
        elif not unclosed or unclosed.pop() != name:
            return found[0]
    return found[0] if unclosed else f"[{tag}]{found[1]}[/{tag}]"
