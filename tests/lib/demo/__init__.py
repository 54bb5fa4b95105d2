# SPDX-License-Identifier: GPL-2.0-or-later
"""The demonstration behind tests/demo: the main job on one machine, told step by step."""
