# SPDX-License-Identifier: GPL-2.0-or-later
"""Stop: whoever keeps the volume busy is found by what it holds, named, ended only by policy."""

from lab import each, limit, long

BUSY = "busy: "
# A holder in the background of a shell of its own; it says when it holds.
HOLDERS = {
    "open-file": "exec 9> {0}/file; echo held; exec sleep 1000",
    "working-directory": "cd {0}; echo held; exec sleep 1000",
    "program": "cp /bin/sleep {0}/prog; {0}/prog 1000 & sleep 0.2; echo held; wait",
}


def up(m, **options):
    volume = m.volume(**options)
    volume.mount()
    return volume


def hold(m, command: str):
    """Starts a shell command that prints «held» once it holds something."""
    process = m.start(command)
    m.wait_for(lambda: process.output.startswith(b"held"), 20, "the holder holds")
    return process


def gone(m, volume) -> None:
    state = m.snapshot()
    assert not state["maps"], state["maps"]
    everywhere = [state["mounts"], *state["elsewhere"].values()]
    left = [mount for mounts in everywhere for mount in mounts
            if volume.directory in mount["directory"]]
    assert not left, left


def stops(m, volume, **options):
    result = volume.agent("stop", **options)
    assert result.rc == 0, result
    gone(m, volume)
    return result


def refuses(m, volume, *words: str, **options):
    result = volume.agent("stop", **options)
    assert result.rc == 1, result
    for word in words:
        assert word in result.reason, (word, result.reason)
    assert volume.mapping() is not None
    return result


@each((1, "xfs"), (2, "xfs"), more=((2, "ext4"), (2, "btrfs")))
def test_an_idle_volume_stops_without_signals_and_without_a_pause(m, luks, fs):
    volume = up(m, luks=luks, fs=fs)
    result = stops(m, volume)
    assert result.seconds < 5, result


def test_a_stop_that_is_called_from_inside_the_volume_does_not_hold_itself_up(m):
    volume = up(m)
    stops(m, volume, wrapper=("/usr/bin/env", "-C", volume.directory), force_unmount="false")


@each(*HOLDERS)
def test_a_user_is_ended_by_term(m, kind):
    volume = up(m)
    process = hold(m, HOLDERS[kind].format(volume.directory))
    stops(m, volume)
    assert not process.running()


def test_a_user_is_named_by_pid_command_and_left_alone_where_policy_says_so(m):
    volume = up(m)
    process = hold(m, HOLDERS["open-file"].format(volume.directory))
    refuses(m, volume, BUSY, f"pid {process.pid} (sleep", "force_unmount", force_unmount="false")
    assert process.running()


def test_a_memory_map_whose_file_is_closed_is_found(m):
    volume = up(m)
    source = ("import mmap, os, time\n"
              f"fd = os.open('{volume.directory}/map', os.O_RDWR | os.O_CREAT)\n"
              "os.ftruncate(fd, 4096)\n"
              "kept = mmap.mmap(fd, 4096)\n"
              "os.close(fd)\n"
              # mmap keeps a descriptor of its own; close that one too.
              "[os.close(int(n)) for n in os.listdir('/proc/self/fd') if int(n) > 2 and "
              f"os.path.realpath(f'/proc/self/fd/{{n}}').startswith('{volume.directory}')]\n"
              "print('held', flush=True)\n"
              "time.sleep(1000)\n")
    process = hold(m, ["python3", "-c", source])
    refuses(m, volume, f"pid {process.pid}", force_unmount="false")
    stops(m, volume)
    assert not process.running()


def test_a_chrooted_process_is_found_by_its_root(m):
    volume = up(m)
    source = (f"import os, time; os.chroot('{volume.directory}'); os.chdir('/'); "
              "print('held', flush=True); time.sleep(1000)")
    process = hold(m, ["python3", "-c", source])
    stops(m, volume)
    assert not process.running()


@limit(90)
def test_a_process_that_ignores_term_gets_kill_after_signal_delay(m):
    volume = up(m)
    process = hold(m, f"trap '' TERM; exec 9> {volume.directory}/file; echo held; "
                      "while :; do sleep 1; done")
    result = stops(m, volume, signal_delay=2)
    assert not process.running()
    assert result.seconds >= 2, result


