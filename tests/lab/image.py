# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab image: a stock Debian root file system and its kernel, built once and cached.

Everything comes from the apt sources and proxy settings of the host at run time.  Works as root
and, through user namespaces, as an ordinary user; writes nothing outside of the cache.
"""

import contextlib
import dataclasses
import fcntl
import hashlib
import io
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import time

from . import apt, children
from .apt import cache_directory

GUEST_FILES = pathlib.Path(__file__).resolve().parent / "guest"
IN_IMAGE = ("customize", "init", "node")

# Of `one|other` the first that the release has.
PACKAGES = """
    systemd-sysv udev kmod dbus openssh-server iproute2 procps psmisc util-linux mount login passwd
    cryptsetup-bin dmsetup xfsprogs btrfs-progs e2fsprogs fdisk lvm2 nvme-cli
    resource-agents libqb-tools libxml2-utils strace curl python3 awscli ca-certificates
    libcap2-bin iputils-ping gawk systemd-resolved libnss-resolve
    corosync pacemaker pacemaker-cli-utils pcs crmsh sbd fence-agents-sbd|fence-agents fence-agents-aws|fence-agents
    postgresql
""".split()

# Our programs' run-time libraries have other names in other releases: these packages know them.
LIBRARIES_OF = """
    libcryptsetup-dev libmount-dev libblkid-dev libcurl4-openssl-dev libssl-dev libjson-c-dev
    libqb-dev libseccomp-dev libdevmapper-dev
