# SPDX-License-Identifier: GPL-2.0-or-later
"""The OCF contract on a real kernel: ocf-tester, the flight recorder, signals, the log."""

import shlex

from lab import limit

RECORDING = "/var/lib/luks-ssm/{}.fdata"
DROP_IN = "/usr/lib/systemd/system/resource-agents-deps.target.d/luks-ssm.conf"


@limit(240)
def test_ocf_tester_is_satisfied(m):
    volume = m.volume(fs="ext4")
    options = " ".join(f"-o {shlex.quote(f'{name}={value}')}"
                       for name, value in volume.parameters.items() if name != "instance")
    result = m.run(f"ocf-tester -v -n {volume.instance} {options} "
                   "/usr/lib/ocf/resource.d/luks-ssm/volume", timeout=230)
    assert result.rc == 0 and "passed all tests" in result.out, result


def test_the_flight_recorder_is_written_when_an_action_fails_and_only_then(m):
    volume = m.volume(fs="ext4")
    recording = RECORDING.format(volume.instance)
    m.sh(f"rm -f {recording}")
    assert volume.agent("start").rc == 0
    assert volume.agent("stop").rc == 0
    assert volume.agent("monitor").rc == 7
    assert m.run(f"test -e {recording}").rc != 0
    result = volume.agent("start", device="/dev/disk/by-id/no-such-disk", device_wait=0)
    assert result.rc == 1 and result.out == "", result
    shown = m.run(f"qb-blackbox {recording}", timeout=30)
    assert "no-such-disk" in shown.out + shown.err, shown
    assert m.sh(f"stat -c '%a %U' {recording}") == "600 root"


def test_shared_memory_of_a_killed_action_is_gone_after_the_next_one(m):
    volume = m.volume(fs="ext4")
    action = volume.agent_start("start", device="/dev/disk/by-id/no-such-disk", device_wait=60)
    m.sh(f"until ls /dev/shm | grep -q 'luks-ssm({volume.instance})'; do sleep 0.1; done",
         timeout=20)
    action.kill(9)
    action.wait()
    assert m.sh(f"ls /dev/shm | grep -c 'luks-ssm({volume.instance})'") != "0"
    assert volume.agent("stop").rc == 0
    assert m.run(f"ls /dev/shm | grep 'luks-ssm({volume.instance})'").rc != 0


def test_a_signal_never_makes_an_action_succeed(m):
    volume = m.volume(fs="ext4")
    for number in (15, 2):
        action = volume.agent_start("start", device="/dev/disk/by-id/no-such-disk", device_wait=60)
        m.sh(f"until test -s /run/luks-ssm/{volume.instance}/lock; do sleep 0.1; done", timeout=20)
        m.sh("sleep 0.5")
        action.kill(number, group=False)
        result = action.wait(20)
        assert result.rc != 0 and result.seconds < 20, result
        assert volume.agent("stop").rc == 0


def test_the_trace_names_each_step_in_the_file_that_is_asked_for(m):
    volume = m.volume(fs="ext4")
    result = volume.agent("start", trace_ra="1", trace_file="/run/luks-ssm-trace")
    assert result.rc == 0, result
    trace = m.sh("cat /run/luks-ssm-trace; rm /run/luks-ssm-trace")
    for step in ("fetching the key", "unlocking a key slot", "mounting"):
        assert step in trace, trace
    assert f"luks-ssm({volume.instance})" in trace


def test_a_missing_drop_in_is_warned_of_and_stops_nothing(m):
    """Without it a shutdown of the node may pull the storage away before the cluster stops."""
    volume = m.volume(fs="ext4")
    trace, words = "/run/drop-in.trace", "resource-agents-deps.target.d/luks-ssm.conf"
    tracing = {"OCF_TRACE_RA": "1", "OCF_TRACE_FILE": trace}
    assert volume.agent("start", env=tracing).rc == 0
    assert words not in m.sh(f"cat {trace}")
    assert volume.agent("stop").rc == 0
    m.sh(f"mv {DROP_IN} {DROP_IN}.away")
    try:
        assert volume.agent("start", env=tracing).rc == 0
        assert words in m.sh(f"cat {trace}")
    finally:
        m.sh(f"mv {DROP_IN}.away {DROP_IN}")
    assert volume.agent("stop").rc == 0
