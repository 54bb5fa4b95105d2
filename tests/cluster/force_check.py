# SPDX-License-Identifier: GPL-2.0-or-later
"""What a person sees who runs the agent by hand with crm_resource, beside a cluster that manages the volume."""

from lab import limit

REASON = "ocf-exit-reason"
# What is shown of each besides, and by which option: the agent's own steps.
STEPS = {"check": ("-V", "the volume is ACTIVE"), "stop": ("-V", "unmounted /dev/mapper/data from /srv/data"),
         "start": ("-VV", "fetching the key")}


def by_hand(c, node, action: str, *more: str) -> tuple[int, str]:
    """The exit code, and all that is on the screen."""
    result = node.run(["crm_resource", "--resource", "data", f"--force-{action}", *more], 150)
    c.note(f"{node.name} --force-{action} {' '.join(more)}: {result.rc}\n{result.out}{result.err}")
    return result.rc, result.out + result.err


def succeed(c, node, action: str, with_steps: bool = False) -> None:
    """It works: no reason is shown, and the steps only where they are asked for."""
    option, step = STEPS[action.split("=")[0]]
    rc, text = by_hand(c, node, action, *([option] if with_steps else []))
    assert rc == 0 and REASON not in text and "ok" in text, (rc, text)
    assert (step in text) == with_steps, text


@limit(400)
def test_force_check_says_what_is_so_on_each_node(c):
    c.start_on("node1")
    for depth in ("", "=10", "=20"):
        succeed(c, c.node1, f"check{depth}")
        succeed(c, c.node1, f"check{depth}", with_steps=True)
    for more in ((), ("-V",)):
        rc, text = by_hand(c, c.node2, "check", *more)
        assert rc == 7 and "not running" in text and "not-active: " in text, (rc, text)
        assert ("the volume is ABSENT" in text) == bool(more), text
    assert c.cluster.failures() == [] and c.cluster.where("data") == ["node1"]
    c.prove_data(c.node1)
    c.prove_exclusion("node1", since=c.began)


def manage(c, value: str) -> None:
    c.node1.sh(f"crm_resource --resource data --meta --set-parameter is-managed --parameter-value {value}", 60)
    c.cluster.wait_idle()


def take_back(c) -> None:
    """A monitor may have seen it down meanwhile: what it saw is forgotten first, or the cluster restarts the volume."""
    c.node1.sh("crm_resource --cleanup --resource data", 90)
    c.cluster.wait_idle()
    manage(c, "true")


@limit(400)
def test_force_stop_and_force_start_work_on_an_unmanaged_volume(c):
    c.start_on("node1")
    manage(c, "false")
    # Stopped and started as usual, then with the steps.
    for with_steps in (False, True):
        for action, mounted in (("stop", 1), ("start", 0)):
            succeed(c, c.node1, action, with_steps)
            assert c.node1.run("findmnt -n -o SOURCE /srv/data").rc == mounted
            assert ("data" in c.node1.sh("dmsetup ls --target crypt")) == (action == "start")
    take_back(c)
    assert c.cluster.where("data") == ["node1"] and c.fenced(c.began) == []
    c.prove_data(c.node1)
    c.prove_exclusion("node1", since=c.began)


@limit(400)
def test_a_busy_force_stop_names_the_process_and_leaves_the_volume_up(c):
    c.start_on("node1", force_unmount="false",
               operations=(("start", 0, 120, 0), ("stop", 0, 20, 0), ("monitor", 20, 30, 0)))
    manage(c, "false")
    c.recorder.stop()
    holder = c.node1.start("cd /srv/data && exec sleep 600")
    c.wait(lambda: c.node1.run(f"test $(readlink /proc/{holder.pid}/cwd) = /srv/data").rc == 0, 30, "the directory is held")
    rc, text = by_hand(c, c.node1, "stop")
    assert rc == 1 and f"{REASON}:busy: " in text and str(holder.pid) in text, (rc, text)
    succeed(c, c.node1, "check")
    holder.kill()
    succeed(c, c.node1, "stop")
    succeed(c, c.node1, "start")
    take_back(c)
    assert c.cluster.where("data") == ["node1"] and c.fenced(c.began) == []
    c.prove_data(c.node1)
    c.prove_exclusion("node1", since=c.began)
