# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab's hand inside a machine: starts commands and small Python functions for the host.

Sent over ssh as source text, so that it needs no place in the image.  It keeps no state of the
tests, waits for nothing that can hang, and ends when the host closes the channel.
"""

import ctypes
import json
import os
import selectors
import signal
import struct
import sys
import time
import traceback

HEADER = struct.Struct(">cII")  # kind, number of the call, length of the payload
READ_SIZE = 65536
RUN, CALL, STDIN, KILL = b"R", b"C", b"I", b"K"          # from the host
STARTED, STDOUT, STDERR, ENDED, READY = b"S", b"O", b"E", b"X", b"H"  # to the host


class Child:
    """One command or function in flight."""

    def __init__(self, number, pid, stdin_fd, stdout_fd, stderr_fd):
        self.number = number
        self.pid = pid
        self.pidfd = os.pidfd_open(pid)
        self.began = time.monotonic()
        self.pending = bytearray()
        self.stdin_closing = False
        self.stdin_fd = stdin_fd
        self.outputs = {stdout_fd: STDOUT, stderr_fd: STDERR}


class Executor:
    def __init__(self, source_fd, sink_fd):
        self.source_fd = source_fd
        self.sink_fd = sink_fd
        self.children = {}
        self.buffer = bytearray()
        self.selector = selectors.DefaultSelector()
        self.selector.register(source_fd, selectors.EVENT_READ, self.read_frames)

    def send(self, kind, number, payload=b""):
        view = memoryview(HEADER.pack(kind, number, len(payload)) + bytes(payload))
        while view:
            view = view[os.write(self.sink_fd, view):]

    def read_frames(self, _key):
        data = os.read(self.source_fd, READ_SIZE)
        if not data:
            raise SystemExit(0)
        self.buffer += data
        while len(self.buffer) >= HEADER.size:
            kind, number, length = HEADER.unpack_from(self.buffer)
            if len(self.buffer) < HEADER.size + length:
                return
            payload = bytes(self.buffer[HEADER.size:HEADER.size + length])
            del self.buffer[:HEADER.size + length]
            self.handle(kind, number, payload)

    def handle(self, kind, number, payload):
        if kind in (RUN, CALL):
            try:
                self.start(number, json.loads(payload), kind)
            except OSError as error:
                self.send(STDERR, number, str(error).encode())
                self.send(ENDED, number, json.dumps({"rc": 127, "seconds": 0}).encode())
            return
        child = self.children.get(number)
        if child is None:
            return
        if kind == STDIN:
            child.pending += payload
            child.stdin_closing = child.stdin_closing or not payload
            self.feed(child)
        elif kind == KILL:
            request = json.loads(payload)
            target = -child.pid if request["group"] else child.pid
            try:
                os.kill(target, request["signal"])
            except ProcessLookupError:
                pass

    def start(self, number, request, kind):
        stdin_read, stdin_write = os.pipe2(os.O_CLOEXEC)
        stdout_read, stdout_write = os.pipe2(os.O_CLOEXEC)
        stderr_read, stderr_write = os.pipe2(os.O_CLOEXEC)
        for descriptor in (stdin_write, stdout_read, stderr_read):
            os.set_blocking(descriptor, False)
        inner = (stdin_read, stdout_write, stderr_write)
        pid = self.spawn(request, inner) if kind == RUN else self.fork_call(request, inner)
        for descriptor in inner:
            os.close(descriptor)
        with open(f"/proc/{pid}/oom_score_adj", "w", encoding="ascii") as file:
            file.write("0")
        child = Child(number, pid, stdin_write, stdout_read, stderr_read)
        self.children[number] = child
        self.selector.register(child.pidfd, selectors.EVENT_READ,
                               lambda _key: self.ended(child))
        for descriptor in child.outputs:
            self.selector.register(descriptor, selectors.EVENT_READ,
                                   lambda key: self.read_output(child, key.fd))
        self.send(STARTED, number, json.dumps({"pid": pid}).encode())

    @staticmethod
    def spawn(request, inner):
        actions = [(os.POSIX_SPAWN_DUP2, fd, position) for position, fd in enumerate(inner)]
        defaults = [signal.SIGPIPE, signal.SIGINT, signal.SIGHUP]
        return os.posix_spawnp(request["argv"][0], request["argv"], request["env"],
                               file_actions=actions, setsid=True, setsigdef=defaults,
                               setsigmask=[])

    def fork_call(self, request, inner):
        pid = os.fork()
        if pid:
            return pid
        code = 1
        try:
            os.setsid()
            for position, descriptor in enumerate(inner):
                os.dup2(descriptor, position)
            os.closerange(3, 1024)
            scope = {"__name__": "lab_call", "ARGUMENTS": request["arguments"]}
            exec(compile(request["source"], "<lab>", "exec"), scope)  # pylint: disable=exec-used
            code = 0
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 1
        except BaseException:  # pylint: disable=broad-except
            os.write(2, traceback.format_exc().encode())
        finally:
            try:
                sys.stdout.flush()
                sys.stderr.flush()
            finally:
                os._exit(code or 0)

    def feed(self, child):
        """Pass on what the child's stdin takes now; the rest when it is writable again."""
        if child.stdin_fd is None:
            return
        try:
            while child.pending:
                del child.pending[:os.write(child.stdin_fd, child.pending)]
        except BlockingIOError:
            self.watch_stdin(child)
            return
        except BrokenPipeError:
            child.pending.clear()
            child.stdin_closing = True
        if child.stdin_closing:
            self.close_stdin(child)

    def watch_stdin(self, child):
        if child.stdin_fd not in self.selector.get_map():
            self.selector.register(child.stdin_fd, selectors.EVENT_WRITE,
                                   lambda _key: self.feed(child))

    def close_stdin(self, child):
        if child.stdin_fd is None:
            return
        if child.stdin_fd in self.selector.get_map():
            self.selector.unregister(child.stdin_fd)
        os.close(child.stdin_fd)
        child.stdin_fd = None

    def read_output(self, child, descriptor):
        try:
            data = os.read(descriptor, READ_SIZE)
        except BlockingIOError:
            return False
        if data:
            self.send(child.outputs[descriptor], child.number, data)
            return True
        self.close_output(child, descriptor)
        return False

    def close_output(self, child, descriptor):
        self.selector.unregister(descriptor)
        os.close(descriptor)
        del child.outputs[descriptor]

    def ended(self, child):
        """The child itself is gone; what it left in the pipes counts, what others write does not."""
        seconds = time.monotonic() - child.began
        _, status = os.waitpid(child.pid, 0)
        for descriptor in list(child.outputs):
            for _ in range(4096):
                if not self.read_output(child, descriptor):
                    break
        for descriptor in list(child.outputs):
            self.close_output(child, descriptor)
        self.close_stdin(child)
        self.selector.unregister(child.pidfd)
        os.close(child.pidfd)
        del self.children[child.number]
        code = os.waitstatus_to_exitcode(status)
        self.send(ENDED, child.number, json.dumps({"rc": code, "seconds": seconds}).encode())

    def serve(self):
        self.send(READY, 0)
        while True:
            for key, _ in self.selector.select():
                # An earlier callback of this round may have closed this descriptor.
                if key.fd in self.selector.get_map():
                    key.data(key)


def main():
    with open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
        file.write("-1000")
    ctypes.CDLL(None).mlockall(3)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    # The channel moves away from 0 and 1, where children expect their own.
    source_fd, sink_fd = os.dup(0), os.dup(1)
    null = os.open("/dev/null", os.O_RDWR)
    for position in (0, 1):
        os.dup2(null, position)
    Executor(source_fd, sink_fd).serve()


main()
