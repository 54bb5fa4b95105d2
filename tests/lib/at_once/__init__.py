# SPDX-License-Identifier: GPL-2.0-or-later
"""Behind tests/bench/at_once: many volumes that one node starts at the same moment."""
