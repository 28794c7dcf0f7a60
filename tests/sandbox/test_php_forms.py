"""Forms as PHP writes them."""

from typing import Any

from sandbox import php_forms


def test_encoding_is_http_build_querys() -> None:
    tree: dict[str, Any] = {"a b": {"x": [1, True, False, None]}, "none": None, "empty": [], "text": "á~[b]\n"}
    assert php_forms.encode(tree) == (
        b"a+b%5Bx%5D%5B0%5D=1&a+b%5Bx%5D%5B1%5D=1&a+b%5Bx%5D%5B2%5D=0&text=%C3%A1%7E%5Bb%5D%0A"
    )


def test_what_was_encoded_is_decoded_with_every_leaf_a_string() -> None:
    tree = {"data": {"LINE": 107, "MESSAGES": [{"im": {"chat_id": 1}, "message": {"text": "Olá [b]x[/b] & y=z"}}]}}
    decoded = php_forms.decode(php_forms.encode(tree))
    assert decoded == {
        "data": {"LINE": "107", "MESSAGES": [{"im": {"chat_id": "1"}, "message": {"text": "Olá [b]x[/b] & y=z"}}]}
    }


def test_odd_bodies_do_not_fail() -> None:
    for body in (b"", b"\xff=\xfe", b"a[=1&[b]=2&=3", b"a=1&a[b]=2"):
        assert isinstance(php_forms.decode(body), dict)
