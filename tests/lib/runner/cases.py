# SPDX-License-Identifier: GPL-2.0-or-later
"""Finds cases: functions test_* in the Python files of a suite's directory."""

import importlib.util
import inspect
import pathlib
import sys
import types
from typing import Callable, NamedTuple

from lab.marks import DEFAULT_LIMIT_S


class Case(NamedTuple):
    """One thing to run: `file.fact` or `file.fact[value]`, called with a fixture."""

    name: str
    function: Callable
    arguments: tuple
    limit_s: float
    module: types.ModuleType
    is_long: bool = False  # left to long runs


def load(path: pathlib.Path) -> types.ModuleType:
    """A test file as a module; files beside it can be imported by their plain name."""
    if str(path.parent) not in sys.path:
        sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(f"suite_{path.parent.name}_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _cases_of(module: types.ModuleType, stem: str) -> list[Case]:
    found = []
    for name, function in inspect.getmembers(module, inspect.isfunction):
        if not name.startswith("test_") or function.__module__ != module.__name__:
            continue
        fact = f"{stem}.{name[len('test_'):]}"
        limit_s = getattr(function, "limit_s", DEFAULT_LIMIT_S)
        line = function.__code__.co_firstlineno
        values = getattr(function, "values", None)
        is_long = getattr(function, "is_long", False)
        if values is None:
            found.append((line, Case(fact, function, (), limit_s, module, is_long)))
            continue
        for value in values:
            arguments = value if isinstance(value, tuple) else (value,)
            label = ",".join(map(str, arguments))
            found.append((line, Case(f"{fact}[{label}]", function, arguments, limit_s, module,
                                     is_long or value in getattr(function, "long_values", ()))))
    # A module may make cases from a table: cases() gives (name, limit_s, function, arguments).
    if hasattr(module, "cases"):
        for name, limit_s, function, arguments in module.cases():
            found.append((1 << 20, Case(f"{stem}.{name}", function, arguments, limit_s, module)))
    return [case for _, case in sorted(found, key=lambda row: row[0])]


def find(directory: pathlib.Path) -> list[Case]:
    """All cases of a directory, files in order of their names, functions as they stand in them."""
    found = []
    for path in sorted(directory.glob("*.py")):
        if "test_" in path.read_text(encoding="utf-8") or "def cases(" in \
                path.read_text(encoding="utf-8"):
            found += _cases_of(load(path), path.stem)
    return found


def select(cases: list[Case], names: list[str]) -> list[Case]:
    """Those named: by file, by `file.fact`, or by a part of that. No name selects all."""
    if not names:
        return cases
    chosen = []
    for case in cases:
        stem = case.name.split(".")[0]
        if any(name in (stem, case.name) for name in names) or \
                any(name in case.name for name in names):
            chosen.append(case)
    return chosen
