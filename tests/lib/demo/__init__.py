# SPDX-License-Identifier: GPL-2.0-or-later
"""The demonstration behind tests/demo: the main job on a cluster of two machines, or on one, told step by step."""
