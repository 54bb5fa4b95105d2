# SPDX-License-Identifier: GPL-2.0-or-later
"""What a test file says about its cases: time limits, lists of values, and what is left to long runs."""

import os

DEFAULT_LIMIT_S = 60
# On a busy host everything takes longer: LUKS_SSM_PATIENCE=3 triples the limits of cases, boots and commands.
PATIENCE = float(os.environ.get("LUKS_SSM_PATIENCE", "1"))


def limit(seconds: float):
    """Give a case another time limit than 60 s; a case that reaches it costs its machine."""
    def mark(function):
        function.limit_s = seconds
        return function
    return mark


def each(*values, more: tuple = ()):
    """Run a case once for each value, which becomes its second argument (tuples are spread); `more` only in long runs."""
    def mark(function):
        function.values = values + more
        function.long_values = more
        return function
    return mark


def long(function):
    """Leave the case to the whole form of its suite: tests/run SUITE, and --all."""
    function.is_long = True
    return function
