"""Words for yes and for no. Pure."""

from typing import Final

from importer.data_table import data_table

YES_OR_NO: Final = {
    word: meant == "yes" for meant, words in data_table(__file__, "yes_no.txt") for word in words.split()
}
"""Words of many languages and programs, in lower case, and whether they mean yes."""
