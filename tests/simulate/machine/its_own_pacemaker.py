# SPDX-License-Identifier: GPL-2.0-or-later
"""The cases of ../what_pacemaker_does.py, asked of the Pacemaker that the machine's release has."""

import inspect
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import what_pacemaker_does  # noqa: E402  pylint: disable=wrong-import-position

# Some dozens of questions to an emulated processor.
LIMIT_S = 300


def cases():
    for name, function in inspect.getmembers(what_pacemaker_does, inspect.isfunction):
        if name.startswith("test_"):
            yield name.removeprefix("test_"), LIMIT_S, function, ()
