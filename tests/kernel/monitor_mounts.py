# SPDX-License-Identifier: GPL-2.0-or-later
"""What monitor at depth 0 makes of the mounts, without reading a byte of the volume."""

from lab import each, limit, long


def mounted(m, fs: str = "ext4", *options: str):
    volume = m.volume(fs=fs)
    volume.mount(*options)
    return volume


def failed(volume, reason: str, **options) -> None:
    for action in ("monitor", "probe"):
        result = volume.agent(action, **options)
        assert result.rc == 1 and result.reason.startswith(reason), (action, result)


@each("xfs", more=("ext4", "btrfs"))
def test_open_and_mounted_by_whoever_is_active(m, fs):
    volume = mounted(m, fs)
    assert volume.agent("monitor").rc == 0
    assert volume.agent("probe").rc == 0
    assert volume.agent("status").rc == 0


def test_open_without_a_mount_is_1(m):
    volume = m.volume(fs="ext4")
    volume.open()
    failed(volume, "partly-up")


def test_a_bind_over_itself_is_fine_unless_it_is_read_only(m):
    volume = mounted(m)
    m.sh(["mount", "--bind", volume.directory, volume.directory])
    assert volume.agent("monitor").rc == 0
    m.sh(["mount", "-o", "remount,bind,ro", volume.directory])
    failed(volume, "turned-read-only")


def test_mounted_on_another_directory_alone_is_1(m):
    volume = mounted(m)
    m.sh(f"mkdir -p /srv/elsewhere; mount --bind {volume.directory} /srv/elsewhere")
    assert volume.agent("monitor").rc == 0
    m.sh(["umount", volume.directory])
    failed(volume, "partly-up")
    m.sh("umount /srv/elsewhere")


def test_a_strangers_mount_over_ours_or_over_a_parent_is_1(m):
    volume = mounted(m)
    m.sh(f"mount -t tmpfs none {volume.directory}")
    failed(volume, "mount-point-taken")
    m.sh(f"umount {volume.directory}; mount -t tmpfs none /srv")
    failed(volume, "partly-up")
    m.sh("umount /srv")
    assert volume.agent("monitor").rc == 0


def test_a_strangers_mount_in_our_place_is_1_on_the_active_node_and_7_in_a_probe(m):
    volume = m.volume(fs="")
    m.sh(f"mkdir -p {volume.directory}; mount -t tmpfs none {volume.directory}")
    assert volume.agent("probe").rc == 7
    result = volume.agent("monitor")
    assert result.rc == 1 and result.reason.startswith("mount-point-taken"), result
    m.sh(["umount", volume.directory])


def test_a_directory_behind_a_symbolic_link_is_found(m):
    volume = mounted(m)
    m.sh(f"ln -sfn {volume.directory} /srv/link")
    assert volume.agent("monitor", directory="/srv/link").rc == 0
    m.sh("rm /srv/link")


def test_read_only_is_a_failure_unless_it_is_asked_for(m):
    volume = mounted(m)
    m.sh(["mount", "-o", "remount,ro", volume.directory])
    failed(volume, "turned-read-only")
    assert volume.agent("monitor", read_only="yes").rc == 0
    assert volume.agent("monitor", options="noatime,ro").rc == 0


def test_an_xfs_that_was_shut_down_is_1_though_no_list_shows_it(m):
    volume = mounted(m, "xfs")
    m.sh(["xfs_io", "-x", "-c", "shutdown", volume.directory])
    assert "shutdown" not in m.sh(["grep", volume.directory, "/proc/self/mountinfo"])
    failed(volume, "turned-read-only")


def test_ext4_that_the_kernel_turned_read_only_is_1_though_no_list_shows_it(m):
    volume = m.volume(fs="ext4")
    assert volume.agent("start", options="errors=remount-ro").rc == 0
    minor = m.sh(["stat", "-c", "%T", f"/dev/{dm_name(m, volume)}"]).strip()
    m.sh(f"echo 1 > /sys/fs/ext4/dm-{int(minor, 16)}/trigger_fs_error")
    result = volume.agent("monitor", options="errors=remount-ro")
    assert result.rc == 1 and result.reason.startswith("turned-read-only"), result
    assert volume.agent("stop", options="errors=remount-ro").rc == 0


def test_ext4_that_counts_errors_and_goes_on_is_190(m):
    volume = m.volume(fs="ext4")
    assert volume.agent("start", options="errors=continue").rc == 0
    m.sh(f"echo 1 > /sys/fs/ext4/{dm_name(m, volume)}/trigger_fs_error")
    result = volume.agent("monitor", options="errors=continue")
    assert result.rc == 190 and result.reason.startswith("bad-filesystem"), result
    assert volume.agent("probe", options="errors=continue").rc == 0
    assert volume.agent("stop", options="errors=continue").rc == 0


def dm_name(m, volume) -> str:
    return m.sh(["readlink", "-f", f"/dev/mapper/{volume.instance}"]).strip().rsplit("/", 1)[1]


@limit(120)
@each("xfs", more=("ext4", "btrfs"))
def test_a_hung_disk_does_not_hang_the_look(m, fs):
    volume = m.volume(fs=fs)
    sectors = m.sh(["blockdev", "--getsz", volume.device]).strip()
    m.sh(f"dmsetup create slow --table '0 {sectors} linear {volume.device} 0'")
    m.run(["cryptsetup", "open", "-q", "--key-file", "-", "/dev/mapper/slow", volume.instance],
          stdin=volume.passphrase.encode(), check=True)
    m.sh(f"mkdir -p {volume.directory}; mount /dev/mapper/{volume.instance} {volume.directory}; "
         f"dmsetup suspend --noflush --nolockfs slow; "
         f"(dd if=/dev/zero of={volume.directory}/file bs=4k count=64 conv=fsync "
         f"> /dev/null 2>&1 &); sleep 1; (echo 3 > /proc/sys/vm/drop_caches &)")
    try:
        result = volume.agent("monitor")
        assert result.rc == 0 and result.seconds < 10, result
    finally:
        m.sh("dmsetup resume slow; sleep 1")


@long
def test_a_subvolume_of_btrfs_counts_as_ours(m):
    volume = mounted(m, "btrfs")
    m.sh(f"btrfs subvolume create {volume.directory}/sub; mkdir -p /srv/sub; "
         f"mount -o subvol=sub /dev/mapper/{volume.instance} /srv/sub; umount {volume.directory}")
    failed(volume, "partly-up")
    assert volume.agent("monitor", directory="/srv/sub").rc == 0
    m.sh("umount /srv/sub")


def test_a_private_mount_namespace_is_judged_with_inits(m):
    volume = m.volume(fs="ext4")
    path = volume.open()
    wrapper = ("unshare", "-m", "--propagation", "private", "sh", "-c",
               f"mkdir -p {volume.directory}; mount {path} {volume.directory}; exec \"$@\"", "sh")
    result = volume.agent("monitor", wrapper=wrapper)
    assert result.rc == 1 and result.reason.startswith("private-namespace"), result
    m.sh(f"mount {path} {volume.directory}")
    assert volume.agent("monitor", wrapper=("unshare", "-m")).rc == 0
    hidden = ("unshare", "-m", "sh", "-c", f"umount {volume.directory}; exec \"$@\"", "sh")
    assert volume.agent("monitor", wrapper=hidden).rc == 0
