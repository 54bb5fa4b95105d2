# SPDX-License-Identifier: GPL-2.0-or-later
"""Behind tests/bench/failover: the same cluster, disk and key with our agent, and with crypt and Filesystem."""
