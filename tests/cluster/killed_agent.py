# SPDX-License-Identifier: GPL-2.0-or-later
"""The agent or the executor is killed in the middle of its work: the next stop and start find their way."""

from lab import each, limit
from soak.single import strike


@limit(600)
@each("start", "stop", "monitor")
def test_after_a_kill_of_the_agent_the_volume_is_written_again(c, action):
    strike(c, "kill-agent", delay_s=0, phase=action)


@limit(600)
def test_after_a_kill_of_the_executor_the_volume_is_written_again(c):
    strike(c, "kill-executor")