""".split()

LEFT_OUT = """
    /usr/share/man/* /usr/share/locale/* /usr/share/doc/* /usr/share/info/*
    /usr/share/fonts/* /usr/share/icons/*
    /usr/sbin/fence_* /usr/lib/postgresql/*/lib/bitcode/* /usr/share/doc-base/*
""".split()

# Exceptions from that: the fence agents that examples and tests use.
KEPT = "/usr/sbin/fence_sbd /usr/sbin/fence_aws".split()


@dataclasses.dataclass(frozen=True)
class Image:
    """Paths of a finished image: all of them are read-only for a machine."""

    directory: pathlib.Path

    @property
    def disk(self) -> pathlib.Path:
        return self.directory / "root.ext4"

    @property
    def kernel(self) -> pathlib.Path:
        return self.directory / "vmlinuz"

    @property
    def ssh_key(self) -> pathlib.Path:
        return self.directory / "ssh_key"


def _image_key(parts: list[str]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode() + b"\0")
    for file in sorted(GUEST_FILES.iterdir()):
        if file.name in IN_IMAGE:
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


@contextlib.contextmanager
def _locked(path: pathlib.Path):
    """One builder at a time; the others wait and then find the result."""
    with open(path, "w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _keygen(path: pathlib.Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f", str(path)],
                   check=True)


def _overlay(work: pathlib.Path) -> pathlib.Path:
    """A tar of what goes into the root before it is finished: our init, keys, the finisher."""
    _keygen(work / "ssh_key")
    _keygen(work / "host_key")
    target = work / "overlay.tar"
    with tarfile.open(target, "w") as tar:
        def add(name: str, data: bytes, mode: int) -> None:
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), mode
            tar.addfile(entry, io.BytesIO(data))

        for name in IN_IMAGE:
            add(f"usr/lib/lab/{name}", (GUEST_FILES / name).read_bytes(), 0o755)
        add("usr/lib/lab/authorized_keys", (work / "ssh_key.pub").read_bytes(), 0o600)
        add("etc/ssh/ssh_host_ed25519_key", (work / "host_key").read_bytes(), 0o600)
        add("etc/ssh/ssh_host_ed25519_key.pub", (work / "host_key.pub").read_bytes(), 0o644)
    return target


def mmdebstrap_words(packages: list[str]) -> list[str]:
    """Options that say what to install, from where and how: the host's own way to its sources."""
    return ["--mode=root" if os.geteuid() == 0 else "--mode=unshare", "--include=" + ",".join(packages),
            *(f"--aptopt={option}" for option in apt.options()), *(f"--keyring={path}" for path in apt.keyrings())]


def _mmdebstrap(release: str, sources: list[str], packages: list[str],
                work: pathlib.Path) -> list[str]:
    command = ["mmdebstrap", "--format=null", "--variant=minbase", *mmdebstrap_words(packages)]
    # Nobody needs what a power cut leaves of a half-made image.
    command += ["--dpkgopt=force-unsafe-io"]
    command += [f"--dpkgopt=path-exclude={path}" for path in LEFT_OUT]
    command += [f"--dpkgopt=path-include={path}" for path in KEPT]
    # A test that wants a database makes its own, on the volume.
    command += ['--essential-hook=mkdir -p "$1/etc/postgresql-common"',
                '--essential-hook=echo "create_main_cluster = false" > "$1/etc/postgresql-common/createcluster.conf"']
    command += [f"--customize-hook=tar-in {work}/overlay.tar /",
                '--customize-hook=sh "$1/usr/lib/lab/customize" "$1"',
                f"--customize-hook=download /lab-vmlinuz {work}/vmlinuz",
                f"--customize-hook=download /lab-image.ext4 {work}/full.ext4",
                release, "-", *sources]
    return command


def _build(release: str, sources: list[str], packages: list[str], target: pathlib.Path,
           log=sys.stderr) -> None:
    began = time.monotonic()
    work = target.with_suffix(".new")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    _overlay(work)
    print(f"lab: building the {release} image ({len(packages)} packages and what they need); "
          f"log in {work}/build.log", file=log, flush=True)
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive", LC_ALL="C.UTF-8")
    with open(work / "build.log", "w", encoding="utf-8") as output:
        process = children.start(_mmdebstrap(release, sources, packages, work), signal.SIGTERM,
                                 stdout=output, stderr=subprocess.STDOUT, env=environment)
        try:
            while process.poll() is None:
                time.sleep(0.5)
                if int(time.monotonic() - began) % 10 == 0:
                    print(f"lab: … {int(time.monotonic() - began)} s", file=log, flush=True)
                    time.sleep(0.6)
        except BaseException:
            process.terminate()
            process.wait()
            shutil.rmtree(work, ignore_errors=True)
            raise
    if process.returncode != 0:
        tail = (work / "build.log").read_text(encoding="utf-8", errors="replace")[-3000:]
        raise RuntimeError(f"the image could not be built: {tail}")
    subprocess.run(["cp", "--sparse=always", work / "full.ext4", work / "root.ext4"], check=True)
    for name in ("full.ext4", "overlay.tar", "host_key", "host_key.pub"):
        (work / name).unlink()
    os.chmod(work / "root.ext4", 0o444)
    work.rename(target)
    print(f"lab: image ready after {time.monotonic() - began:.0f} s", file=log, flush=True)


def build(release: str | None = None, rebuild: bool = False) -> Image:
    """The cached image for a release, built now if it is not there or made of other things."""
    release = apt.chosen_release(release)
    sources = apt.sources(release)
    packages = sorted(set(apt.choose(release, PACKAGES)) | set(apt.runtime_libraries(release, LIBRARIES_OF)))
    target = cache_directory() / f"image-{release}-{_image_key([release, *sources, *packages])}"
    target.parent.mkdir(parents=True, exist_ok=True)
    if not rebuild and (target / "root.ext4").exists():
        return Image(target)
    with _locked(target.with_suffix(".lock")):
        if rebuild:
            shutil.rmtree(target, ignore_errors=True)
        if not (target / "root.ext4").exists():
            _build(release, sources, packages, target)
            _forget_old(target)
    return Image(target)


def _forget_old(current: pathlib.Path) -> None:
    """Earlier images of the same release are of no use any more, except to running machines."""
    release = current.name.split("-")[1]
    for other in current.parent.glob(f"image-{release}-*"):
        if other.is_dir() and other != current and time.time() - other.stat().st_mtime > 3600:
            shutil.rmtree(other, ignore_errors=True)
