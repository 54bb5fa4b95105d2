# SPDX-License-Identifier: GPL-2.0-or-later
"""Behind tests/cluster/soak: random faults against a cluster, chosen by a seed and judged from outside the machines."""
