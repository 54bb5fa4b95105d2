# SPDX-License-Identifier: GPL-2.0-or-later
"""A damaged LUKS header: seen by all, repaired by start alone, and never written by anything else."""

from lab import each, limit

# Where the JSON of each copy begins in a header of the usual size.
COPIES = (4096, 16384 + 4096)


def damage(m, volume, *offsets):
    for offset in offsets:
        m.sh(f"dd if=/dev/urandom of={volume.device} bs=1 seek={offset} count=64 conv=notrunc,fsync status=none")


def header_sum(m, volume):
    return m.sh(f"dd if={volume.device} bs=1M count=1 iflag=direct status=none | sha256sum")


@each(*COPIES)
def test_one_copy_is_reported_by_monitor_and_repaired_by_the_next_start(m, offset):
    volume = m.volume(fs="ext4")
    assert volume.agent("start").rc == 0
    damage(m, volume, offset)
    damaged = header_sum(m, volume)
    for depth in (10, 20):
        result = volume.agent("monitor", depth=depth)
        assert result.rc == 190 and result.reason.startswith("header-damaged"), result
    assert volume.agent("monitor").rc == 0
    assert volume.agent("validate-all", depth=10).rc == 0
    assert volume.agent("stop").rc == 0
    assert volume.agent("probe").rc == 7
    assert header_sum(m, volume) == damaged
    assert volume.agent("start").rc == 0
    assert header_sum(m, volume) != damaged
    assert volume.agent("monitor", depth=10).rc == 0


@limit(200)
@each(COPIES[0], more=COPIES[1:])
def test_no_command_that_only_looks_or_saves_repairs_a_copy(m, offset):
    volume = m.volume(fs="ext4")
    damage(m, volume, offset)
    damaged = header_sum(m, volume)
    words = [f"--{name.replace('_', '-')}={value}" for name, value in volume.parameters.items() if name != "instance"]
    m.write("/run/old-key", volume.passphrase, 0o600)
    aws = [f"--{name.replace('_', '-')}={value}" for name, value in m.aws_parameters.items()]
    for command, rc in ((["check", f"--map-name={volume.instance}", *words], 0),
                        (["status", f"--map-name={volume.instance}", *words], 3),
                        (["enroll", "--dry-run", volume.device, "--ssm-parameter=/luks/second", "--key-file=/run/old-key", *aws], 0),
                        (["backup-header", "--dry-run", f"--device={volume.device}", "--to=/run/header"], 0),
                        (["backup-header", f"--device={volume.device}", "--to=/run/header"], 0)):
        result = m.run(["luks-ssm", *command])
        assert result.rc == rc, (command, result)
        assert header_sum(m, volume) == damaged, command
    m.run("cryptsetup open --test-passphrase --key-file - /run/header", stdin=volume.passphrase.encode(), check=True)
    m.sh("rm /run/header /run/old-key")


@each(2, more=(1,))
def test_damage_beyond_repair_is_no_other_kind_of_disk(m, luks):
    volume = m.volume(luks=luks, fs="ext4")
    assert volume.agent("start").rc == 0
    damage(m, volume, *(COPIES if luks == 2 else (6, 72)))
    result = volume.agent("monitor", depth=10)
    assert result.rc == 190 and result.reason.startswith("header-damaged"), result
    assert volume.agent("stop").rc == 0
    damaged = header_sum(m, volume)
    result = volume.agent("start")
    assert result.rc == 2 and result.reason.startswith("header-damaged"), result
    assert volume.agent("validate-all", depth=10).rc == 2
    assert volume.agent("probe").rc == 7
    assert header_sum(m, volume) == damaged


@limit(150)
def test_a_reencryption_under_way_is_opened_with_a_warning(m):
    volume = m.volume(fs="ext4", size_mib=96)
    m.run(["cryptsetup", "reencrypt", "-q", "--key-file", "-", "--init-only", "--pbkdf", "pbkdf2",
           "--pbkdf-force-iterations", "1000", volume.device], stdin=volume.passphrase.encode(), check=True, timeout=60)
    assert volume.agent("validate-all", depth=10).rc == 0
    result = volume.agent("start")
    assert (result.rc, result.reason) == (0, ""), result
    result = volume.agent("monitor", depth=10)
    assert result.rc == 190 and "reencrypt" in result.reason, result
    assert volume.agent("stop").rc == 0
    assert not [name for name in m.snapshot()["maps"] if volume.instance in name]
