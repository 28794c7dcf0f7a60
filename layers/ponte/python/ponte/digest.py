"""Short, safe names for ids that must not stand in clear where keys and queue attributes are shown."""

import hashlib
from base64 import urlsafe_b64encode
from functools import lru_cache


@lru_cache(maxsize=1024)  # a message asks for the same few, again and again
def digest(*parts: str) -> str:
    """First 22 characters of base64url(SHA-256(parts joined with "|")): 132 bits, safe in any key or queue id.

    Keeps phones and BSUIDs out of keys, since keys end up in logs, metrics and consoles of the store.
    """
    joined = "|".join(parts).encode("utf-8", "surrogatepass")
    return urlsafe_b64encode(hashlib.sha256(joined).digest())[:22].decode()
