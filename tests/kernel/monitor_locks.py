# SPDX-License-Identifier: GPL-2.0-or-later
"""«Nothing in the kernel» is no proof while a start or one of its children is at work."""


def held(m, volume, name: str, how: str):
    """A process that holds one of the two locks of the instance until it is killed."""
    folder = f"/run/luks-ssm/{volume.instance}"
    m.sh(f"mkdir -p -m 700 /run/luks-ssm {folder}; touch {folder}/{name}")
    process = m.start(["flock", how, f"{folder}/{name}", "sleep", "600"])
    m.sh(f"until lslocks | grep -q {folder}/{name}; do sleep 0.1; done", timeout=20)
    return process


def ended(process) -> None:
    process.kill()
    process.wait(10)


def test_a_lock_that_is_held_makes_every_7_a_1(m):
    volume = m.volume(fs="")
    process = held(m, volume, "lock", "--exclusive")
    try:
        for action, options in (("probe", {}), ("monitor", {}), ("monitor", {"CRM_meta_role": "Stopped"})):
            result = volume.agent(action, timeout=10, **options)
            assert result.rc == 1 and result.reason.startswith("locked"), result
            assert result.seconds < 10, result
    finally:
        ended(process)
    assert volume.agent("probe").rc == 7


def test_a_child_that_is_left_makes_a_7_a_1(m):
    volume = m.volume(fs="")
    process = held(m, volume, "children", "--shared")
    try:
        result = volume.agent("probe", timeout=10)
        assert result.rc == 1 and result.reason.startswith("orphan"), result
    finally:
        ended(process)
    assert volume.agent("probe").rc == 7


def test_a_lock_that_is_given_back_is_waited_for(m):
    volume = m.volume(fs="")
    folder = f"/run/luks-ssm/{volume.instance}"
    m.sh(f"mkdir -p -m 700 /run/luks-ssm {folder}")
    m.sh(f"(flock {folder}/lock sleep 3 &) > /dev/null 2>&1; sleep 0.5")
    result = volume.agent("probe", timeout=30)
    assert result.rc == 7 and 1 < result.seconds < 20, result


def test_a_lock_does_not_matter_to_a_volume_that_is_up(m):
    volume = m.volume(fs="ext4")
    volume.mount()
    process = held(m, volume, "lock", "--exclusive")
    try:
        for action in ("monitor", "probe"):
            result = volume.agent(action, timeout=30)
            assert result.rc == 0 and result.seconds < 10, result
    finally:
        ended(process)


def test_a_look_leaves_nothing_in_run(m):
    volume = m.volume(fs="")
    m.sh("rm -rf /run/luks-ssm")
    assert volume.agent("probe").rc == 7
    assert volume.agent("monitor", interval=None).rc == 7
    m.sh("test ! -e /run/luks-ssm")
