"""The tree of exceptions as its module draws it."""

import re
from collections.abc import Iterator

from importer import errors
from importer.errors import ImporterError


def below(kind: type[ImporterError], depth: int = 0) -> Iterator[tuple[int, str]]:
    """Every exception of the program with its depth in the tree."""
    yield depth, kind.__name__
    for one in kind.__subclasses__():
        if one.__module__ == errors.__name__:
            yield from below(one, depth + 1)


def test_the_tree_that_is_drawn_is_that_of_the_classes() -> None:
    """Whoever adds an exception finds here that its place in the drawing is missing, or is another's."""
    drawn = re.findall(r"^([ │├└─]*)(\w+)(?: {2,}|$)", errors.__doc__ or "", re.MULTILINE)
    assert {(len(branch) // 5, name) for branch, name in drawn if branch or name == "ImporterError"} == {
        *below(ImporterError)
    }
