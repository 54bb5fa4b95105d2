# SPDX-License-Identifier: GPL-2.0-or-later
"""The active node goes down by order with writers busy: the volume is stopped in order, nobody is fenced, nothing hangs."""

from time import time

from lab import each, limit
from runner.report import say
from soak.single import strike

# What systemd waits for a unit by default, before it takes it for hung.
SYSTEMD_S = 90
# Until the volume is unmounted, well below that on an emulated processor as well.
UNMOUNT_S = 45
# Until the machine is off. The lab's own recorder does not go when it is asked to: that costs the 90 s once.
OFF_S = 240
JOURNAL = "/var/log/journal"
WRITER = "while :; do dd if=/dev/zero of=/srv/data/busy$$number bs=64k count=16 conv=fsync 2> /dev/null; sleep 0.1; done"
# The last one of the writers does not go when it is asked to.
SERVICE = f"""\
[Service]
ExecStart=/bin/sh -c 'for number in 1 2 3; do ({WRITER}) & done; number=4; cd /srv/data; trap "" TERM; {WRITER}'
"""
# What else may know the path: neither mounts anything by itself.
NEIGHBOURS = {
    "a noauto line of fstab": ("/etc/fstab", "/dev/mapper/data /srv/data ext4 noauto 0 0\n"),
    "a mount unit": ("/etc/systemd/system/srv-data.mount", "[Mount]\nWhat=/dev/mapper/data\nWhere=/srv/data\nType=ext4\n"),
}


def assert_ordered(node) -> None:
    """The cluster outlives what the storage stands on: systemd has been told so."""
    after = node.sh("systemctl show resource-agents-deps.target -p After").split("=", 1)[1].split()
    assert {"local-fs.target", "remote-fs.target", "blk-availability.service"} <= set(after), after
    assert "resource-agents-deps.target" in node.sh("systemctl show pacemaker.service -p After"), node.name


def busy_writers(c, node) -> None:
    node.write("/etc/systemd/system/busy.service", SERVICE)
    node.sh("systemctl daemon-reload && systemctl start busy.service")
    c.wait(lambda: node.run("test -s /srv/data/busy1 && test -s /srv/data/busy4").rc == 0, 60, "the writers write")
    # So that the journal is still there after the boot.
    node.sh(f"mkdir -p {JOURNAL} && journalctl --flush")


def clean(node) -> None:
    node.sh(f"rm -rf {JOURNAL} /etc/systemd/system/busy.service && systemctl daemon-reload")


def moment(lines: list[str], words: str) -> float:
    """When the last such line was written, by the node's clock."""
    found = [line for line in lines if words in line]
    assert found, f"the journal does not have: {words}"
    return float(found[-1].split(" ", 1)[0])


def went_in_order(c, node, began: float, offset: float) -> None:
    """Pacemaker was down before the local filesystems went, and systemd killed nobody for being late."""
    lines = node.sh(f"journalctl -q -D {JOURNAL} -o short-unix --no-pager --since=@{began + offset:.0f}", 120).splitlines()
    stopped, unmounted = (moment(lines, words) - offset - began
                          for words in ("Stopped pacemaker.service", "Stopped target local-fs.target"))
    say(f"  pacemaker stopped after {stopped:.1f} s, local-fs after {unmounted:.1f} s")
    assert 0 < stopped < unmounted < SYSTEMD_S, (stopped, unmounted)
    late = [line for line in lines if "systemd[1]" in line and ("timed out" in line or "Failed unmounting" in line)]
    assert not late, late


def go_down(c, node, verb: str) -> None:
    """The order; the volume is unmounted soon, written by the other node, and nobody was fenced."""
    survivor, offset = c.other(node), node.clock_offset_s
    began = time()
    node.start(f"systemctl {verb}")
    c.wait_writes(survivor, began, SYSTEMD_S)
    owners = c.prove_exclusion(node.name, survivor.name, since=began - 1)
    say(f"  {verb}: the last write {owners[0].last - began:.1f} s after the order")
    assert owners[0].last - began < UNMOUNT_S, owners
    if verb == "poweroff":
        c.wait(lambda: not node.powered(), OFF_S, "it is off")
        node.power_on()
    c.wait(node.rebooted, 300, "it boots")
    node.wait_up(600)
    went_in_order(c, node, began, offset)
    c.cluster.wait_joined("node1", "node2")
    c.cluster.wait_idle()
    assert c.cluster.where("data") == [survivor.name]
    c.prove_data(survivor)
    c.prove_exclusion(node.name, survivor.name, since=began - 1)
    assert c.fenced(began) == [] and c.cluster.failures() == []


def hand_over(c, verb: str) -> None:
    """The volume runs with its writers; the node goes down."""
    node = c.start_on("node1")
    for each_node in (node, c.other(node)):
        assert_ordered(each_node)
    busy_writers(c, node)
    go_down(c, node, verb)
    clean(node)


@limit(900)
@each("reboot", more=("poweroff",))
def test_busy_writers_of_a_service_do_not_hold_it_up(c, verb):
    hand_over(c, verb)


@limit(900)
@each("a noauto line of fstab", more=("a mount unit",))
def test_nor_does_a_path_that_is_named_by(c, neighbour):
    path, text = NEIGHBOURS[neighbour]
    node = c.node1
    before = node.read(path) if node.run(["test", "-e", path]).rc == 0 else b""
    node.write(path, before + text.encode())
    try:
        node.sh("systemctl daemon-reload && systemctl show srv-data.mount -p LoadState | grep -x LoadState=loaded")
        hand_over(c, "reboot")
    finally:
        if before:
            node.write(path, before)
        else:
            node.sh(f"rm -f {path}")
        node.sh("systemctl daemon-reload")


@limit(900)
def test_the_volume_is_handed_over_and_nobody_is_fenced(c):
    strike(c, "reboot")
