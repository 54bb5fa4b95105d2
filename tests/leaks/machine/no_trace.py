# SPDX-License-Identifier: GPL-2.0-or-later
"""A start and a stop leave no secret behind: in no process, no file, no log and no core dump."""

import pathlib
import re
import time

from lab import each, limit

from room import PLACE, Room

# Of each kind one: the helper alone goes through all of them in tests/leaks/test_memory.py.
FAULTS = (("none", {}), ("error", {"code": "AccessDeniedException"}), ("truncate", {"bytes": 150}), ("hang", {}),
          ("body_delay", {"seconds": 2}))
# A crash at so many places, from the first system call to the last.
PARTS = 6
PROGRAMS = ("luks-ssm-worker", "luks-ssm-aws")
WORKER = PROGRAMS[0]
PHASES = re.findall(r"^PHASE\((\w+),", (pathlib.Path(__file__).resolve().parents[3] / "src/volume/phases.def").read_text(), re.M)
FROM_THE_KEY_ON = PHASES[PHASES.index("FETCHING_KEY"):]
UNLIMITED = ("/bin/sh", "-c", "ulimit -c unlimited; exec \"$@\"", "sh")


def check_ends(room: Room) -> None:
    """No find in any process right before it ended; both programs were searched."""
    finds, rest = room.finds()
    finds = [find for find in finds if find.when == "exit"]
    assert not finds, "\n".join(map(str, finds))
    searched = [words[2] for words in rest if words[0] in ("exit", "killed") and words[3] == "searched"]
    assert set(PROGRAMS) <= set(searched), rest
    # The supervisor, the doer and perhaps others of the worker.
    assert searched.count("luks-ssm-worker") >= 2, rest


def check_files(room: Room, *volumes) -> None:
    found = room.files_in_memory() + room.disks(*volumes)
    assert not found, "\n".join(found)


@limit(300)
def test_a_start_and_a_stop_leave_no_secret_anywhere(m):
    room = Room(m)
    volume = room.volume(fs="ext4")
    trace = {"OCF_TRACE_RA": "1", "OCF_TRACE_FILE": "/var/log/leaks-trace"}
    result = volume.agent("start", wrapper=room.wrapper(), env=trace)
    assert result.rc == 0, result
    check_ends(room)
    assert volume.agent("monitor", depth=20).rc == 0
    check_files(room, volume)
    assert volume.agent("stop", wrapper=room.wrapper()).rc == 0
    finds, _ = room.finds()
    assert not finds, "\n".join(map(str, finds))
    check_files(room, volume)
    assert "volume" in m.sh(f"cat {PLACE}/syslog"), "nothing was logged, so nothing was searched"


@limit(900)
def test_a_start_under_each_fault_of_aws_leaves_no_secret_anywhere(m):
    room = Room(m)
    volume = room.volume(fs="ext4")
    for do, how in FAULTS:
        m.emulator.clear()
        if do != "none":
            m.emulator.fault(do, service="ssm", **how)
        # Another passphrase, and no older version to try, opens nothing: the start fails after the key has come, too.
        m.emulator.put(volume.parameter, volume.passphrase if do != "none" else volume.passphrase[::-1])
        result = volume.agent("start", previous_versions=0, wrapper=room.wrapper(), timeout=60)
        assert (result.rc == 0) == (do == "body_delay"), (do, result)
        check_ends(room)
    check_files(room, volume)
    assert m.sh("find / /run -xdev -name '*.fdata' | head -1"), "no flight recorder was written, so none was searched"


@limit(200)
def test_secrets_lie_in_locked_memory_only_while_the_key_is_fetched(m):
    """While the service thinks, and while all of the answer but its last byte is there: the key lies in it."""
    room = Room(m)
    volume = room.volume(fs="ext4")
    for do, how, counter, wanted in (
            ("delay", {}, "tls_handshakes", {"secret-access-key", "session-token"}),
            ("body_delay", {"bytes": -1}, "stalled", {"session-token", "passphrase"})):
        m.emulator.clear()
        m.emulator.fault(do, service="ssm", seconds=6, **how)
        before = m.emulator.control("counters").get(counter, 0)
        action = volume.agent_start("start", wrapper=room.wrapper())
        while m.emulator.control("counters").get(counter, 0) == before:
            time.sleep(0.2)
        time.sleep(2)
        room.look()
        assert action.wait().rc == 0
        finds, rest = room.finds()
        during = [find for find in finds if find.when == "look"]
        assert {"luks-ssm-aws", "luks-ssm-worker"} <= {words[2] for words in rest if words[0] == "look"}, rest
        whole = {find.needle for find in during if find.comm == "luks-ssm-aws" and find.how == "whole"}
        assert wanted <= whole, f"{do}: {whole}"
        loose = [str(find) for find in during if "lo" not in find.flags]
        assert not loose, "\n".join(loose)
        assert not [find for find in finds if find.when == "exit"]
        assert volume.agent("stop").rc == 0


