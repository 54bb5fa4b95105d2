# SPDX-License-Identifier: GPL-2.0-or-later
"""Start opens what it was asked to open, as it was asked to, and says so again when it is open."""

import time

from lab import each, limit, long

KINDS = ((1, "xfs"), (2, "ext4"), (2, "xfs"), (1, "ext4"), (2, "btrfs"))


@limit(120)
@each(*KINDS[:2], more=KINDS[2:])
def test_a_volume_starts_works_and_starts_again_with_its_file(m, luks, fs):
    volume = m.volume(luks=luks, fs=fs)
    assert volume.agent("probe").rc == 7
    result = volume.agent("start")
    assert (result.rc, result.reason, result.out) == (0, "", "")
    assert volume.mapping()["uuid"].startswith(f"CRYPT-LUKS{luks}-" + volume.uuid.replace("-", ""))
    assert [mount["fstype"] for mount in m.mounts_at(volume.directory)] == [fs]
    m.sh(f"echo kept > {volume.directory}/file; sync {volume.directory}/file")
    for depth in (0, 10, 20):
        result = volume.agent("monitor", depth=depth)
        assert (result.rc, result.reason) == (0, ""), depth
    assert volume.agent("stop").rc == 0
    assert volume.mapping() is None and not volume.mounted()
    assert volume.agent("start").rc == 0
    assert m.sh(f"cat {volume.directory}/file") == "kept"
    # Nothing with a name is left by the deep checks.
    assert set(m.sh(f"ls -A {volume.directory}").split()) - {"lost+found"} == {"file"}


def test_a_second_start_changes_nothing(m):
    volume = m.volume(fs="xfs")
    assert volume.agent("start").rc == 0
    before = m.snapshot()
    result = volume.agent("start")
    assert (result.rc, result.reason) == (0, "")
    assert m.snapshot() == before


def test_an_open_mapping_of_ours_is_mounted_without_a_key(m):
    volume = m.volume(fs="ext4")
    volume.open()
    before = volume.mapping()["devno"]
    result = volume.agent("start", ssm_parameter="/there/is/no/such/parameter", luks_uuid=volume.uuid)
    assert (result.rc, result.reason) == (0, "")
    assert volume.mapping()["devno"] == before
    assert volume.mounted()


@each("UUID", "vol", more=("PARTUUID", "LABEL"))
def test_a_device_is_found_by_what_it_carries_without_links_of_udev(m, kind):
    volume = m.volume(fs="ext4")
    device = f"UUID={volume.uuid}"
    if kind == "vol":
        device = "vol-" + volume.disk.serial.removeprefix("vol")
    if kind == "LABEL":
        m.sh(["cryptsetup", "config", volume.device, "--label", "databases"])
        device = "LABEL=databases"
    if kind == "PARTUUID":
        part = m.attach_disk("vol00000000000000fff", size_mib=96)
        m.sh(f"printf 'label: gpt\\n,\\n' | sfdisk -q {part.device}; dd if={volume.device} "
             f"of={part.device}p1 bs=1M count=32 status=none")
        device = "PARTUUID=" + m.sh(f"lsblk -dno PARTUUID {part.device}p1 | grep . || "
                                    f"blkid -s PARTUUID -o value -p {part.device}p1").strip()
    m.sh("rm -rf /dev/disk")
    try:
        result = volume.agent("validate-all", depth=10, device=device)
        assert (result.rc, result.reason) == (0, ""), result
        if kind != "PARTUUID":
            result = volume.agent("start", device=device)
            assert (result.rc, result.reason) == (0, ""), result
    finally:
        m.run("udevadm trigger --action=add --subsystem-match=block; udevadm settle -t 10")


def test_a_detached_header_is_used(m):
    volume = m.volume(fs="ext4", header=True)
    assert volume.agent("start").rc == 0
    assert volume.mounted()
    assert volume.agent("monitor", depth=10).rc == 0
    m.sh(f"mv {volume.header} {volume.header}.away")
    result = volume.agent("monitor", depth=10)
    assert result.rc == 190 and "header" in result.reason, result
    assert volume.agent("stop").rc == 0
    result = volume.agent("start", device_wait=0)
    assert result.rc == 1 and result.reason.startswith("no-header"), result
    result = volume.agent("validate-all", depth=10)
    assert result.rc == 2 and result.reason.startswith("no-header"), result


@each("read_only", more=("option",))
def test_read_only_opens_and_mounts_read_only(m, how):
    volume = m.volume(fs="xfs")
    asked = {"read_only": "yes"} if how == "read_only" else {"options": "noatime,ro"}
    assert volume.agent("start", **asked).rc == 0
    assert volume.mapping()["read_only"]
    assert "ro" in m.mounts_at(volume.directory)[0]["options"].split(",")
    assert volume.agent("monitor", depth=20, **asked).rc == 0
    assert volume.agent("stop", **asked).rc == 0


