# SPDX-License-Identifier: GPL-2.0-or-later
"""Stop: from every state of device and mapping, by the kernel alone, proven or refused."""

import time

from stop_users import gone, hold, refuses, stops, up

from lab import each, limit, long


def test_nothing_there_is_stopped(m):
    volume = m.volume(fs="")
    stops(m, volume)
    stops(m, volume)


def test_no_valid_parameter_is_needed(m):
    volume = up(m)
    result = m.agent("stop", instance=volume.instance, luks_uuid=volume.uuid)
    assert result.rc == 0, result
    gone(m, volume)


def test_no_run_directory_is_needed(m):
    volume = up(m)
    m.sh("rm -rf /run/luks-ssm; mount --bind /run /run; mount -o remount,bind,ro /run")
    try:
        stops(m, volume)
    finally:
        m.sh(["umount", "/run"])


def test_ours_under_another_name_is_closed(m):
    volume = m.volume()
    path = volume.open("byhand")
    m.sh(f"mkdir -p /srv/byhand; mount {path} /srv/byhand")
    stops(m, volume)
    assert not m.mounts_at("/srv/byhand")


def test_a_strangers_mapping_of_our_name_is_not_touched(m):
    volume, stranger = m.volume(fs=""), m.volume(fs="")
    stranger.open(volume.instance)
    result = volume.agent("stop", luks_uuid=volume.uuid)
    assert result.rc == 0, result
    assert volume.mapping()["slaves"] == [stranger.device.rsplit("/", 1)[1]]


def test_a_mapping_without_a_table_is_removed(m):
    volume = m.volume(fs="")
    uuid = f"CRYPT-LUKS2-{volume.uuid.replace('-', '')}-{volume.instance}"
    m.sh(f"dmsetup create {volume.instance} --notable -u {uuid}")
    stops(m, volume, luks_uuid=volume.uuid)


@each("xfs", more=("ext4",))
def test_an_error_table_under_a_mount_is_unmounted_and_removed(m, fs):
    volume = up(m, fs=fs)
    size = volume.mapping()["size_bytes"] // 512
    m.sh(f"dmsetup load {volume.instance} --table '0 {size} error'; "
         f"dmsetup resume --noflush {volume.instance}")
    stops(m, volume, luks_uuid=volume.uuid)


@each("xfs", more=("ext4", "btrfs"))
def test_a_detached_disk_is_unmounted_and_closed(m, fs):
    volume = up(m, fs=fs)
    m.sh(f"echo dirty > {volume.directory}/file")
    m.detach_disk(volume.disk.serial)
    result = volume.agent("stop", luks_uuid=volume.uuid)
    assert result.rc == 0, result
    gone(m, volume)


def test_a_disk_that_came_back_under_its_number_is_not_taken_for_the_old_one(m):
    volume = up(m, fs="ext4")
    m.detach_disk(volume.disk.serial)
    m.attach_disk(volume.disk.serial)
    stops(m, volume, luks_uuid=volume.uuid)
    assert volume.open()


def test_a_suspended_mapping_whose_owner_resumes_it_is_stopped(m):
    volume = up(m)
    m.sh(["dmsetup", "suspend", volume.instance])
    m.start(f"sleep 3; dmsetup resume {volume.instance}")
    stops(m, volume)


def test_a_suspended_mapping_that_nobody_resumes_is_resumed_once(m):
    volume = up(m)
    m.sh(["dmsetup", "suspend", volume.instance])
    result = stops(m, volume, timeout=20)
    assert result.seconds > 5, result


def test_a_suspended_mapping_without_its_key_is_not_touched(m):
    volume = up(m, fs="ext4")
    m.sh(["cryptsetup", "luksSuspend", volume.instance])
    refuses(m, volume, "suspended", timeout=12)
    assert volume.mapping()["suspended"] and volume.mounted()
    m.run(["cryptsetup", "luksResume", "-q", "--key-file", "-", volume.instance],
          stdin=volume.passphrase.encode(), check=True)
    stops(m, volume)


def test_a_suspended_mapping_with_another_table_waiting_is_not_touched(m):
    # LUKS1: its key lies in the table and not in a keyring, so that the table can be loaded again.
    volume = up(m, luks=1)
    table = m.sh(["dmsetup", "table", "--showkeys", volume.instance])
    m.sh(["dmsetup", "suspend", volume.instance])
    m.sh(["dmsetup", "load", volume.instance, "--table", table])
    refuses(m, volume, "suspended", "table", timeout=12)
    assert volume.mapping()["suspended"] and volume.mounted()
    m.sh(["dmsetup", "clear", volume.instance])
    m.sh(["dmsetup", "resume", volume.instance])
    stops(m, volume)


@limit(120)
@each("stopped", more=("gone",))
def test_a_dead_udevd_does_not_turn_a_removal_into_a_failure(m, how):
    volume = up(m)
    if how == "stopped":
        m.sh("pkill -STOP -x systemd-udevd")
    else:
        m.sh("udevadm control --exit")
        m.wait_for(lambda: m.run("pgrep -x systemd-udevd").rc == 1, 45, "udevd has ended")
    try:
        result = volume.agent("stop")
        assert result.rc == 0, result
        assert not m.snapshot()["maps"]
        assert result.seconds < 10, result
    finally:
        m.run("pkill -CONT -x systemd-udevd")


@limit(90)
def test_a_hung_disk_ends_in_time_with_the_phase_named(m):
    volume = m.volume(fs="")
    size = m.sh(["blockdev", "--getsz", volume.device])
    m.sh(f"dmsetup create slow --table '0 {size} linear {volume.device} 0'")
    m.run(["cryptsetup", "open", "-q", "--key-file", "-", "/dev/mapper/slow", volume.instance],
          stdin=volume.passphrase.encode(), check=True)
    m.sh(f"mkfs.ext4 -q -F -E nodiscard,lazy_itable_init=1 /dev/mapper/{volume.instance}; "
         f"mkdir -p {volume.directory}; mount /dev/mapper/{volume.instance} {volume.directory}; "
         f"echo dirty > {volume.directory}/file; dmsetup suspend --nolockfs --noflush slow")
    try:
        result = refuses(m, volume, "timed-out", "unmounting", timeout=12)
        assert result.seconds < 12, result
    finally:
        m.sh("dmsetup resume slow")
    m.wait_for(lambda: not volume.mounted(), 20, "the unmount that was under way ends")
    result = volume.agent("stop")
    assert result.rc == 0 and volume.mapping() is None, result


def test_a_signal_ends_stop_with_a_reason_and_never_with_0(m):
    volume = up(m)
    hold(m, f"trap '' TERM; cd {volume.directory}; echo held; while :; do sleep 1; done")
    stop = volume.agent_start("stop", kill_signals="TERM", signal_delay=10)
    time.sleep(3)
    stop.kill(15, group=False)
    result = stop.wait()
    assert result.rc == 1 and "interrupted" in result.reason, result


@long
@limit(120)
def test_a_volume_is_stopped_after_a_stop_that_was_killed_at_any_moment(m):
    volume = m.volume()
    for delay in (0.05, 0.15, 0.3, 0.6):
        volume.mount()
        process = hold(m, f"trap '' TERM; cd {volume.directory}; echo held; "
                          "while :; do sleep 1; done")
        stop = volume.agent_start("stop")
        time.sleep(delay)
        stop.kill(9)
        stop.wait()
        stops(m, volume)
        process.kill()
