"""What XlsxWriter needs to be told, and where it is kept from what it does on its own. Imported with the first book."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import chain, count
from pathlib import Path
from typing import IO, Any, Final, cast

from xlsxwriter import Workbook
from xlsxwriter.comments import CommentType
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from importer.files.workspace import temporary_folder
from importer.reporter.result_files import AUTHOR, whole_file

_OPTIONS: Final = {"constant_memory": True, "use_zip64": True}
_MAX_NUMBERED: Final = 14
"""Characters of a name that stay before a number: 31 units of UTF-16 are a name's most, two of them a character's."""
_PARTS: Final = re.compile("[<_]|[^<_]+")


class Paper(Worksheet):
    """A sheet of XlsxWriter's that takes any text for what it is, and any width."""

    def put_text(self, row: int, column: int, text: str, look: Format) -> None:
        """Write a text, whatever it looks like; of an empty one, the look of its cell."""
        if not text:
            self.write_blank(row, column, None, look)
        elif text.startswith("<r>") and text.endswith("</r>"):
            # XlsxWriter would take it for markup of its own, and write it into the XML as it is. It masks the parts of
            # such markup, and after that what still looks like a masked character: no part has one whole.
            self.write_rich_string(row, column, *_PARTS.findall(text), look)
        else:
            self.write_string(row, column, text, look)

    def put_remark(self, row: int, column: int, text: str, size: tuple[int, int]) -> None:
        """Write a comment on a cell; ``size`` is its width and height in pixels."""
        options: dict[str, Any] = {"author": AUTHOR, "width": size[0], "height": size[1]}
        self.write_comment(row, column, text, options)

    def put_column(self, column: int, width: float, form: str) -> None:
        """Set a column's number format, and its width in characters as files have it: with margins, to 1/256.

        The format is its own: XlsxWriter joins equal columns that stand together, and not every reader parts them.
        """
        add_format: Any = self.workbook_add_format  # a function, which its type does not say
        self.set_column_pixels(column, column, width * self.max_digit_width, add_format({"num_format": form}))

    def let_go(self) -> None:
        """Close the sheet's temporary files, which a failure leaves open."""
        files: tuple[IO[str] | None, ...] = (self.row_data_fh, self.fh)  # rows, and what is made of them
        for file in files:
            with suppress(OSError):  # the disk may be full
                if file:
                    file.close()

    def _comment_vertices(self, comment: CommentType) -> list[int]:
        vertices: list[float] = super()._comment_vertices(comment)
        return [int(place) for place in vertices]  # comments count whole pixels


class _Archive:
    """The file that becomes the archive. Closed, it takes what comes and drops it.

    A ``ZipFile`` that a failure left open ends itself when Python frees it, and complains where that fails.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._place = 0

    def write(self, data: bytes) -> int:
        if not self._file.closed:
            self._file.write(data)
        self._place += len(data)
        return len(data)

    def seek(self, place: int) -> int:
        if not self._file.closed:
            self._file.seek(place)
        self._place = place
        return place

    def tell(self) -> int:
        return self._place

    def flush(self) -> None:
        if not self._file.closed:
            self._file.flush()


def add_sheet(book: Workbook, name: str) -> Paper:
    """Add a sheet of that name, with a number behind it if there is one: names may not differ in case alone."""
    taken = {known.casefold() for known in book.sheetnames}
    numbered = (f"{name[:_MAX_NUMBERED]}{number}" for number in count(1))
    free = next(free for free in chain([name], numbered) if free.casefold() not in taken)
    return cast(Paper, book.add_worksheet(free, Paper))


@contextmanager
def xlsx(path: Path) -> Iterator[Workbook]:
    """Write a workbook to ``path``, whole, when the block ends, and nothing if it fails. Raises ``OutputError``.

    Rows wait in temporary files that only their owner reads, and that go whatever happens.
    """
    with whole_file(path) as raw, temporary_folder() as folder:
        book = Workbook(cast(IO[bytes], _Archive(raw)), {**_OPTIONS, "tmpdir": str(folder)})
        book.set_properties({"author": AUTHOR})
        try:
            yield book
            book.close()
        except FileCreateError as error:
            raise error.args[0] from None  # the OSError in it
        finally:
            for sheet in cast(list[Paper], book.worksheets()):
                sheet.let_go()
