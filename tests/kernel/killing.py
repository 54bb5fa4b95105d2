# SPDX-License-Identifier: GPL-2.0-or-later
"""Kills an action of the agent the moment its trace names a phase, while that phase lasts."""

import json

FIFO = "/run/killing.trace"
WANTED_S = 40
# In the machine.  It reads the trace from a pipe and has a real-time priority: on one processor it runs as soon as the line is
# written, before the agent goes on.  The trace names the agent's pid, which leads its process group.
KILLER = r"""
import errno, json, os, re, select, signal, sys, time
path, limit_s = sys.argv[1], float(sys.argv[2])
trace = os.open(path, os.O_RDWR | os.O_NONBLOCK)
os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))

def lines(end):
    rest = b''
    while True:
        if not select.select([trace], [], [], max(end - time.monotonic(), 0))[0]:
            return
        *whole, rest = (rest + os.read(trace, 65536)).split(b'\n')
        for line in whole:
            found = re.search(rb'\[(\d+)\] \w+: (.*)$', line)
            if found:
                yield int(found.group(1)), found.group(2).decode(errors='replace')

def kill(words, number, group, delay_s):
    for pid, text in lines(time.monotonic() + limit_s):
        number -= text == words
        if number == 0:
            break
    else:
        return 'never'
    time.sleep(delay_s)
    try:
        leader = os.getpgid(pid)
        (os.killpg if group else os.kill)(leader, signal.SIGKILL)
    except ProcessLookupError:
        return 'gone'
    return 'killed'

for request in sys.stdin:
    for _ in lines(0):
        pass
    print('armed', flush=True)
    print(kill(**json.loads(request)), flush=True)
"""


class Killer:
    """A process in the machine that waits there for what is to be killed."""

    def __init__(self, m) -> None:
        self._m = m
        m.sh(f"rm -f {FIFO}; mkfifo {FIFO}")
        self._process = m.start(["python3", "-I", "-S", "-c", KILLER, FIFO, str(WANTED_S)], stdin=None)
        self._seen = 0

    def _answer(self) -> str:
        def found():
            answers = self._process.output.decode().split("\n")[:-1]
            return answers[self._seen] if len(answers) > self._seen else None
        answer = self._m.wait_for(found, WANTED_S + 20, "an answer of the killer")
        self._seen += 1
        return answer

    def kill(self, volume, action: str, words: str, *, number: int = 1, group: bool = True, delay_s: float = 0,
             **options):
        """Begin an action and kill it, as its trace names that phase for the NUMBERth time or DELAY_S later; its end.

        It is the group that is killed, as the executor does, or the agent alone.
        """
        request = {"words": words, "number": number, "group": group, "delay_s": delay_s}
        self._process.write(json.dumps(request).encode() + b"\n")
        assert self._answer() == "armed"
        process = volume.agent_start(action, env={"OCF_TRACE_RA": "1", "OCF_TRACE_FILE": FIFO}, **options)
        answer = self._answer()
        ended = process.wait(60)
        assert (answer, ended.rc) == ("killed", -9), f"{action} while {words}: {answer}, {ended}"
        return ended
