"""Words for yes and for no. Pure."""

from typing import Final

from importer.data_table import word_table

YES_OR_NO: Final = {
    word: meant == "yes" for meant, words in word_table(__file__, "yes_no.txt", None).items() for word in words
}
"""Words of many languages and programs, in lower case, and whether they mean yes."""
