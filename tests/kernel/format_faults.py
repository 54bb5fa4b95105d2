# SPDX-License-Identifier: GPL-2.0-or-later
"""format on a real disk that goes away, on a filesystem that is full, and killed at each change of its mapping: the key is
stored before anything else, and the same command goes on under it."""

import contextlib
import json
import pathlib
import subprocess

from lab import each, limit, long

LIBRARY = "/run/die_at.so"
STEPS = "/run/die_at.steps"
SOURCE = pathlib.Path(__file__).resolve().parents[1] / "lib" / "die_at.c"
MKFS = "/usr/sbin/mkfs.ext4"
MADE = "/run/mkfs-began"


def words(m, device, parameter, *more):
    way = [f"--{name.replace('_', '-')}={value}" for name, value in m.aws_parameters.items()]
    return ["luks-ssm", "format", "--json", device, f"--ssm-parameter={parameter}", "--fstype=ext4", *way, *more]


def begin(m, device, parameter, *more, **env):
    values = m.emulator.values
    return m.start(words(m, device, parameter, *more),
                   env={"AWS_ACCESS_KEY_ID": values["EMULATOR_ADMIN_KEY"],
                        "AWS_SECRET_ACCESS_KEY": values["EMULATOR_ADMIN_SECRET"], **env})


def made(m, device, parameter, *more, **env):
    """The command to its end: exit code, answer, last line of stderr."""
    result = begin(m, device, parameter, *more, **env).wait(90)
    return result.rc, json.loads(result.out or "{}"), (result.err.strip().splitlines() or [""])[-1]


def goes_on(m, device, parameter, *more) -> None:
    """The same command ends well, and the first version of the parameter opens what it made."""
    rc, answer, err = made(m, device, parameter, *more)
    assert (rc, answer.get("result")) == (0, "ok"), err
    assert answer["version"] == 1, answer
    assert not [name for name in m.snapshot()["maps"] if name.startswith("luks-ssm-")]
    assert "unfinished" not in m.sh(["cryptsetup", "luksDump", device])
    if "--no-filesystem" in more:
        return
    way = [f"--{name.replace('_', '-')}={value}" for name, value in m.aws_parameters.items()]
    opened = m.run(["luks-ssm", "check", f"--device={device}", f"--ssm-parameter={parameter}", "--directory=/srv/faults",
                    f"--luks-uuid={answer['luks_uuid']}", "--map-name=faults", "--json", *way])
    checks = {row["what"]: row["result"] for row in json.loads(opened.out)["checks"]}
    assert checks["unlock"] == "ok", opened


def named(m, disk) -> str:
    """A path that stays the disk's when it is plugged in again."""
    path = f"/dev/disk/by-id/{disk.serial}"
    m.sh(f"mkdir -p /dev/disk/by-id; ln -sfn {disk.device} {path}")
    return path


@contextlib.contextmanager
def mkfs_that_waits(m):
    """mkfs begins when MADE is taken away."""
    m.sh(f"mv {MKFS} {MKFS}.real; printf '#!/bin/sh\\n: > {MADE}; while test -e {MADE}; do sleep 0.1; done\\n"
         f"exec {MKFS}.real \"$@\"\\n' > {MKFS}; chmod +x {MKFS}")
    try:
        yield
    finally:
        m.sh(f"mv {MKFS}.real {MKFS}; rm -f {MADE}")


def prepare_killing(m) -> None:
    library = m.directory / "die_at.so"
    subprocess.run(["gcc", "-O2", "-shared", "-fPIC", "-o", str(library), str(SOURCE)], check=True)
    m.write(LIBRARY, library.read_bytes(), 0o755)


def steps(m) -> int:
    """How many changes of mappings the last command made, or tried."""
    return int.from_bytes(m.read(STEPS), "little")