@limit(900)
@each(*PROGRAMS)
def test_a_crash_at_any_moment_dumps_no_secret(m, program):
    """The kernel pipes cores to a program, and fs.suid_dumpable is 2, as where systemd-coredump is installed."""
    room = Room(m)
    volume = room.volume(fs="ext4")
    room.collect_cores()
    m.run("ulimit -c unlimited; sh -c 'kill -SEGV $$'")
    assert room.cores(), "no core is kept, so none could be searched"
    m.sh(f"rm {PLACE}/cores/*")
    assert volume.agent("start", wrapper=(*UNLIMITED, *room.wrapper("crash", program, 1 << 30, 11))).rc == 0
    assert volume.agent("stop").rc == 0
    calls = int(room.finds()[1][-1][4])
    crashed = 0
    for part in range(1, PARTS + 1):
        number = calls * part // (PARTS + 1)
        signal_number = 11 if part % 2 else 6
        volume.agent("start", wrapper=(*UNLIMITED, *room.wrapper("crash", program, number, signal_number)), timeout=60)
        finds, rest = room.finds()
        crashed += any(words[0] == "crash" for words in rest)
        # Who is not killed by it ends as always.
        others = [str(find) for find in finds if find.when == "exit"]
        assert not others, "\n".join(others)
        # Dumped is only what has not begun: while it is loaded it has read nothing.
        assert not room.cores() or part <= PARTS // 2, f"call {number} of {calls}: {room.cores()}"
        check = room.files_in_memory()
        assert not check, "\n".join(check)
        m.sh(f"rm -f {PLACE}/cores/*")
        assert volume.agent("stop", timeout=60).rc == 0
    assert crashed >= PARTS - 1, f"{crashed} of {PARTS} crashes"
    check_files(room, volume)


def crash_in(room: Room, volume, action: str, phase: str, calls: int, **parameters) -> None:
    """The doer of that action is ended in the middle of a phase; nothing is dumped, and nothing lies anywhere."""
    crash = room.wrapper("crash", WORKER, f"{PHASES.index(phase)}:{max(calls // 2, 1)}", 11)
    result = volume.agent(action, wrapper=(*UNLIMITED, *crash), timeout=60, **parameters)
    finds, rest = room.finds()
    assert [PHASES[int(words[5])] for words in rest if words[0] == "crash"] == [phase], f"{action} was not ended while {phase}: {rest}"
    assert result.rc != 0 or action == "stop", f"{action} ended while {phase}: {result}"
    others = [str(find) for find in finds if find.when == "exit"]
    assert not others, f"{phase}: " + "\n".join(others)
    assert not room.cores(), f"{phase}: {room.cores()}"
    check = room.files_in_memory()
    assert not check, f"{phase}: " + "\n".join(check)


def phases_of(room: Room) -> dict[str, int]:
    """The calls that the doer made in each phase of the run that was just watched."""
    return {PHASES[int(words[2])]: int(words[4]) for words in room.finds()[1] if words[0] == "phase"}


@limit(1200)
def test_a_crash_in_each_phase_from_the_key_on_dumps_no_secret(m):
    """Those of a start, those of a stop that has to end a user of the volume, and that of undoing a start that fails."""
    room = Room(m)
    volume = room.volume(fs="ext4")
    room.collect_cores()
    hit = set()
    never = ("crash", WORKER, 1 << 30, 11)
    assert volume.agent("start", wrapper=room.wrapper(*never)).rc == 0
    of_start = phases_of(room)
    assert volume.agent("stop").rc == 0
    for phase in [phase for phase in FROM_THE_KEY_ON if phase in of_start]:
        crash_in(room, volume, "start", phase, of_start[phase])
        hit.add(phase)
        assert volume.agent("stop", timeout=60).rc == 0
    spoiled = {"options": "no_such_option_at_all"}
    assert volume.agent("start", wrapper=room.wrapper(*never), **spoiled).rc == 2
    crash_in(room, volume, "start", "UNDOING", phases_of(room)["UNDOING"], **spoiled)
    hit.add("UNDOING")
    assert volume.agent("stop", timeout=60).rc == 0
    for phase in [phase for phase in FROM_THE_KEY_ON if phase not in hit]:
        assert volume.agent("start").rc == 0
        user = m.start(f"cd {volume.directory}; echo held; exec sleep 1000")
        m.wait_for(lambda user=user: user.output.startswith(b"held"), 20, "the volume has a user")
        crash_in(room, volume, "stop", phase, 4)
        hit.add(phase)
        assert volume.agent("stop", timeout=60).rc == 0
        user.kill(9)
    assert hit == set(FROM_THE_KEY_ON), set(FROM_THE_KEY_ON) - hit
    check_files(room, volume)
