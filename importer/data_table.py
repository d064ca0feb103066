"""Tables of words in text files beside the modules that use them: whoever adds a language edits no Python."""

import re
from pathlib import Path


def data_table(module: str, name: str) -> list[tuple[str, str]]:
    """Read a table beside ``module`` (its ``__file__``): of each line the head and the text behind its colon.

    An indented line continues the one above it; ``#`` begins a remark.
    """
    text = re.sub(r"(?m)^#.*\n", "", Path(module).with_name(name).read_text(encoding="utf-8"))
    lines = (line.partition(": ") for line in re.sub(r"\n +", " ", text).splitlines())
    return [(head, rest) for head, _, rest in lines]


def word_table(module: str, name: str, between: str | None = "; ") -> dict[str, list[str]]:
    """The same as ``{head: words}``; ``between`` is what stands between words, ``None`` for spaces."""
    return {head: [word for word in words.split(between) if word] for head, words in data_table(module, name)}
