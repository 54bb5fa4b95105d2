# SPDX-License-Identifier: GPL-2.0-or-later
"""The deep checks find what the shallow one cannot see, in time, and leave nothing behind."""

from lab import each, limit


def under(m, volume, target: str) -> str:
    """A dm device below the volume whose table the case can change; its path."""
    sectors = m.sh(["blockdev", "--getsz", volume.device]).strip()
    m.sh(["dmsetup", "create", "below", "--table", f"0 {sectors} linear {volume.device} 0"])
    return "/dev/mapper/below", f"0 {sectors} {target.format(device=volume.device)}"


def swap(m, table: str) -> None:
    m.sh(f"dmsetup load below --table '{table}' && dmsetup suspend --noflush --nolockfs below && dmsetup resume below")


@limit(120)
@each("xfs", more=("ext4",))
def test_a_disk_that_gives_errors_fails_the_check(m, fs):
    volume = m.volume(fs=fs)
    device, table = under(m, volume, "error")
    assert volume.agent("start", device=device).rc == 0
    assert volume.agent("monitor", depth=10, device=device).rc == 0
    swap(m, table)
    result = volume.agent("monitor", depth=10, device=device)
    assert result.rc == 1 and result.reason.startswith("device-io"), result


@limit(150)
def test_a_hung_disk_cannot_hang_the_action(m):
    volume = m.volume(fs="ext4")
    device, _table = under(m, volume, "linear {device} 0")
    assert volume.agent("start", device=device).rc == 0
    m.sh(["dmsetup", "suspend", "--noflush", "--nolockfs", "below"])
    try:
        assert volume.agent("monitor", device=device).rc == 0
        for depth in (10, 20):
            result = volume.agent("monitor", depth=depth, device=device, timeout=12)
            assert result.rc == 1 and result.seconds < 12, result
            assert "answer" in result.reason, result
        # What hangs at depth 10 does not change the next look at depth 0.
        assert volume.agent("monitor", device=device).rc == 0
    finally:
        m.sh(["dmsetup", "resume", "below"])
    assert volume.agent("monitor", depth=20, device=device).rc == 0


def test_a_configured_path_that_vanishes_is_a_flag_at_depth_10_alone(m):
    volume = m.volume(fs="ext4")
    m.sh(f"ln -sf {volume.device} /dev/our-link")
    assert volume.agent("start", device="/dev/our-link").rc == 0
    m.sh("rm /dev/our-link")
    assert volume.agent("monitor", device="/dev/our-link").rc == 0
    result = volume.agent("monitor", depth=10, device="/dev/our-link")
    assert result.rc == 190 and result.reason.startswith("no-device"), result
    assert volume.agent("stop", device="/dev/our-link").rc == 0
    assert volume.mapping() is None


def test_a_configured_path_that_means_another_disk_now_is_a_flag(m):
    volume, other = m.volume(fs="ext4"), m.volume(fs="ext4")
    m.sh(f"ln -sf {volume.device} /dev/our-link")
    assert volume.agent("start", device="/dev/our-link", luks_uuid=volume.uuid).rc == 0
    m.sh(f"ln -sf {other.device} /dev/our-link")
    result = volume.agent("monitor", depth=10, device="/dev/our-link", luks_uuid=volume.uuid)
    assert result.rc == 190 and "another device" in result.reason, result
    m.sh("rm /dev/our-link")


@limit(120)
@each("ext4", more=("xfs",))
def test_a_full_filesystem_is_a_flag_at_depth_20(m, fs):
    volume = m.volume(fs=fs)
    assert volume.agent("start").rc == 0
    m.run(f"fallocate -l 1G {volume.directory}/all; head -c 1G /dev/zero > {volume.directory}/rest; "
          f"i=0; while head -c 4096 /dev/zero > {volume.directory}/f$i && [ $i -lt 3000 ]; do i=$((i+1)); done; sync",
          timeout=50)
    result = volume.agent("monitor", depth=20)
    assert result.rc == 190 and "space" in result.reason, result
    assert volume.agent("monitor", depth=10).rc == 0


def test_an_xfs_that_was_shut_down_is_a_failure(m):
    volume = m.volume(fs="xfs")
    assert volume.agent("start").rc == 0
    m.sh(f"xfs_io -x -c 'shutdown' {volume.directory}")
    result = volume.agent("monitor", depth=10)
    assert result.rc == 1, result
