# SPDX-License-Identifier: GPL-2.0-or-later
"""A machine in which everything secret is a marker, with the searchers, a listener for syslog and a collector of cores."""
from __future__ import annotations

import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from leaks import markers  # noqa: E402
from leaks.finds import Find, read_log  # noqa: E402

PASSPHRASE = markers.text("passphrase", 44)
# In memory only: on a disk these would be finds by themselves.
PLACE = "/run/leaks"
VARIABLES = f"{PLACE}/environment"

LISTENER = """
import os, socket
path = '/dev/log'
if os.path.lexists(path):
    os.unlink(path)
log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
log.bind(path)
os.chmod(path, 0o666)
print('listening', flush=True)
with open(ARGUMENTS_PLACE + '/syslog', 'wb', buffering=0) as file:
    while True:
        file.write(log.recv(65536) + b'\\n')
"""
# What the kernel pipes a core to: it keeps all of it, and who it was.
COLLECTOR = f"#!/bin/sh\nexec cat > {PLACE}/cores/\"$1.$2\"\n"


def searchers(build: pathlib.Path) -> pathlib.Path:
    """Where they are; LUKS_SSM_LEAKS names a place where they are ready, as LUKS_SSM_TREE does for the programs."""
    ready = os.environ.get("LUKS_SSM_LEAKS")
    if ready:
        return pathlib.Path(ready)
    subprocess.run(["make", "-s", "tests/leaks/watch", "tests/leaks/search_files"], cwd=build, check=True, timeout=300)
    return build / "tests/leaks"


class Room:
    """Filled once for each case; the markers' file is masked."""

    def __init__(self, m) -> None:
        self.m = m
        self.tools = searchers(m.builds.directory("gcc"))
        session = m.emulator.control("session", role="luks-node")
        secret, token = session["secret"], session["token"]
        self.needles = markers.write(m.directory / "needles", {
            "passphrase": PASSPHRASE, "secret-access-key": secret, "session-token": token,
            "signing-key": markers.signing_key(secret, "ssm", "eu-central-1")})
        m.write(VARIABLES, f"AWS_ACCESS_KEY_ID={session['key_id']}\nAWS_SECRET_ACCESS_KEY={secret}\n"
                           f"AWS_SESSION_TOKEN={token}\n", 0o600)
        for program in ("watch", "search_files"):
            m.push(self.tools / program, f"{PLACE}/{program}")
        m.push(self.needles, f"{PLACE}/needles")
        self._listen()

    def _listen(self) -> None:
        self.m.write(f"{PLACE}/listener.py", LISTENER.replace("ARGUMENTS_PLACE", repr(PLACE)))
        self.listener = self.m.start(["python3", "-I", "-S", f"{PLACE}/listener.py"])
        self.m.sh("for i in $(seq 100); do test -S /dev/log && exit 0; sleep 0.1; done; exit 1")

    def volume(self, **how):
        volume = self.m.volume(passphrase=PASSPHRASE, **how)
        volume.extra = {"environment_file": VARIABLES}
        return volume

    def wrapper(self, *crash) -> tuple:
        self.m.sh(f"rm -f {PLACE}/log")
        return (f"{PLACE}/watch", f"{PLACE}/needles", f"{PLACE}/log", *map(str, crash), "--")

    def finds(self) -> tuple[list[Find], list[list[str]]]:
        log = self.m.directory / "watch.log"
        log.write_bytes(self.m.read(f"{PLACE}/log"))
        return read_log(log)

    def look(self) -> None:
        """Let the searcher look at all processes now."""
        self.m.sh("kill -USR1 $(pidof -s watch)")

    def collect_cores(self) -> None:
        self.m.write(f"{PLACE}/collect", COLLECTOR, 0o755)
        self.m.sh(f"mkdir -p {PLACE}/cores; echo '|{PLACE}/collect %e %p' > /proc/sys/kernel/core_pattern; "
                  "echo 2 > /proc/sys/fs/suid_dumpable")

    def cores(self) -> list[str]:
        return self.m.sh(f"ls {PLACE}/cores").split()

    def files_in_memory(self) -> list[str]:
        """Finds in the file systems that are no disk, but for what we put there ourselves."""
        out = self.m.sh(f"find /run /dev/shm /tmp -xdev -type f ! -path {VARIABLES} | {PLACE}/search_files {PLACE}/needles",
                        timeout=120)
        assert out.splitlines()[-1].startswith("read"), out
        return [line for line in out.splitlines() if line.startswith("found")]

    def disks(self, *volumes) -> list[str]:
        """Finds on the machine's disks, from the outside: all that was ever written, deleted files among it."""
        self.m.sh("sync")
        paths = [self.m.directory / "root.qcow2", *(volume.disk.path for volume in volumes)]
        done = subprocess.run([self.tools / "search_files", self.needles], text=True, stdout=subprocess.PIPE,
                              input="".join(f"{path}\n" for path in paths), check=True, timeout=300)
        lines = done.stdout.splitlines()
        assert int(lines[-1].split("\t")[2].split()[0]) > 1 << 20, lines
        return [line for line in lines if line.startswith("found")]
