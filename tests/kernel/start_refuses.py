# SPDX-License-Identifier: GPL-2.0-or-later
"""What start refuses, it refuses in one clear line, and leaves the machine as it found it."""

from lab import each, limit, long


def state(m):
    """What a refusal must not change: mappings, mounts, and the directories below /srv."""
    found = m.snapshot()
    return found["maps"], found["mounts"], m.sh("ls /srv")


def refuse(m, volume, code: int, word: str, **parameters):
    """Start answers CODE with a reason that begins with WORD, and the machine is as before."""
    before = state(m)
    result = volume.agent("start", **parameters)
    assert result.rc == code and result.reason.startswith(word + ":"), result
    assert len(result.reason) < 200 and result.out == ""
    assert state(m) == before
    return result


def test_a_device_that_does_not_appear(m):
    volume = m.volume()
    result = refuse(m, volume, 1, "no-device", device="/dev/disk/by-id/gone", device_wait=1)
    assert 1 <= result.seconds < 20
    assert volume.agent("validate-all", depth=10, device="/dev/disk/by-id/gone").rc == 2


def test_the_device_timeout_of_the_options_is_the_wait(m):
    volume = m.volume()
    result = refuse(m, volume, 1, "no-device", device="/dev/gone",
                    options="nofail,x-systemd.device-timeout=2s")
    assert 2 <= result.seconds < 20


def test_a_device_that_is_not_luks(m):
    volume = m.volume()
    m.sh(f"dd if=/dev/zero of={volume.device} bs=1M count=20 conv=fsync status=none")
    refuse(m, volume, 2, "not-luks")
    assert volume.agent("validate-all", depth=10).rc == 2


def test_another_luks_uuid_than_the_pin_before_any_key(m):
    volume = m.volume()
    result = refuse(m, volume, 2, "wrong-luks-uuid", luks_uuid="00000000-0000-0000-0000-000000000001",
                    ssm_parameter="/never/asked")
    assert volume.uuid in result.reason


def test_a_read_only_device_unless_that_is_asked_for(m):
    volume = m.volume(fs="ext4")
    m.sh(["blockdev", "--setro", volume.device])
    refuse(m, volume, 2, "device-read-only")
    assert volume.agent("validate-all", depth=10).rc == 2
    assert volume.agent("start", read_only="yes").rc == 0


def test_a_strangers_mapping_of_our_name_is_left_alone(m):
    volume, other = m.volume(), m.volume(fs="ext4")
    other.open(volume.instance)
    refuse(m, volume, 2, "name-taken", luks_uuid=volume.uuid)
    assert volume.agent("validate-all", depth=10, luks_uuid=volume.uuid, map_name=volume.instance).rc == 2


def test_our_device_open_under_another_name(m):
    volume = m.volume()
    volume.open("somebody-else")
    refuse(m, volume, 1, "open-under-other-name")
    assert volume.agent("validate-all", depth=10).rc == 0
    assert volume.agent("validate-all", depth=10, map_name=volume.instance).rc == 2


def test_a_strangers_filesystem_on_our_directory_is_left_alone(m):
    volume = m.volume()
    m.sh(f"mkdir -p {volume.directory}; mount -t tmpfs stranger {volume.directory}")
    refuse(m, volume, 2, "mount-point-taken")
    assert volume.agent("validate-all", depth=10).rc == 2


def test_a_mount_point_that_is_a_file_or_cannot_be_made(m):
    volume = m.volume()
    m.sh("touch /srv/file")
    refuse(m, volume, 2, "no-mount-point", directory="/srv/file")
    refuse(m, volume, 2, "no-mount-point", directory="/proc/no/such/place")
    assert volume.agent("validate-all", depth=10, directory="/srv/file").rc == 2
    m.sh("rm /srv/file")


@each("xfs", more=("ext4",))
def test_a_mount_option_the_kernel_does_not_know(m, fs):
    volume = m.volume(fs=fs)
    result = refuse(m, volume, 2, "bad-mount-option", options="noatime,nosuchoption=3")
    assert "nosuchoption" in result.reason
    assert volume.agent("validate-all", depth=10, fstype=fs, options="nosuchoption=3").rc == 2


def test_validate_all_looks_beside_a_volume_that_is_up_and_finds_its_filesystem(m):
    volume = m.volume(fs="xfs")
    assert volume.agent("start").rc == 0
    for depth in (10, 20):
        result = volume.agent("validate-all", depth=depth)
        assert (result.rc, result.err) == (0, ""), (depth, result)
        assert volume.agent("validate-all", depth=depth, options="nosuchoption=3").rc == 2, depth
    assert volume.agent("monitor").rc == 0
    assert volume.agent("stop").rc == 0


def test_another_filesystem_than_asked_for(m):
    volume = m.volume(fs="ext4")
    refuse(m, volume, 1, "bad-filesystem", fstype="xfs")


def test_a_mapping_without_a_filesystem(m):
    refuse(m, m.volume(fs=""), 1, "bad-filesystem")


