# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs and directories the lab starts and makes: none of them outlives the test process.

Three nets: the kernel kills each child when its parent dies, a keeper process clears up when the
test process is gone in whatever way, and atexit does the same in good order.
"""

import atexit
import collections.abc
import ctypes
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)
_KEEPER_SOURCE = pathlib.Path(__file__).resolve().parent / "keeper.py"


def start_ticks(pid: int) -> int | None:
    """When a process began, in clock ticks since boot: with the pid it names one process."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return int(file.read().rsplit(b")", 1)[1].split()[19])
    except (OSError, IndexError, ValueError):
        return None


class _Keeper:
    """Tells the keeper process what exists; started with the first entry."""

    def __init__(self) -> None:
        self.process: subprocess.Popen | None = None
        self.owner = 0

    def tell(self, word: str, value: str) -> None:
        if self.process is None or self.owner != os.getpid():
            self.owner = os.getpid()
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(_KEEPER_SOURCE)], stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL, start_new_session=True)
        try:
            self.process.stdin.write(f"{word} {value}\n".encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            self.process = None


_KEEPER = _Keeper()
_DIRECTORIES: list[tuple[int, pathlib.Path]] = []


def start(command: list, death_signal: int = signal.SIGKILL, **options) -> subprocess.Popen:
    """Start a child that dies with this process; it must be called from the main thread.

    One that has to clear up after itself is given another death_signal, and the time it needs.
    """
    parent = os.getpid()

    def tie() -> None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    options.setdefault("stdin", subprocess.DEVNULL)
    process = subprocess.Popen([str(word) for word in command], preexec_fn=tie,
                               start_new_session=True, **options)
    if death_signal == signal.SIGKILL:
        _KEEPER.tell("pid", f"{process.pid} {start_ticks(process.pid)}")
    return process


def end(process: subprocess.Popen | None, grace_s: float = 0) -> None:
    """End a child of `start` and everything in its process group."""
    if process is None or process.returncode is not None:
        return
    if grace_s and process.poll() is None:
        process.terminate()
        try:
            process.wait(grace_s)
        except subprocess.TimeoutExpired:
            pass
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()
    _KEEPER.tell("gone", str(process.pid))


def directory(keep: bool = False) -> pathlib.Path:
    """A private directory, removed with this process unless it is to be kept."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="luks-ssm-lab."))
    if not keep:
        _KEEPER.tell("dir", str(path))
        _DIRECTORIES.append((os.getpid(), path))
    return path


def clear_up() -> None:
    """Remove the directories this process made; at exit it is called without being asked."""
    for owner, path in list(_DIRECTORIES):
        if owner == os.getpid():
            shutil.rmtree(path, ignore_errors=True)
            _DIRECTORIES.remove((owner, path))


atexit.register(clear_up)


def interrupt_on_signals() -> None:
    """Let TERM and HUP end a test run the way Ctrl-C does, so that everything is cleared up."""
    def stop(number, _frame):
        raise KeyboardInterrupt(signal.Signals(number).name)
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGHUP, stop)


def fork(body: collections.abc.Callable[[], None]) -> int:
    """Run `body` in a child that ends with this process and clears up after itself; its process id.

    The child exits with 0 if the body returned; what it raised is printed.
    """
    sys.stdout.flush()
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        interrupt_on_signals()
        if os.getppid() == parent:
            body()
            code = 0
    except KeyboardInterrupt:
        pass
    except BaseException:  # pylint: disable=broad-except
        print(traceback.format_exc(), flush=True)
    finally:
        clear_up()
        os._exit(code)
