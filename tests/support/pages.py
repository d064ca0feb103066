"""The pages that users read: the README, ``docs/``, their Chinese twins, and the blocks of code in them.

A block may say above it what must have happened before: ``<!-- scene: corrected -->`` (``tests/support/scenes.py``).
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parents[2]
DOCS: Final = ROOT / "docs"
README: Final = ROOT / "README.md"
CHINESE: Final = {README: ROOT / "README.zh-CN.md"} | {
    path.with_name(path.name.replace(".zh.md", ".md")): path for path in sorted(DOCS.glob("*.zh.md"))
}
"""``{page: its Chinese twin}``."""

ENGLISH: Final = [README, *sorted(path for path in DOCS.rglob("*.md") if not path.name.endswith(".zh.md"))]
PAGES: Final = [*ENGLISH, *CHINESE.values()]
FOR_CONTRIBUTORS: Final = [ROOT / name for name in ("CONTRIBUTING.md", "ARCHITECTURE.md", "benchmarks/README.md")]

_BLOCK: Final = re.compile(
    r"(?:^ *<!-- scene: (?P<scene>[\w ]+) -->\n)?^(?P<indent> *)```(?P<language>\w+)\n(?P<text>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
_LINK: Final = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


class Block(NamedTuple):
    """A fenced block: its text has no indent, whatever the list that it stands in."""

    page: Path
    language: str
    text: str
    scene: str
    indent: str = ""

    @property
    def name(self) -> str:
        """For a test's id."""
        return f"{named(self.page)} {self.text.partition(chr(10))[0][:60]}"

    @property
    def commands(self) -> list[str]:
        """What a reader types: every line of a script, the lines behind ``$`` of a transcript."""
        lines = self.text.splitlines()
        if self.language == "console":
            return [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
        return lines if self.language in ("sh", "powershell", "cron", "yaml", "ini") else []


def named(page: Path) -> str:
    """A page as its readers name it."""
    return page.relative_to(ROOT).as_posix()


def is_chinese(page: Path) -> bool:
    return page in CHINESE.values()


def blocks(page: Path) -> list[Block]:
    """All of a page, from top to bottom."""
    found = []
    for match in _BLOCK.finditer(page.read_text(encoding="utf-8")):
        indent = match["indent"]
        text = re.sub(f"^{indent}", "", match["text"], flags=re.MULTILINE)
        found.append(Block(page, match["language"], text, match["scene"] or "", indent))
    return found


def all_blocks(language: str, containing: str = "") -> list[Block]:
    """Those of all pages in one language, with these words in them."""
    return [one for page in PAGES for one in blocks(page) if one.language == language and containing in one.text]


def the_block(language: str, containing: str) -> str:
    """The one block of the English pages in this language that has these words."""
    found = [one.text for one in all_blocks(language, containing) if not is_chinese(one.page)]
    assert len(found) == 1, containing
    return found[0]


def rewrite(block: Block, text: str) -> None:
    """Put another text in the place of a block's."""
    old, new = (re.sub("^(?=.)", block.indent, one, flags=re.MULTILINE) for one in (block.text, text))
    page = block.page.read_text(encoding="utf-8")
    fence = f"{block.indent}```{block.language}\n"
    assert page.count(fence + old) == 1, block.name
    block.page.write_text(page.replace(fence + old, fence + new), encoding="utf-8")


def manual() -> str:
    """All that an English reader may read."""
    return "\n".join(page.read_text(encoding="utf-8") for page in ENGLISH)


def links(page: Path) -> Iterator[str]:
    """The targets of a page's links and pictures; code is left out."""
    text = _BLOCK.sub("", page.read_text(encoding="utf-8"))
    yield from _LINK.findall(re.sub(r"`[^`\n]*`", "", text))


def anchors(page: Path) -> set[str]:
    """What a link may name behind ``#``: the headings, as a code host and the site write them."""
    text = _BLOCK.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {
        re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", heading.replace("`", "").lower().strip())) for heading in headings
    }
