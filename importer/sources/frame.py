"""A DataFrame of pandas, and what becomes one: its titles and its cells go to a file of text; nothing is changed."""

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Protocol

from importer.errors import ConfigError, InputError
from importer.files.names import safe_stem
from importer.message import Message
from importer.sources.cell_values import text_of
from importer.sources.frame_cells import Cell, cells_of, is_nested
from importer.sources.source import Fetching, Source, spooled
from importer.texts import column_letter

if TYPE_CHECKING:
    import pandas as pd

HEAD: Final = b"\x89import-contacts table\n"
"""How the file of a DataFrame begins, and no other."""

NESTED_HEAD: Final = b"\x89import-contacts trees\n"
"""How one begins, of the same length, in which values have names in them."""

_CHUNK_ROWS: Final = 10_000
_NAME: Final = "DataFrame"
_LONGEST_NAME: Final = 50
"""Bytes."""

_A_ROW_EACH: Final = Message("give one with a row for every contact")
_LETTER: Final = re.compile(r"[^\W\d_]")


class PandasFrame(Protocol):
    """A DataFrame of pandas."""

    @property
    def attrs(self) -> Mapping[Any, Any]: ...

    @property
    def columns(self) -> Any: ...

    @property
    def iloc(self) -> Any: ...


class OtherFrame(Protocol):
    """A table of another library, such as polars or pyarrow, which makes a DataFrame of itself."""

    def to_pandas(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Frame:
    """A DataFrame; ``shown`` is the name of the file that it becomes, too.

    The file begins with ``HEAD``. Then each line is an array of texts in JSON: first the titles, then the rows, which
    the loader takes as they are. A CSV would be asked for its encoding, its delimiter and its header. Where a value is
    an object or has objects in it, so is the cell, and the file begins with ``NESTED_HEAD``.
    """

    data: Any = field(repr=False)
    shown: str = _NAME

    def fetch(self, terms: Fetching) -> Path:
        """Write the titles and the rows. Raises ``InputError``, ``OutputError``, and
        ``ConfigError`` for a table whose library cannot make a DataFrame of it."""
        path = terms.folder / self.shown
        frame = _as_pandas(self.data)
        if not frame.shape[1]:
            raise InputError("{source} has no columns", _A_ROW_EACH, source=self.shown)
        if not _kept_levels(frame) and not _counts(frame.index):
            left_out = Message("{source}: the index is numbers without a name, and is left out", source=self.shown)
            terms.remark(left_out)
        has_text = has_nested = False
        with spooled(path) as file:
            file.write(HEAD)
            _write(file, [titles_of(frame)])
            for start in range(0, len(frame), _CHUNK_ROWS):
                if terms.is_given_up():
                    return path
                columns = [*self._columns(frame, slice(start, start + _CHUNK_ROWS))]
                has_nested = has_nested or any(is_nested(cell) for column in columns for cell in column)
                has_text = has_text or any(_has_text(cell) for column in columns for cell in column)
                _write(file, zip(*columns, strict=True))
            if has_nested:
                file.seek(0)
                file.write(NESTED_HEAD)
        if not has_text:
            raise InputError("{source} has no row with text in it", _A_ROW_EACH, source=self.shown)
        return path

    def _columns(self, frame: "pd.DataFrame", rows: slice) -> Iterator[list[Cell]]:
        """The texts of each column of titles, of these rows. Raises ``InputError`` for a value that has no text."""
        part = frame.iloc[rows]
        levels = [part.index.get_level_values(level).to_series() for level in _kept_levels(frame)]
        columns = [*levels, *(part.iloc[:, place] for place in range(part.shape[1]))]
        for title, column in zip(titles_of(frame), columns, strict=True):
            try:
                yield cells_of(column)
            except Exception as error:  # any library's, of any kind of cell
                raise InputError(
                    "{source}: column {title} cannot be read as text: {reason}",
                    "make it text: df[column] = df[column].map(str)",
                    source=self.shown,
                    title=title,
                    reason=error,
                ) from error


def frame_of(data: object) -> Source | None:
    """A DataFrame as a source, ``None`` for what is none. Its name is ``df.attrs["name"]``, if that is a text."""
    pandas = sys.modules.get("pandas")  # who has a DataFrame has loaded it
    if not (pandas and isinstance(data, pandas.DataFrame)) and not callable(getattr(data, "to_pandas", None)):
        return None
    attrs = getattr(data, "attrs", None)
    name = attrs.get("name") if isinstance(attrs, Mapping) else None
    return Frame(data, (safe_stem(name, _LONGEST_NAME) if isinstance(name, str) else "") or _NAME)


def titles_of(frame: "pd.DataFrame") -> list[str]:
    """The titles of a DataFrame's columns, with the columns of its index in front.

    The labels of several levels become one title (``Phone``, ``Work``: "Phone Work"). A label without a letter would be
    taken for a value where an errors file is read again, and is "Column 2024"; a column without a label has the title
    that it has in a file without titles, "Column C".
    """
    titles = [_title(name) or _made_up(frame, level) for level, name in _names(frame)]
    for label in frame.columns:
        title = _title(label) or column_letter(len(titles))
        titles.append(title if _LETTER.search(_title(label)) else f"Column {title}")
    return titles


def _names(frame: "pd.DataFrame") -> list[tuple[int, Any]]:
    return [(level, frame.index.names[level]) for level in _kept_levels(frame)]


def _made_up(frame: "pd.DataFrame", level: int) -> str:
    """The title of an index without a name, as ``reset_index`` gives it."""
    return "index" if frame.index.nlevels == 1 else f"level_{level}"


def _kept_levels(frame: "pd.DataFrame") -> range:
    """The levels of the index that are columns: all but whole numbers without a name, which stand for the rows."""
    index = frame.index
    is_number = index.nlevels == 1 and index.name is None and getattr(index.dtype, "kind", "") in "iu"
    return range(0 if is_number else index.nlevels)


def _counts(index: "pd.Index[Any]") -> bool:
    """Whether an index says nothing: it is a range, or numbers the rows from 0."""
    import pandas as pd

    return isinstance(index, pd.RangeIndex) or index.equals(pd.RangeIndex(len(index)))


def _title(label: Any) -> str:
    """The text of a label; of a tuple, that of its parts."""
    parts = label if isinstance(label, tuple) else (label,)
    texts = [text_of(part) for part in parts if part is not None]
    return " ".join(text.strip() for text in texts if text.strip())


def _as_pandas(data: Any) -> "pd.DataFrame":
    """The table as a DataFrame of pandas. Raises ``ConfigError`` if its library cannot make one."""
    import pandas as pd

    if isinstance(data, pd.DataFrame):
        return data
    kind = type(data).__name__
    try:
        made = _through_arrow(data)
        made = data.to_pandas() if made is None else made
    except Exception as error:  # a library that is missing, or any that such a table is made of
        hint = Message("install what it needs, or give data.to_pandas()")
        raise ConfigError("{kind} cannot become a DataFrame: {reason}", hint, kind=kind, reason=error) from error
    if not isinstance(made, pd.DataFrame):
        raise ConfigError(
            "no table to import: {kind} is no DataFrame", "give a DataFrame, such as data.to_frame()", kind=kind
        )
    return made


def _through_arrow(data: Any) -> Any:
    """A DataFrame with all digits of whole numbers beside missing ones, which ``to_pandas`` makes floats; ``None``
    without pyarrow, and for what is no such table."""
    if not hasattr(data, "__arrow_c_stream__"):
        return None
    try:
        import pyarrow as pa
    except ImportError:
        return None
    with suppress(pa.ArrowException):  # a type that Arrow has, and pyarrow makes nothing of; a Series
        return pa.table(data).to_pandas(integer_object_nulls=True)
    return None


def _has_text(cell: Cell) -> bool:
    return bool(cell.strip() if isinstance(cell, str) else cell)


def _write(file: IO[bytes], records: Iterable[Sequence[Cell]]) -> None:
    file.writelines(f"{json.dumps(record)}\n".encode("ascii") for record in records)