@long
@limit(400)
@each("plain", "overwrite")
def test_a_format_killed_at_any_change_of_its_mapping_is_finished_by_the_next(m, kind):
    prepare_killing(m)
    disk = m.attach_disk("vol00000000000000e01", size_mib=64)
    more = [f"--overwrite={disk.device}"] if kind == "overwrite" else []
    # Writes are not counted: the suite cli kills before each of them.
    env = {"LD_PRELOAD": LIBRARY, "DIE_PATH": "/dev/null", "DIE_STEPS": STEPS}
    rc, _, err = made(m, disk.device, f"/luks/{kind}-0", *more, **env)
    assert rc == 0, err
    count, killed = steps(m), 0
    for number in range(1, count + 1):
        m.sh(f"dd if=/dev/zero of={disk.device} bs=1M count=20 conv=fsync status=none; rm -f {STEPS}")
        process = begin(m, disk.device, f"/luks/{kind}-{number}", *more, DIE_AT=str(number), **env)
        result = process.wait(90)
        if result.rc == 0 and steps(m) < number:
            # A removal is tried again while udev holds the device: this time it took fewer.
            continue
        assert result.rc not in (0, 1, 2), (number, count, result)
        killed += 1
        try:
            goes_on(m, disk.device, f"/luks/{kind}-{number}", *more)
        except AssertionError as error:
            raise AssertionError(f"after change {number} of {count}: {error}") from error
    assert killed >= 4, (killed, count)


@long
@limit(300)
def test_a_disk_that_vanishes_before_it_is_written_is_said_and_finished_when_it_is_back(m):
    disk = m.attach_disk("vol00000000000000e02", size_mib=64)
    device = named(m, disk)
    m.emulator.fault("delay", service="ssm", operation="GetParameter", seconds=6, times=1)
    process = begin(m, device, "/luks/vanished")
    m.wait_for(lambda: any(row.get("operation") == "GetParameter" for row in m.emulator.control("log")), 30, "the read")
    m.detach_disk(disk.serial)
    result = process.wait(90)
    assert result.rc != 0, result
    line = result.err.strip().splitlines()[-1]
    assert device in line or disk.serial in line, line
    assert json.loads(result.out)["error"]["code"] in ("no-device", "device-io"), result
    m.attach_disk(disk.serial)
    device = named(m, disk)
    assert not any(disk.path.read_bytes()[:1 << 20])
    goes_on(m, device, "/luks/vanished")


@long
@limit(300)
def test_a_disk_that_vanishes_while_its_filesystem_is_made_is_finished_when_it_is_back(m):
    disk = m.attach_disk("vol00000000000000e03", size_mib=64)
    device = named(m, disk)
    with mkfs_that_waits(m):
        process = begin(m, device, "/luks/vanished-late")
        m.sh(f"for i in $(seq 300); do test -e {MADE} && exit 0; sleep 0.1; done; exit 1", 60)
        m.detach_disk(disk.serial)
        m.sh(f"rm {MADE}")
        result = process.wait(90)
    assert result.rc != 0 and result.out.startswith("{"), result
    error = json.loads(result.out)["error"]
    assert error["code"] in ("bad-filesystem", "device-io") and "again" in error["text"], error
    assert not [name for name in m.snapshot()["maps"] if name.startswith("luks-ssm-")], "the mapping was left open"
    m.attach_disk(disk.serial)
    goes_on(m, named(m, disk), "/luks/vanished-late")


@limit(200)
def test_a_header_is_saved_whole_or_not_at_all(m):
    volume = m.volume(fs="ext4")
    m.sh("mkdir -p /run/small; mount -t tmpfs -o size=1m tmpfs /run/small")
    words = ["luks-ssm", "backup-header", f"--device={volume.device}", "--to=/run/small/header"]
    result = m.run(words)
    assert result.rc != 0 and "/run/small/header" in result.err and "room" in result.err, result
    assert m.sh("ls -A /run/small") == ""
    m.sh("mount -o remount,size=64m /run/small")
    assert m.run(words).rc == 0
    m.run("cryptsetup open --test-passphrase --key-file - /run/small/header", stdin=volume.passphrase.encode(), check=True)


