# SPDX-License-Identifier: GPL-2.0-or-later
"""Our programs for machines of another Debian release: compiled on the host in that release's root directory.

As root it is a chroot; for an ordinary user mmdebstrap and the build run in a user namespace, which needs a range in
/etc/subuid.  The root directory is made once and cached; sources are copied in, so nothing is written beside them.
"""

import fcntl
import hashlib
import os
import pathlib
import shlex
import shutil
import signal
import subprocess
import sys
import time

from . import apt, children
from .image import LIBRARIES_OF, mmdebstrap_words

# The last three are for Debian packages; one root directory for both is sooner made than two.
TOOLS = ("autoconf automake pkg-config gcc make libc6-dev libcmocka-dev mandoc xz-utils python3 "
         "build-essential debhelper fakeroot").split()
PREFIX = "--prefix=/usr --sysconfdir=/etc --localstatedir=/var"
NOT_COPIED = (".git", "autom4te.cache", "configure", "config.h.in", "Makefile.in", "aclocal.m4", "build-aux")
STEP_LIMIT_S = 1800


def _as_root() -> bool:
    return os.geteuid() == 0


def how() -> str:
    """For people: in what the compiler runs."""
    return "a chroot" if _as_root() else "a user namespace"


def _run(command: list, log: pathlib.Path, what: str) -> None:
    """Run with its output in a file, a sign of life every 10 s, and its end at the latest after half an hour."""
    began = time.monotonic()
    with open(log, "wb") as output:
        process = children.start(command, signal.SIGTERM, stdout=output, stderr=subprocess.STDOUT,
                                 env={**os.environ, "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"})
        try:
            while process.poll() is None:
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    passed = time.monotonic() - began
                    print(f"lab: … {what}, {passed:.0f} s", file=sys.stderr, flush=True)
                    if passed > STEP_LIMIT_S:
                        raise RuntimeError(f"{what}: not finished after {STEP_LIMIT_S} s") from None
        finally:
            children.end(process, grace_s=5)
    if process.returncode != 0:
        raise RuntimeError(f"{what} failed: {log.read_text(errors='replace')[-3000:]}")


def root_directory(release: str) -> pathlib.Path:
    """That release with a compiler and the libraries' headers."""
    return _root_with(release, sorted({*TOOLS, *LIBRARIES_OF}))


def _root_with(release: str, packages: list[str]) -> pathlib.Path:
    """That release with these packages: a directory, or an archive for an ordinary user."""
    sources = apt.sources(release)
    key = hashlib.sha256("\0".join([release, *packages, *sources]).encode()).hexdigest()[:12]
    target = apt.cache_directory() / f"root-{release}-{key}"
    target.parent.mkdir(parents=True, exist_ok=True)
    with open(target.with_suffix(".lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if target.exists():
            return target
        print(f"lab: making {release}'s root directory for {how()}", file=sys.stderr, flush=True)
        new = target.with_suffix(".new")
        _remove(new)
        made = "directory" if _as_root() else "tar"
        command = ["mmdebstrap", f"--format={made}", "--variant=minbase", *mmdebstrap_words(packages),
                   release, str(new), *sources]
        _run(command, target.with_suffix(".log"), f"{release}'s root directory")
        new.rename(target)
    return target


def _remove(path: pathlib.Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    elif path.exists():
        path.unlink()


def _script(root: pathlib.Path, work: pathlib.Path, inside: str) -> str:
    """What runs as root of a new mount namespace: unpack for a user, bind, build."""
    place = root if _as_root() else pathlib.Path("/tmp/root")
    lines = ["set -e"]
    if not _as_root():
        lines += ["mount -t tmpfs tmpfs /tmp", f"mkdir {place}", f"tar -x -f {shlex.quote(str(root))} -C {place}"]
    lines += [f"mkdir -p {place}/build", f"mount --bind {shlex.quote(str(work))} {place}/build",
              f"mount -t proc proc {place}/proc",
              f"exec chroot {place} env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 sh -c {shlex.quote(inside)}"]
    return "\n".join(lines)


def _run_inside(root: pathlib.Path, work: pathlib.Path, inside: str, what: str) -> None:
    """Run a script of that release's shell, with `work` as its /build."""
    spaces = ["--mount", "--pid", "--fork", "--kill-child"]
    if not _as_root():
        spaces += ["--map-auto", "--map-root-user"]
    _run(["unshare", *spaces, "sh", "-c", _script(root, work, inside)], work / "build.log", what)


def build_tree(release: str, source: pathlib.Path, target: pathlib.Path) -> pathlib.Path:
    """Compile `source` for a release and put what `make install` makes into `target`."""
    root = root_directory(release)
    name = hashlib.sha256(str(source).encode()).hexdigest()[:12]
    work = apt.cache_directory() / f"build-{release}-{name}"
    (work / "src").mkdir(parents=True, exist_ok=True)
    with open(work / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        copy = ["tar", "-c", "-C", str(source), *(f"--exclude=./{name}" for name in NOT_COPIED), "."]
        with subprocess.Popen(copy, stdout=subprocess.PIPE) as packing:
            subprocess.run(["tar", "-x", "-C", str(work / "src")], stdin=packing.stdout, check=True)
        inside = ("set -e; cd /build/src; [ -x configure ] || ./autogen.sh; mkdir -p /build/obj; cd /build/obj; "
                  f"[ -f config.status ] || ../src/configure -q {PREFIX}; "
                  f"make -s -j{os.cpu_count() or 2}; rm -rf /build/tree; make -s install DESTDIR=/build/tree")
        _run_inside(root, work, inside, f"compiling for {release} in {how()}")
        shutil.copytree(work / "tree", target, symlinks=True, dirs_exist_ok=True)
    return target


def build_deb(release: str, tarball: pathlib.Path, packaging: pathlib.Path, target: pathlib.Path) -> pathlib.Path:
    """Make a release's Debian package of a `make dist` tarball; what make-deb makes is put into `target`."""
    root = root_directory(release)
    work = target / "work"
    _remove(work)
    shutil.copytree(packaging, work / "packaging")
    shutil.copy(tarball, work)
    inside = ("set -e; cd /build; export TMPDIR=/build DEB_BUILD_OPTIONS=nocheck; "
              f"packaging/make-deb {shlex.quote(tarball.name)} packages")
    _run_inside(root, work, inside, f"a package for {release} in {how()}")
    shutil.copytree(work / "packages", target, dirs_exist_ok=True)
    _remove(work)
    return target


def run_script(release: str, packages: list[str], script: pathlib.Path, target: pathlib.Path) -> None:
    """Run a script that needs only what lies beside it, and these packages of a release; `target` keeps its output."""
    root = _root_with(release, packages)
    shutil.copytree(script.parent, target / "script")
    _run_inside(root, target, f"exec /build/script/{shlex.quote(script.name)}", f"{script.name} on {release} in {how()}")
