# SPDX-License-Identifier: GPL-2.0-or-later
"""A start that is killed, that outlives whoever began it, or that is held in its key fetch."""

from killing import Killer

from lab import each, limit

TRACE = "/run/start-killed.trace"

# The words of src/volume/phases.def, in the order of a start.
PHASES = ("looking at the kernel's state", "waiting for the device", "reading the LUKS header",
          "fetching the key", "unlocking a key slot", "activating the mapping",
          "checking the filesystem", "mounting", "proving the result")


@limit(300)
@each("group", more=("agent alone",))
def test_a_start_killed_at_any_phase_is_stopped_and_started_again(m, how):
    """The executor kills the group; crm_resource kills the agent alone."""
    volume, killer = m.volume(fs="ext4"), Killer(m)
    for words in PHASES:
        killer.kill(volume, "start", words, group=how == "group")
        result = volume.agent("stop", timeout=40)
        assert result.rc == 0, f"stop after a kill while {words}: {result.rc} {result.reason}"
        assert volume.mapping() is None and not volume.mounted(), words
        assert volume.agent("probe").rc == 7, words
    assert volume.agent("start").rc == 0
    assert volume.agent("monitor").rc == 0
    assert volume.agent("stop").rc == 0


def hold_the_key(m, seconds: int) -> None:
    m.emulator.fault("delay", service="ssm", operation="GetParameter", seconds=seconds)


def wait_for_phase(m, words: str) -> None:
    m.sh(f"for i in $(seq 200); do grep -qs '{words}' {TRACE} && exit 0; sleep 0.1; done; exit 1", timeout=40)


def held_start(m, volume, seconds: int):
    m.sh(f"rm -f {TRACE}")
    hold_the_key(m, seconds)
    action = volume.agent_start("start", timeout=100, env={"OCF_TRACE_RA": "1", "OCF_TRACE_FILE": TRACE})
    wait_for_phase(m, "fetching the key")
    return action


@limit(150)
def test_a_probe_beside_a_start_in_its_key_fetch_is_no_proof_of_absence(m):
    volume = m.volume(fs="ext4")
    action = held_start(m, volume, 60)
    result = volume.agent("probe", timeout=8)
    assert result.rc == 1 and result.seconds < 8, result
    assert "start" in result.reason, result
    assert action.running()
    assert volume.agent("stop", timeout=40).rc == 0
    action.wait(30)


@limit(150)
def test_a_stop_ends_the_orphan_start_that_fetches_its_key(m):
    volume = m.volume(fs="ext4")
    action = held_start(m, volume, 60)
    result = volume.agent("stop", timeout=40)
    assert result.rc == 0 and result.seconds < 30, result
    ended = action.wait(30)
    assert ended.rc != 0, ended
    assert volume.mapping() is None and not volume.mounted()
    assert m.run("pgrep -x luks-ssm-aws").rc != 0, "the helper outlived the start"
    m.emulator.clear()
    assert volume.agent("start").rc == 0


@limit(150)
def test_a_start_whose_agent_alone_was_killed_leaves_nothing_behind(m):
    volume = m.volume(fs="ext4")
    action = held_start(m, volume, 60)
    action.kill(9, group=False)
    action.wait(30)
    m.sh("for i in $(seq 50); do pgrep -x luks-ssm-worker || pgrep -x luks-ssm-aws || exit 0; sleep 0.1; done; exit 1",
         timeout=30)
    assert volume.agent("probe").rc == 7
    assert volume.mapping() is None


@limit(150)
def test_a_start_that_gets_no_key_in_time_ends_itself_and_names_the_phase(m):
    volume = m.volume(fs="ext4")
    m.emulator.fault("hang", service="ssm")
    result = volume.agent("start", timeout=12)
    assert result.rc == 1 and result.seconds < 12, result
    assert result.reason, result
    assert volume.mapping() is None and not volume.mounted()
    assert volume.agent("probe").rc == 7


@limit(150)
def test_a_start_that_fails_after_opening_closes_again_and_leaves_what_was_there(m):
    volume = m.volume(fs="ext4")
    result = volume.agent("start", options="no_such_option_at_all")
    assert result.rc == 2, result
    assert volume.mapping() is None and not volume.mounted()
    volume.open()
    before = m.snapshot()["maps"]
    result = volume.agent("start", options="no_such_option_at_all")
    assert result.rc == 2, result
    assert m.snapshot()["maps"] == before, "a mapping that this start did not make was touched"
    assert volume.agent("stop").rc == 0