def test_flags_reach_the_mapping(m):
    volume = m.volume(fs="ext4")
    result = volume.agent("start", allow_discards="yes", no_read_workqueue="yes", no_write_workqueue="yes",
                          same_cpu_crypt="yes", submit_from_crypt_cpus="yes")
    assert (result.rc, result.reason) == (0, "")
    table = m.sh(["dmsetup", "table", volume.instance])
    for word in ("allow_discards", "no_read_workqueue", "no_write_workqueue", "same_cpu_crypt", "submit_from_crypt_cpus"):
        assert word in table, table


def test_the_options_of_the_articles_fstab_line_are_taken(m):
    volume = m.volume(luks=1, fs="xfs")
    result = volume.agent("start", options="nofail,x-systemd.device-timeout=5,noatime,_netdev,attr2")
    assert (result.rc, result.reason) == (0, "")
    assert "noatime" in m.mounts_at(volume.directory)[0]["options"]


@limit(120)
def test_two_volumes_start_at_once_and_do_not_wait_for_each_other(m):
    slow, quick = m.volume(fs="ext4"), m.volume(fs="ext4")
    first = slow.agent_start("start", device="/dev/not-there-yet", device_wait=15)
    result = quick.agent("start", timeout=40)
    assert result.rc == 0
    assert first.running()
    assert first.wait().rc == 1


@long
@limit(180)
def test_memory_hard_key_slots_of_two_volumes_take_turns(m):
    hard = ("--pbkdf", "argon2id", "--pbkdf-memory", "65536", "--pbkdf-parallel", "1",
            "--pbkdf-force-iterations", "4")
    volumes = [m.volume(fs="", luks_options=hard) for _ in range(2)]
    # Enough for one derivation and not for two.
    m.sh("mkdir -p /run/hog; mount -t tmpfs -o size=100% hog /run/hog; "
         "fallocate -l $(( $(sed -n 's/MemAvailable: *\\([0-9]*\\) kB/\\1/p' /proc/meminfo) * 1024 - 120000000 )) "
         "/run/hog/filled", 120)
    try:
        running = [volume.agent_start("start") for volume in volumes]
        results = [process.wait() for process in running]
    finally:
        m.sh("umount /run/hog")
    # Opened, and then refused for want of a filesystem: both derivations have succeeded.
    for result in results:
        assert result.rc == 1 and result.reason.startswith("bad-filesystem"), result


def test_a_missing_mount_point_is_made_with_its_parents(m):
    volume = m.volume(fs="ext4")
    assert volume.agent("start", directory="/srv/new/deep/place").rc == 0
    assert m.mounts_at("/srv/new/deep/place")
    assert volume.agent("stop", directory="/srv/new/deep/place").rc == 0
    m.sh("rm -r /srv/new")


def test_what_a_killed_start_left_without_a_table_is_removed(m):
    volume = m.volume(fs="ext4")
    uuid = volume.uuid.replace("-", "")
    m.sh(["dmsetup", "create", "--notable", volume.instance, "-u", f"CRYPT-LUKS2-{uuid}-{volume.instance}"])
    result = volume.agent("start", luks_uuid=volume.uuid)
    assert (result.rc, result.reason) == (0, ""), result
    assert volume.mounted()


@long
@limit(150)
def test_a_udevd_that_hangs_delays_a_start_and_does_not_fail_it(m):
    volume = m.volume(fs="ext4")
    m.sh("pkill -STOP -x systemd-udevd")
    try:
        result = volume.agent("start", timeout=100)
        assert (result.rc, result.reason) == (0, ""), result
        assert volume.agent("monitor", depth=10).rc == 0
        assert volume.agent("stop").rc == 0
        assert volume.mapping() is None
    finally:
        m.sh("pkill -CONT -x systemd-udevd")


def test_a_rotated_key_is_found_in_the_previous_version(m):
    volume = m.volume(fs="ext4")
    m.emulator.put(volume.parameter, "the next one", overwrite=True)
    assert volume.agent("start", previous_versions=0).rc == 2
    result = volume.agent("start", previous_versions=1)
    assert (result.rc, result.reason) == (0, ""), result
    assert volume.mounted()


def test_a_device_that_is_plugged_in_late_is_waited_for(m):
    volume = m.volume(fs="ext4")
    serial = volume.disk.serial
    device = "vol-" + serial.removeprefix("vol")
    m.detach_disk(serial)
    running = volume.agent_start("start", device=device, device_wait=60)
    time.sleep(2)
    assert running.running()
    m.attach_disk(serial)
    result = running.wait()
    assert (result.rc, result.reason) == (0, ""), result
    assert volume.mounted()