def test_a_filesystem_the_kernel_has_no_driver_for(m):
    volume = m.volume(fs="ext4")
    assert volume.agent("validate-all", depth=10, fstype="nosuchfs").rc == 5


def test_a_filesystem_whose_superblock_is_damaged(m):
    volume = m.volume(fs="xfs")
    path = volume.open("by-hand")
    # The signature stays, what follows it does not.
    m.sh(f"dd if=/dev/urandom of={path} bs=1 seek=8 count=300 conv=fsync status=none; cryptsetup close by-hand")
    refuse(m, volume, 1, "bad-filesystem")


def test_forced_fsck_of_a_filesystem_start_does_not_repair(m):
    refuse(m, m.volume(fs="xfs"), 2, "bad-parameter", run_fsck="force")


def test_errors_in_ext4_without_leave_to_repair_them(m):
    volume = m.volume(fs="ext4")
    path = volume.open("by-hand")
    m.sh(f"debugfs -w -R 'set_super_value state 2' {path}; cryptsetup close by-hand")
    refuse(m, volume, 1, "needs-fsck", run_fsck="no")
    result = volume.agent("start", run_fsck="auto")
    assert (result.rc, result.reason) == (0, "")


@each(1, 2)
def test_a_key_that_opens_no_slot(m, luks):
    volume = m.volume(luks=luks)
    m.emulator.put(volume.parameter, "wrong", overwrite=True)
    m.emulator.put(volume.parameter, "wrong as well", overwrite=True)
    refuse(m, volume, 2, "wrong-key", previous_versions=1)
    result = volume.agent("validate-all", depth=20, previous_versions=1)
    assert result.rc == 2 and result.reason.startswith("wrong-key"), result


def test_no_keyslot_at_all(m):
    volume = m.volume()
    m.sh(["cryptsetup", "-q", "erase", volume.device])
    refuse(m, volume, 2, "no-keyslot")
    assert volume.agent("validate-all", depth=10).rc == 2


def test_a_null_cipher(m):
    volume = m.volume(luks=1)
    # LUKS1 carries no checksum: cipher name and mode stand at 8 and 40.
    m.sh(f"printf 'cipher_null\\0' | dd of={volume.device} bs=1 seek=8 conv=notrunc,fsync status=none; "
         f"printf 'ecb\\0' | dd of={volume.device} bs=1 seek=40 conv=notrunc,fsync status=none")
    refuse(m, volume, 2, "header-unsupported")


def test_a_requirement_of_a_newer_library(m):
    volume = m.volume()
    m.python(SET_REQUIREMENT, volume.device)
    refuse(m, volume, 2, "header-unsupported")
    assert volume.agent("validate-all", depth=10).rc == 2


@long
@limit(120)
def test_a_key_slot_that_needs_more_memory_than_there_is(m):
    volume = m.volume(luks_options=("--pbkdf", "argon2id", "--pbkdf-memory", "262144", "--pbkdf-parallel", "1",
                                    "--pbkdf-force-iterations", "4"))
    m.sh("mkdir -p /run/hog; mount -t tmpfs -o size=95% hog /run/hog; "
         "fallocate -l $(( $(sed -n 's/MemAvailable: *\\([0-9]*\\) kB/\\1/p' /proc/meminfo) * 1024 - 150000000 )) "
         "/run/hog/filled", 120)
    try:
        # Start waits for memory for half of its time.
        refuse(m, volume, 1, "kdf-memory", timeout=20)
        assert volume.agent("validate-all", depth=10).rc == 2
    finally:
        m.sh("umount /run/hog")
    assert volume.agent("start").rc == 0


# Both copies get a requirement that no library knows, with sequence and checksum as they must be.
SET_REQUIREMENT = r"""
import hashlib, json
with open(ARGUMENTS, 'r+b') as device:
    for offset in (0, 16384):
        device.seek(offset)
        header = bytearray(device.read(16384))
        text = bytes(header[4096:]).split(b'\0', 1)[0]
        tree = json.loads(text)
        tree['config']['requirements'] = {'mandatory': ['from-the-future']}
        text = json.dumps(tree, separators=(',', ':')).encode()
        header[4096:] = text.ljust(16384 - 4096, b'\0')
        header[448:512] = bytes(64)
        header[448:480] = hashlib.sha256(header).digest()
        device.seek(offset)
        device.write(header)
    device.flush()
    __import__('os').fsync(device.fileno())
"""


def test_a_run_directory_that_is_not_ours_and_stop_and_probe_go_on_without_it(m):
    volume = m.volume(fs="ext4")
    m.sh("rm -rf /run/luks-ssm; touch /run/luks-ssm")
    try:
        refuse(m, volume, 1, "no-record")
        assert volume.agent("probe").rc == 7
        m.sh("rm /run/luks-ssm")
        assert volume.agent("start").rc == 0
        m.sh("mv /run/luks-ssm /run/luks-ssm.away; touch /run/luks-ssm")
        stopped = volume.agent("stop")
        assert stopped.rc == 0, stopped
        assert not volume.mapping() and not volume.mounted()
    finally:
        m.sh("rm -rf /run/luks-ssm /run/luks-ssm.away")
