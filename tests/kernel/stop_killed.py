# SPDX-License-Identifier: GPL-2.0-or-later
"""A stop that is killed at any of its phases: the next stop ends the work, and the next start works."""

from killing import Killer
from stop_users import hold

from lab import each, limit, long

LOOKING, UNMOUNTING, FINDING = "looking at the kernel's state", "unmounting", "finding who keeps the volume busy"
SIGNALLING, CLOSING, UNDOING = "ending the volume's users", "removing the mapping", "undoing what this start did"
# What is killed, at which word of src/volume/phases.def, the how manieth time, how much later, whether somebody holds the
# volume; and what is then left: "mounted", "open" or nothing.
PHASES = (
    ("stop", LOOKING, 1, 0, False, "mounted"),
    ("stop", UNMOUNTING, 1, 0, False, "mounted"),
    ("stop", CLOSING, 1, 0, False, "open"),
    ("stop", LOOKING, 2, 0, False, ""),
    ("stop", FINDING, 1, 0, True, "mounted"),
    ("stop", SIGNALLING, 1, 0, True, "mounted"),
    ("stop", SIGNALLING, 1, 0.5, True, "mounted"),
    ("start", UNDOING, 1, 0, False, "open"),
)
IGNORES_TERM = "trap '' TERM; cd {0}; echo held; while :; do sleep 1; done"


def left(volume) -> str:
    if volume.mapping() is None:
        return ""
    return "mounted" if volume.mounted() else "open"


def stops_and_starts(volume, after: str) -> None:
    """As the cluster goes on; the second start finds the volume up."""
    result = volume.agent("stop", timeout=60)
    assert result.rc == 0 and result.seconds < 30, f"stop after a kill while {after}: {result}"
    assert left(volume) == "", after
    assert volume.agent("probe").rc == 7, after
    result = volume.agent("start")
    assert result.rc == 0, f"start after a kill while {after}: {result}"
    assert volume.agent("monitor").rc == 0, after


def kill_each(m, group: bool) -> None:
    volume, killer = m.volume(fs="ext4"), Killer(m)
    assert volume.agent("start").rc == 0
    for action, words, number, delay_s, is_held, what_is_left in PHASES:
        options = {}
        holder = hold(m, IGNORES_TERM.format(volume.directory)) if is_held else None
        if action == "start":
            assert volume.agent("stop").rc == 0
            options["options"] = "no_such_option_at_all"
        killer.kill(volume, action, words, number=number, group=group, delay_s=delay_s, **options)
        # Killed alone, the agent still has to take what it began with it: that may have come further.
        assert left(volume) == what_is_left or not group, f"{words}: {left(volume)}"
        assert holder is None or holder.running(), words
        stops_and_starts(volume, words)
        assert holder is None or not holder.running(), words
    assert volume.agent("stop").rc == 0


@limit(300)
@each("group", more=("agent alone",))
def test_a_stop_killed_at_any_phase_is_stopped_and_started_again(m, how):
    """The executor kills the group; crm_resource kills the agent alone."""
    kill_each(m, how == "group")


@long
@limit(120)
def test_a_stop_killed_as_it_waits_for_the_lock_does_not_stand_in_the_way(m):
    volume = m.volume(fs="ext4")
    assert volume.agent("start").rc == 0
    owner = hold(m, f"exec 9> /run/luks-ssm/{volume.instance}/lock; flock 9; echo held; exec sleep 1000")
    stop = volume.agent_start("stop")
    m.sh("sleep 2")
    assert stop.running() and left(volume) == "mounted"
    stop.kill(9)
    assert stop.wait(30).rc == -9
    owner.kill()
    stops_and_starts(volume, "waiting for the instance lock")


@long
@limit(300)
def test_stops_killed_one_after_the_other_leave_work_for_the_last_alone(m):
    volume, killer = m.volume(fs="ext4"), Killer(m)
    for group in (True, False):
        assert volume.agent("start").rc == 0
        hold(m, IGNORES_TERM.format(volume.directory))
        for words in (LOOKING, UNMOUNTING, FINDING, SIGNALLING):
            killer.kill(volume, "stop", words, group=group)
            assert left(volume) == "mounted", words
        killer.kill(volume, "stop", CLOSING, group=group, signal_delay=1)
        killer.kill(volume, "stop", LOOKING, group=group)
        stops_and_starts(volume, "one phase after the other")
        assert volume.agent("stop").rc == 0


@long
@limit(300)
@each("group", "agent alone")
def test_a_stop_killed_inside_an_unmount_that_still_writes_is_waited_for(m, how):
    """Killed in the kernel, which does not let go of it before its data lie on the disk."""
    volume, killer = m.volume(fs="ext4"), Killer(m)
    assert volume.agent("start").rc == 0
    m.sh(f"dd if=/dev/urandom of={volume.directory}/file bs=1M count=32 status=none; cp {volume.directory}/file /run/file")
    m.throttle_disk(volume.disk.serial, bytes_per_s=2 << 20)
    try:
        killer.kill(volume, "stop", UNMOUNTING, group=how == "group", delay_s=1)
        result = volume.agent("stop", timeout=90)
    finally:
        m.throttle_disk(volume.disk.serial)
    assert result.rc == 0 and left(volume) == "", result
    assert volume.agent("start").rc == 0
    m.sh(f"cmp {volume.directory}/file /run/file")
    assert volume.agent("stop").rc == 0
