# SPDX-License-Identifier: GPL-2.0-or-later
"""Stop: mounts below, beside and elsewhere go, in every namespace; a stranger's mounts stay."""

from stop_users import gone, hold, refuses, stops, up

from lab import each


def test_submounts_and_bind_mounts_go_first(m):
    volume = up(m)
    m.sh(f"cd {volume.directory}; mkdir -p sub/deep; mount -t tmpfs none sub; mkdir sub/deep; "
         "mount -t tmpfs none sub/deep; mkdir -p /srv/bound; "
         f"mount --bind {volume.directory} /srv/bound; mount --bind /srv/bound /mnt")
    stops(m, volume)
    left = [mount["directory"] for mount in m.snapshot()["mounts"]]
    assert "/srv/bound" not in left and "/mnt" not in left, left


def test_a_bind_mount_over_itself_goes(m):
    volume = up(m)
    m.sh(f"mount --bind {volume.directory} {volume.directory}")
    stops(m, volume)


def test_a_bind_mount_of_a_single_file_goes(m):
    volume = up(m)
    m.sh(f"echo a > {volume.directory}/file; touch /root/target; "
         f"mount --bind {volume.directory}/file /root/target")
    stops(m, volume)


def test_a_directory_with_blanks_goes(m):
    volume = m.volume()
    directory = "/srv/with blank\\and more"
    m.sh(["mkdir", "-p", directory])
    m.sh(["mount", volume.open(), directory])
    result = volume.agent("stop", directory=directory)
    assert result.rc == 0, result
    assert not m.snapshot()["maps"]


@each("xfs", more=("ext4", "btrfs"))
def test_a_private_namespace_is_entered(m, fs):
    volume = up(m, fs=fs)
    process = hold(m, "unshare -m --propagation private sh -c 'echo held; exec sleep 1000'")
    stops(m, volume)
    assert process.running()


def test_a_user_in_a_private_namespace_is_ended(m):
    volume = up(m)
    process = hold(m, f"unshare -m --propagation private sh -c 'cd {volume.directory}; echo held; "
                      "exec sleep 1000'")
    stops(m, volume)
    assert not process.running()


def test_a_chrooted_process_in_a_private_namespace_does_not_hide_the_mount(m):
    volume = up(m)
    source = ("import os, time; os.makedirs('/root/jail', exist_ok=True); os.chroot('/root/jail'); "
              "os.chdir('/'); print('held', flush=True); time.sleep(1000)")
    m.write("/root/jail.py", source)
    process = hold(m, "unshare -m --propagation private python3 /root/jail.py")
    stops(m, volume)
    assert process.running()


def test_a_namespace_that_only_a_file_pins_is_entered(m):
    volume = up(m)
    m.sh("mkdir -p /root/pin; mount --bind /root/pin /root/pin; mount --make-private /root/pin; "
         "touch /root/pin/ns; unshare --mount=/root/pin/ns --propagation private true")
    try:
        assert m.run("nsenter --mount=/root/pin/ns grep -q volume /proc/self/mountinfo").rc == 0
        stops(m, volume)
    finally:
        m.sh("umount /root/pin/ns; umount /root/pin")


def test_a_namespace_that_only_a_descriptor_keeps_is_told_by_the_refused_removal(m):
    volume = up(m)
    source = ("import os, subprocess, time\n"
              "child = subprocess.Popen(['unshare', '-m', '--propagation', 'private', "
              "'sleep', '60'])\n"
              "home = os.stat('/proc/self/ns/mnt').st_ino\n"
              "while os.stat(f'/proc/{child.pid}/ns/mnt').st_ino == home or "
              "open(f'/proc/{child.pid}/comm').read() != 'sleep\\n':\n"
              "    time.sleep(0.05)\n"
              "kept = os.open(f'/proc/{child.pid}/ns/mnt', os.O_RDONLY)\n"
              "child.kill(); child.wait()\n"
              "print('held', flush=True); time.sleep(1000)\n")
    m.write("/root/keep.py", source)
    process = hold(m, "python3 /root/keep.py")
    refuses(m, volume, "in use")
    process.kill()
    stops(m, volume)


CONTAINER = """
import ctypes, os, sys, time
libc, home, pivot_root = ctypes.CDLL(None, use_errno=True), sys.argv[1].encode(), 155
os.makedirs(home + b"/inside", exist_ok=True)
assert libc.mount(home, home, None, 4096, None) == 0
os.chdir(home)
assert libc.syscall(pivot_root, b".", b".") == 0 and libc.umount2(b".", 2) == 0
os.chdir("/")
assert libc.mount(b"none", b"/inside", b"tmpfs", 0, None) == 0
print("held", flush=True)
time.sleep(1000)
"""


def test_a_container_that_lives_on_the_volume_is_ended_and_not_taken_apart(m):
    volume = up(m)
    m.write("/root/container.py", CONTAINER)
    process = hold(m, "exec unshare -m --propagation private python3 /root/container.py "
                      f"{volume.directory}/home")
    refuses(m, volume, f"pid {process.pid} (python3", force_unmount="false")
    mounts = m.sh(["cat", f"/proc/{process.pid}/mountinfo"])
    assert " /inside " in mounts, mounts
    stops(m, volume)
    assert not process.running()


def test_the_mount_in_inits_namespace_goes_when_the_agent_has_its_own(m):
    volume = up(m)
    result = volume.agent("stop", wrapper=("unshare", "-m", "--propagation", "private"))
    assert result.rc == 0, result
    gone(m, volume)


def test_a_strangers_mount_on_our_directory_stays(m):
    volume = m.volume()
    volume.open()
    m.sh(f"mkdir -p {volume.directory}; mount -t tmpfs stranger {volume.directory}")
    result = volume.agent("stop")
    assert result.rc == 0, result
    state = m.snapshot()
    assert not state["maps"]
    there = [mount["source"] for mount in state["mounts"]
             if mount["directory"] == volume.directory]
    assert there == ["stranger"], there


def test_a_strangers_mount_over_ours_stays_and_is_told(m):
    volume = up(m)
    m.sh(f"mount -t tmpfs stranger {volume.directory}")
    refuses(m, volume, "not ours")
    assert len(m.mounts_at(volume.directory)) == 2
    m.sh(["umount", volume.directory])
    stops(m, volume)


def test_another_volume_is_not_touched(m):
    volume, other = up(m), up(m)
    process = hold(m, f"cd {other.directory}; echo held; exec sleep 1000")
    result = volume.agent("stop")
    assert result.rc == 0, result
    assert process.running() and other.mounted() and other.mapping()


def test_a_mounted_btrfs_subvolume_goes(m):
    volume = up(m, fs="btrfs")
    m.sh(f"btrfs -q subvolume create {volume.directory}/sub; mkdir -p /srv/sub; "
         f"mount -o subvol=sub /dev/mapper/{volume.instance} /srv/sub")
    process = hold(m, "cd /srv/sub; echo held; exec sleep 1000")
    stops(m, volume)
    assert not process.running()
    assert not m.mounts_at("/srv/sub")
