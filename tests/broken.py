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


def without(tree: Any, path: Place) -> Any:
    """A copy of the tree without that place, which is not the root."""
    if len(path) == 1:
        return (
            {key: value for key, value in tree.items() if key != path[0]}
            if isinstance(tree, dict)
            else [value for n, value in enumerate(tree) if n != path[0]]
        )
    return replaced(tree, path[:1], without(tree[path[0]], path[1:]))


def with_extras(tree: Any, extra: Any) -> Any:
    """A copy of the tree with keys in every mapping that nobody knows."""
    if isinstance(tree, dict):
        return {"_new": extra, **{key: with_extras(value, extra) for key, value in tree.items()}, "new2": [extra]}
    return [with_extras(value, extra) for value in tree] if isinstance(tree, list) else tree