@limit(90)
def test_the_configured_signals_are_sent_in_their_order(m):
    volume = up(m)
    process = hold(m, "trap 'echo HUP >> /root/seen' HUP; trap 'echo TERM >> /root/seen' TERM; "
                      f"rm -f /root/seen; exec 9> {volume.directory}/file; echo held; "
                      "while :; do sleep 0.1; done")
    stops(m, volume, term_signals="HUP TERM", kill_signals="KILL")
    assert not process.running()
    assert m.sh("cat /root/seen").split() == ["HUP", "TERM"]


def test_several_users_are_all_ended(m):
    volume = up(m)
    processes = [hold(m, f"cd {volume.directory}; echo held; exec sleep 1000") for _ in range(5)]
    stops(m, volume)
    assert not any(process.running() for process in processes)


def test_a_daemon_of_the_cluster_is_never_signalled(m):
    volume = up(m)
    m.sh("cp /bin/sleep /root/pacemaker-execd")
    process = hold(m, f"cd {volume.directory}; echo held; exec /root/pacemaker-execd 1000")
    refuses(m, volume, f"pid {process.pid} (pacemaker-execd")
    assert process.running()
    process.kill()
    stops(m, volume)


def test_the_caller_of_the_agent_is_never_signalled(m):
    volume = up(m)
    result = volume.agent("stop", wrapper=(
        "/bin/sh", "-c", f"cd {volume.directory} && \"$@\"; echo rc=$?; exit 0", "sh"))
    assert "rc=1" in result.out, result
    stops(m, volume)


def test_a_swap_file_is_named_and_not_switched_off(m):
    volume = up(m, fs="ext4")
    m.sh(f"dd if=/dev/zero of={volume.directory}/swap bs=1M count=8 status=none; "
         f"chmod 600 {volume.directory}/swap; mkswap -q {volume.directory}/swap; "
         f"swapon {volume.directory}/swap")
    try:
        refuses(m, volume, f"swap on {volume.directory}/swap")
    finally:
        m.sh(f"swapoff {volume.directory}/swap")
    stops(m, volume)


def test_a_loop_device_on_a_file_is_named_and_left_alone(m):
    volume = up(m)
    m.sh(f"modprobe loop; truncate -s 8M {volume.directory}/image")
    loop = m.sh(f"losetup -f --show {volume.directory}/image")
    refuses(m, volume, loop.rsplit("/", 1)[1])
    m.sh(f"losetup -d {loop}")
    stops(m, volume)


def test_a_mapping_on_top_is_named_and_left_alone(m):
    volume = m.volume(fs="")
    path = volume.open()
    size = m.sh(["blockdev", "--getsz", path])
    m.sh(f"dmsetup create ontop --table '0 {size} linear {path} 0'")
    refuses(m, volume, "mapping ontop")
    m.sh("dmsetup remove ontop")
    stops(m, volume)


def test_a_raw_opener_is_ended_by_policy(m):
    volume = m.volume(fs="")
    path = volume.open()
    process = hold(m, f"exec 9< {path}; echo held; exec sleep 1000")
    refuses(m, volume, f"pid {process.pid} (sleep", force_unmount="false")
    stops(m, volume)
    assert not process.running()


@long
@limit(90)
def test_a_filesystem_checker_gets_time_and_is_killed_only_at_the_end(m):
    volume = m.volume(fs="")
    path = volume.open()
    m.sh("cp /bin/sh /root/e2fsck")
    process = hold(m, ["/root/e2fsck", "-c", f"trap '' TERM; exec 9< {path}; echo held; "
                       "while :; do sleep 1 9<&-; done"])
    result = stops(m, volume, timeout=14)
    assert not process.running()
    # Out of 14 s two are the reserve and three are left for the end.
    assert 7 < result.seconds < 14, result


def test_users_of_a_lazily_unmounted_filesystem_are_found(m):
    volume = up(m, fs="xfs")
    process = hold(m, HOLDERS["open-file"].format(volume.directory))
    m.sh(["umount", "-l", volume.directory])
    refuses(m, volume, f"pid {process.pid}", force_unmount="false")
    stops(m, volume)
    assert not process.running()


def test_a_short_opening_costs_a_moment_and_nobody_a_signal(m):
    volume = m.volume(fs="")
    path = volume.open()
    opener = hold(m, f"exec 9< {path}; echo held; sleep 1.5; exec 9<&-; sleep 1000")
    result = stops(m, volume, force_unmount="false")
    assert opener.running()
    assert result.seconds < 15, result
