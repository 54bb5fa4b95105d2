# SPDX-License-Identifier: GPL-2.0-or-later
"""The agent or the executor is killed in the middle of its work: the next stop and start find their way."""

from lab import each, limit
from soak.single import strike


@limit(600)
@each("start", "stop", "monitor")
def test_after_a_kill_of_the_agent_the_volume_is_written_again(c, action):
    strike(c, "kill-agent", delay_s=0, phase=action)


@limit(600)
@each("fetching", "unlocking", "mounting")
def test_after_a_kill_in_each_step_of_a_start_the_volume_is_written_again(c, step):
    strike(c, "kill-in-start", delay_s=0.5, phase=step)


@limit(900)
def test_after_a_kill_of_the_executor_the_volume_is_written_again_and_moves(c):
    strike(c, "kill-executor")


@limit(900)
@each("fetching", "mounting")
def test_what_a_killed_executor_left_in_a_start_does_not_write_beside_another_node(c, step):
    strike(c, "executor-in-start", delay_s=0.5, phase=step)