@long
@limit(200)
def test_an_image_on_a_full_filesystem_is_said_and_finished_when_there_is_room(m):
    m.sh("mkdir -p /run/small; mount -t tmpfs -o size=256k tmpfs /run/small; truncate -s 40M /run/small/image")
    rc, answer, err = made(m, "/run/small/image", "/luks/full", "--no-filesystem")
    assert rc != 0 and "/run/small/image" in err, err
    assert "No space left" in answer["error"]["text"], answer
    m.sh("mount -o remount,size=64m /run/small")
    goes_on(m, "/run/small/image", "/luks/full", "--no-filesystem")


USES = {
    "mounted": ("mkfs.ext4 -q -F {disk} && mkdir -p /srv/used && mount -o ro {disk} /srv/used", "umount /srv/used"),
    "luks": ("printf key | cryptsetup luksFormat -q --type luks1 --pbkdf-force-iterations 1000 --key-file - {disk} && "
             "printf key | cryptsetup open --key-file - {disk} used", "cryptsetup close used"),
    "mapped": ('dmsetup create used --table "0 2048 linear {disk} 0"', "dmsetup remove used"),
    "swap": ("mkswap {disk} && swapon {disk}", "swapoff {disk}"),
    "partition": ("printf '2048,65536\\n' | sfdisk -q {disk} && partx -u {disk}; sleep 1; mkfs.ext4 -q -F {disk}p1 && mkdir -p "
                  "/srv/used && mount {disk}p1 /srv/used", "umount /srv/used"),
}


def first_mib(m, device) -> str:
    return m.sh(f"dd if={device} bs=1M count=1 iflag=direct status=none | sha256sum")


def puts(m) -> int:
    return sum(row.get("operation") == "PutParameter" for row in m.emulator.control("log"))


@limit(200)
@each("mounted", "partition", more=("luks", "mapped", "swap"))
def test_a_device_in_use_is_refused_even_when_named_twice(m, use):
    number = list(USES).index(use)
    disk = m.attach_disk(f"vol00000000000000e1{number}", size_mib=64)
    begin_use, end_use = (command.format(disk=disk.device) for command in USES[use])
    m.sh(begin_use, 120)
    before, stored = first_mib(m, disk.device), puts(m)
    try:
        for more in ((), ("--dry-run",)):
            rc, answer, err = made(m, disk.device, f"/luks/used-{use}", f"--overwrite={disk.device}", *more)
            assert rc == 2 and answer["error"]["code"] == "device-in-use", err
            assert "is in use: mounted, mapped, swapped on or part of an array" in err, err
            assert (first_mib(m, disk.device), puts(m)) == (before, stored), more
    finally:
        m.sh(end_use)
    rc, _, err = made(m, disk.device, f"/luks/used-{use}", f"--overwrite={disk.device}", "--dry-run")
    assert rc == 0, err


@limit(120)
def test_a_disk_that_is_read_only_is_said_before_the_key_is_stored(m):
    disk = m.attach_disk("vol00000000000000e20", size_mib=64)
    stored = puts(m)
    m.sh(["blockdev", "--setro", disk.device])
    for more in ((), ("--dry-run",)):
        rc, answer, err = made(m, disk.device, "/luks/read-only", *more)
        assert rc == 2 and answer["error"]["code"] == "device-read-only", err
        assert "make it writable" in err and puts(m) == stored, err
    m.sh(["blockdev", "--setrw", disk.device])
    goes_on(m, disk.device, "/luks/read-only")


