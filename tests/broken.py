"""JSON trees broken on purpose: any place in them, anything put there."""

from typing import Any

type Place = tuple[Any, ...]


def places(tree: Any, path: Place = ()) -> list[Place]:
    """Every place of a tree as a path of keys and indexes, the root's () first."""
    steps = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [path, *(place for key, value in steps for place in places(value, (*path, key)))]


def replaced(tree: Any, path: Place, value: Any) -> Any:
    """A copy of the tree with `value` at that place."""
    if not path:
        return value
    copy = dict(tree) if isinstance(tree, dict) else list(tree)
    copy[path[0]] = replaced(copy[path[0]], path[1:], value)
    return copy
