"""How cmd, PowerShell and a program on Windows read a line, as far as lines to paste go.

Written from about_Parsing and about_Quoting_Rules of PowerShell, the help of cmd, and "Parsing C command-line
arguments" of Microsoft's C runtime. What a shell would take for more than text is an ``AssertionError``.
"""

import re

_SINGLE, _DOUBLE = "'‘’‚‛", '"“”„'


def by_cmd(line: str) -> list[str]:
    """The words that a program gets from cmd, which leaves the parting to it."""
    assert not re.search("%[^%]+%", line), "a variable"
    quoted = False
    for sign in line:
        quoted ^= sign == '"'
        assert quoted or sign not in "&|<>^()", sign
    return by_the_c_runtime(line)


def by_powershell(line: str) -> list[str]:
    """The words as PowerShell reads them; from 7.3 on a program gets these."""
    words, rest = [], line
    while rest := rest.lstrip():
        if rest.startswith("<#"):
            rest = rest.partition("#>")[2]
            continue
        word, rest = _word(rest)
        words.append(word)
    return words


def by_windows_powershell(line: str) -> list[str]:
    """The words that a program gets from Windows PowerShell 5: put into quotes for blanks alone, and parted anew."""
    passed = [f'"{word}"' if re.search(r"\s", word) else word for word in by_powershell(line)]
    return by_the_c_runtime(" ".join(passed))


def _word(rest: str) -> tuple[str, str]:
    word = ""
    bare = ""
    while rest and not rest[0].isspace():
        sign = rest[0]
        if sign in _SINGLE + _DOUBLE:
            family = _SINGLE if sign in _SINGLE else _DOUBLE
            text, rest = _quoted(rest[1:], family)
            word += text
        else:
            assert sign not in "`$&|;,(){}<>@#", sign
            bare, word, rest = bare + sign, word + sign, rest[1:]
    assert not re.match(r"-.*[.:]|~", bare), "parted, or a folder"
    return word, rest


def _quoted(rest: str, family: str) -> tuple[str, str]:
    text = ""
    while True:
        assert rest, "a quote that does not end"
        sign, rest = rest[0], rest[1:]
        if sign not in family:
            assert family == _SINGLE or sign not in "`$", sign
            text += sign
        elif rest[:1] and rest[0] in family:
            text, rest = text + sign, rest[1:]
        else:
            return text, rest


def by_the_c_runtime(line: str) -> list[str]:
    """The words of a line by the rules for backslashes and quotes."""
    words: list[str] = []
    at, quoted, word, begun = 0, False, "", False
    while at < len(line):
        found = re.compile(r'(\\*)"').match(line, at)
        if found:
            slashes = len(found[1])
            word += "\\" * (slashes // 2) + ('"' if slashes % 2 else "")
            quoted ^= slashes % 2 == 0
            at, begun = found.end(), True
        elif line[at] in " \t" and not quoted:
            words += [word] if begun else []
            at, word, begun = at + 1, "", False
        else:
            at, word, begun = at + 1, word + line[at], True
    return [*words, word] if begun else words
