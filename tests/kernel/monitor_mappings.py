# SPDX-License-Identifier: GPL-2.0-or-later
"""What monitor and probe make of a mapping, with nothing but the kernel to ask."""

from lab import limit


def dm_uuid(volume) -> str:
    return f"CRYPT-LUKS2-{volume.uuid.replace('-', '')}-{volume.instance}"


def both(volume, code: int, reason: str = "", **options) -> None:
    """Monitor and probe answer alike."""
    for action in ("monitor", "probe"):
        result = volume.agent(action, **options)
        assert result.rc == code and result.reason.startswith(reason), (action, result)


def opened(volume, device: str, name: str) -> None:
    volume._machine.run(["cryptsetup", "open", "-q", "--key-file", "-", device, name],
                        stdin=volume.passphrase.encode(), check=True)


def test_the_module_is_not_loaded_by_a_look(m):
    # Other cases may have loaded further targets; some hold one another.
    m.sh("for round in 1 2 3; do for module in $(ls /sys/module/dm_mod/holders) dm_mod; do "
         "rmmod $module 2>/dev/null || true; done; done; "
         "if grep '^dm_mod ' /proc/modules; then exit 1; fi")
    for action in ("monitor", "probe"):
        result = m.agent(action, instance="nothing", device="/dev/none", directory="/srv/none")
        assert result.rc == 7 and not result.reason, result
    m.sh("set -e; if grep -q '^dm_mod ' /proc/modules; then exit 1; fi; modprobe -a dm-crypt dm-delay dm-flakey")


def test_nothing_is_7_and_a_person_is_told(m):
    volume = m.volume(fs="")
    both(volume, 7)
    result = volume.agent("monitor", interval=None)
    assert result.rc == 7 and result.reason.startswith("not-active"), result


def test_a_mapping_is_seen_before_it_has_a_table(m):
    """Since Linux 5.15 such a device has no directory in sysfs."""
    volume = m.volume(fs="")
    m.sh(f"dmsetup create {volume.instance} --notable -u {dm_uuid(volume)}")
    assert "dm-" not in m.sh("ls /sys/block")
    both(volume, 1, "partly-up", luks_uuid=volume.uuid)
    # Without a pin it is known by the UUID that udev read from the configured device.
    both(volume, 1, "partly-up")
    m.sh(f"dmsetup load {volume.instance} --table '0 8 linear {volume.device} 0'")
    both(volume, 1, "partly-up", luks_uuid=volume.uuid)


def test_what_cannot_be_told_is_1_and_stays_untouched(m):
    volume = m.volume(fs="")
    volume.open()
    both(volume, 1, "in-doubt", device="/dev/not-there")
    assert volume.mapping() is not None


def test_a_mapping_on_another_disk_is_a_strangers(m):
    volume, other = m.volume(fs=""), m.volume(fs="")
    other.open(volume.instance)
    for options in ({}, {"luks_uuid": volume.uuid}):
        assert volume.agent("probe", **options).rc == 7
        result = volume.agent("monitor", **options)
        assert result.rc == 1 and result.reason.startswith("name-taken"), result


def test_the_error_target_in_place_of_the_disk_is_1(m):
    volume = m.volume(fs="ext4")
    volume.mount()
    size = volume.mapping()["size_bytes"] // 512
    m.sh(f"dmsetup load {volume.instance} --table '0 {size} error'; "
         f"dmsetup suspend --nolockfs --noflush {volume.instance}; dmsetup resume {volume.instance}")
    both(volume, 1, "device-lost", luks_uuid=volume.uuid)
    m.sh(["umount", volume.directory])
    both(volume, 1, "partly-up", luks_uuid=volume.uuid)


def test_a_suspension_of_a_moment_is_waited_for_and_a_long_one_is_1(m):
    volume = m.volume(fs="ext4")
    volume.mount()
    m.sh(f"dmsetup suspend {volume.instance}; "
         f"(sleep 1; dmsetup resume {volume.instance}) > /dev/null 2>&1 &")
    result = volume.agent("monitor")
    assert result.rc == 0, result
    m.sh(["dmsetup", "suspend", volume.instance])
    try:
        result = volume.agent("monitor")
        assert result.rc == 1 and result.reason.startswith("suspended"), result
        assert 2 <= result.seconds < 20, result
    finally:
        m.sh(["dmsetup", "resume", volume.instance])


def test_a_partition_and_a_device_between_are_walked_through(m):
    volume = m.volume(fs="")
    sectors = m.sh(["blockdev", "--getsz", volume.device]).strip()
    m.sh(f"dmsetup create between --table '0 {sectors} linear {volume.device} 0'")
    opened(volume, "/dev/mapper/between", "other")
    # The configured device is two steps below; the one between counts as well.
    both(volume, 1, "open-under-other-name")
    both(volume, 1, "open-under-other-name", device="/dev/mapper/between")
    m.sh("dmsetup remove other; dmsetup remove between")
    m.sh(f"echo ',,L' | sfdisk -q --wipe always {volume.device}; udevadm settle")
    m.run(["cryptsetup", "luksFormat", "-q", "--key-file", "-", "--type", "luks2", "--pbkdf",
           "pbkdf2", "--pbkdf-force-iterations", "1000", f"{volume.device}p1"],
          stdin=volume.passphrase.encode(), check=True)
    opened(volume, f"{volume.device}p1", "other")
    both(volume, 1, "open-under-other-name", device=f"{volume.device}p1")
    # Of the whole disk: somebody's partition.
    both(volume, 7)


def test_a_disk_that_comes_back_is_not_the_one_below_the_mapping(m):
    volume = m.volume(fs="ext4")
    volume.mount()
    identity = f"vol-{volume.disk.serial[3:]}"
    both(volume, 0, device=identity)
    m.detach_disk(volume.disk.serial)
    both(volume, 1, "device-lost", device=identity, luks_uuid=volume.uuid)
    m.attach_disk(volume.disk.serial)
    both(volume, 1, "device-lost", device=identity, luks_uuid=volume.uuid)
    # Known without a pin: udev has read the UUID of the disk that came back.
    m.sh("udevadm settle")
    both(volume, 1, "device-lost", device=identity)


@limit(90)
def test_no_block_device_is_opened_by_a_look(m):
    volume = m.volume(fs="xfs")
    volume.mount()
    for action in ("monitor", "probe"):
        for options in ({}, {"device": f"vol-{volume.disk.serial[3:]}"}, {"map_name": "other"}):
            volume.agent(action, wrapper=("strace", "-f", "-o", "/tmp/trace", "-e", "trace=%file"),
                         **options)
            opened_paths = m.sh("grep -E 'open(at)?\\(' /tmp/trace | grep -o '\"/dev/[^\"]*\"' "
                                "| sort -u").split()
            # The worker's flight recorder lies in memory.
            others = {path for path in opened_paths if not path.startswith('"/dev/shm')}
            assert others <= {'"/dev/mapper/control"', '"/dev/null"'}, opened_paths
