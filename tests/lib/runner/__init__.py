# SPDX-License-Identifier: GPL-2.0-or-later
"""The test runner behind tests/run: the table of suites, builds, cases, one last line."""
