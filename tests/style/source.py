# SPDX-License-Identifier: GPL-2.0-or-later
"""The tree's own files, and C source with its comments and strings taken out."""

import os
import pathlib
import re
from typing import Iterator, NamedTuple

TOP = pathlib.Path(os.environ.get("top_srcdir") or pathlib.Path(__file__).resolve().parents[2])

# What is not ours to judge: what tools make, and input that must be as it is.
_SKIPPED_FOLDERS = {".git", "build-aux", "autom4te.cache", "__pycache__", "data", "corpus",
                    ".deps", "_build", "_sub", "_inst"}
_MADE_BY_AUTOTOOLS = {"Makefile", "Makefile.in", "aclocal.m4", "config.h", "config.h.in",
                      "config.log", "config.status", "configure", "stamp-h1", "metadata_xml.c"}
_TEXT_ENDINGS = {"", ".c", ".h", ".def", ".py", ".sh", ".inc", ".ac", ".am", ".in", ".conf",
                 ".md", ".mdoc", ".7", ".8", ".txt", ".xml", ".json", ".crm", ".yml"}


class Function(NamedTuple):
    """A C function: where it begins, how many lines from its name to its last brace."""

    name: str
    path: pathlib.Path
    line: int
    lines: int


def _is_build_folder(folder: pathlib.Path) -> bool:
    return (folder / "config.status").exists() and folder != TOP


def files(*folders: str, endings: set[str] | None = None) -> Iterator[pathlib.Path]:
    """Files of these folders, or of the whole tree, in order; only those with such an ending."""
    for start in folders or (".",):
        for place, inner, names in os.walk(TOP / start):
            folder = pathlib.Path(place)
            inner[:] = sorted(name for name in inner if name not in _SKIPPED_FOLDERS
                              and not name.startswith("luks-ssm-")
                              and not _is_build_folder(folder / name))
            for name in sorted(names):
                path = folder / name
                if path.suffix in (endings or _TEXT_ENDINGS) and not path.is_symlink() \
                        and name not in _MADE_BY_AUTOTOOLS and not name.endswith("~"):
                    yield path


def shown(path: pathlib.Path) -> str:
    return str(path.relative_to(TOP))


_TOKEN = re.compile(r"""
    (?P<comment> /\*.*?\*/ | //[^\n]* )
  | (?P<text> "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' )
""", re.VERBOSE | re.DOTALL)


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def code_only(text: str) -> str:
    """TEXT with comments and the inside of strings blanked; lines and columns stay."""
    def replace(match: re.Match) -> str:
        if match.group("comment"):
            return _blank(match.group())
        inside = match.group()
        return inside[0] + _blank(inside[1:-1]) + inside[-1]
    return _TOKEN.sub(replace, text)


def comments(text: str) -> list[tuple[int, str]]:
    """Each comment with the number of its first line."""
    return [(text.count("\n", 0, match.start()) + 1, match.group())
            for match in _TOKEN.finditer(text) if match.group("comment")]


def calls(text: str, name: str) -> Iterator[tuple[int, str]]:
    """Each call of NAME: the number of its first line, and all its strings, one after the other."""
    code = code_only(text)
    for match in re.finditer(rf"\b{name}\(", code):
        end, depth = match.end(), 1
        while end < len(code) and depth > 0:
            depth += {"(": 1, ")": -1}.get(code[end], 0)
            end += 1
        strings = (found.group("text") for found in _TOKEN.finditer(text, match.end(), end))
        yield (text.count("\n", 0, match.start()) + 1,
               "".join(string[1:-1] for string in strings if string and string[0] == '"'))


_DEFINITION = re.compile(r"^([A-Za-z_]\w*)\(", re.MULTILINE)


def functions(path: pathlib.Path) -> Iterator[Function]:
    """Functions by house form: the name opens a line, the braces stand in the first column."""
    lines = code_only(path.read_text(encoding="utf-8")).split("\n")
    for number, line in enumerate(lines):
        match = _DEFINITION.match(line)
        if not match or number == 0 or not re.match(r"[A-Za-z_]", lines[number - 1]):
            continue
        end = number
        while end < len(lines) and not lines[end].startswith(("}", "#")) \
                and not (lines[end].endswith(";") and not lines[end].startswith(("\t", " "))):
            end += 1
        if end < len(lines) and lines[end].startswith("}"):
            yield Function(match.group(1), path, number + 1, end - number + 1)
