"""The signatures that ``help`` and notebooks show: every keyword by its name, with its default."""

from collections.abc import Callable, Iterator
from inspect import Parameter, signature
from pathlib import Path
from typing import Any, TypeVar

from importer.config.settings import Config
from importer.library.wording import key_of

F = TypeVar("F", bound=Callable[..., Any])


def lists(keywords: type) -> Callable[[F], F]:
    """Let a function show the keywords of a ``TypedDict`` in the place of its ``**options``."""

    def listing(function: F) -> F:
        shown = signature(function)
        own = [one for one in shown.parameters.values() if one.kind is not Parameter.VAR_KEYWORD]
        function.__signature__ = shown.replace(parameters=[*own, *_keywords(keywords)])  # type: ignore[attr-defined]
        return function

    return listing


def _keywords(keywords: type) -> Iterator[Parameter]:
    """Without types, which would hide the names in some thousand letters; type checkers know them."""
    for name in keywords.__annotations__:
        setting = Config.model_fields.get(key_of(name))
        default = None if setting is None else setting.default
        yield Parameter(name, Parameter.KEYWORD_ONLY, default=str(default) if isinstance(default, Path) else default)