@limit(200)
def test_a_device_that_is_mounted_while_the_key_is_stored_keeps_what_it_holds(m):
    disk = m.attach_disk("vol00000000000000e20", size_mib=64)
    m.sh(f"mkfs.ext4 -q -F {disk.device} && mkdir -p /srv/used")
    before = m.sh(f"wipefs {disk.device}")
    m.emulator.fault("delay", service="ssm", operation="GetParameter", times=1, seconds=8)
    process = begin(m, disk.device, "/luks/taken", f"--overwrite={disk.device}")
    m.wait_for(lambda: puts(m) > 0, 30, "the store")
    m.sh(f"mount {disk.device} /srv/used")
    result = process.wait(90)
    m.emulator.clear()
    assert result.rc == 2 and json.loads(result.out)["error"]["code"] == "device-in-use", result
    m.sh("umount /srv/used")
    assert m.sh(f"wipefs {disk.device}") == before
    goes_on(m, disk.device, "/luks/taken", f"--overwrite={disk.device}")


CIB = "/var/lib/pacemaker/cib/cib.xml"


def claim(m, name: str, value: str) -> None:
    """The configuration of a cluster in which a resource has this parameter."""
    m.sh("mkdir -p /var/lib/pacemaker/cib")
    m.write(CIB, '<cib><configuration><resources><primitive id="pcs-data" class="ocf" provider="luks-ssm" type="volume">'
            f'<instance_attributes id="a"><nvpair id="b" name="{name}" value="{value}"/></instance_attributes></primitive>'
            "</resources></configuration></cib>\n", 0o600)


@limit(300)
def test_a_device_of_the_cluster_is_neither_formatted_nor_enrolled_unless_somebody_insists(m):
    volume = m.volume(fs="ext4", size_mib=64)
    link, spare = named(m, volume.disk), m.attach_disk("vol00000000000000e31", size_mib=64)
    m.write("/run/old-key", volume.passphrase, 0o600)
    before, stored = first_mib(m, volume.device), puts(m)
    enroll = ["enroll" if word == "format" else word for word in words(m, volume.device, "/luks/claimed")
              if not word.startswith("--fstype")] + ["--key-file=/run/old-key"]
    values = m.emulator.values
    env = {"AWS_ACCESS_KEY_ID": values["EMULATOR_ADMIN_KEY"], "AWS_SECRET_ACCESS_KEY": values["EMULATOR_ADMIN_SECRET"]}
    try:
        for name, value in (("device", volume.device), ("device", link), ("device", volume.disk.serial.replace("vol", "vol-")),
                            ("luks_uuid", volume.uuid), ("device", f"UUID={volume.uuid}")):
            claim(m, name, value)
            for more in (["--dry-run"], []):
                format_it = made(m, volume.device, "/luks/claimed", f"--overwrite={volume.device}", *more)
                enrolled = m.start([*enroll, *more], env=env).wait(90)
                for rc, err in ((format_it[0], format_it[2]), (enrolled.rc, enrolled.err)):
                    assert rc == 2 and "cluster-managed: Pacemaker's resource pcs-data manages" in err, (name, value, more, err)
                    assert "--despite-cluster" in err, err
        assert (first_mib(m, volume.device), puts(m)) == (before, stored)
        # Whoever only reads, and another disk for the same name and directory, are not refused.
        assert m.run(["luks-ssm", "backup-header", f"--device={volume.device}", "--to=/run/claimed-header"]).rc == 0
        assert made(m, spare.device, "/luks/spare", "--dry-run")[0] == 0
        result = m.start([*enroll, "--despite-cluster"], env=env).wait(90)
        assert result.rc == 0 and first_mib(m, volume.device) != before, result
        # A disk whose partition it is.
        m.sh(f"printf '2048,65536\\n' | sfdisk -q {spare.device}; partx -u {spare.device}; sleep 1")
        claim(m, "device", f"{spare.device}p1")
        rc, answer, err = made(m, spare.device, "/luks/spare", f"--overwrite={spare.device}", "--dry-run")
        assert rc == 2 and answer["error"]["code"] == "cluster-managed", err
    finally:
        m.sh(f"rm -f {CIB} /run/old-key /run/claimed-header")
