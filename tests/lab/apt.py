# SPDX-License-Identifier: GPL-2.0-or-later
"""What apt on this host knows: sources, proxies and keys, and the packages of each Debian release.

A release other than the host's gets its sources by exchanging the release's name, and package lists of its own in
the cache; the host's configuration stays as it is.
"""

import functools
import os
import pathlib
import re
import subprocess

RELEASES = ("bookworm", "trixie", "sid")
DEFAULT_RELEASE = "bookworm"


def cache_directory() -> pathlib.Path:
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return pathlib.Path(base) / "luks-ssm"


def _output(*command: str) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def host_release() -> str:
    """The code name of the release this host runs, or an empty string."""
    text = pathlib.Path("/etc/os-release").read_text(encoding="utf-8")
    found = re.search(r'^VERSION_CODENAME="?([a-z]+)"?$', text, re.M)
    return found.group(1) if found else ""


def chosen_release(wanted: str | None = None) -> str:
    """What the machines run: as asked, else LAB_RELEASE, else the host's own if it is stable, else the default."""
    release = wanted or os.environ.get("LAB_RELEASE") or host_release()
    if release in RELEASES and (wanted or os.environ.get("LAB_RELEASE") or release != "sid"):
        return release
    if wanted:
        raise ValueError(f"no such release: {wanted} (there are {', '.join(RELEASES)})")
    return DEFAULT_RELEASE


def other_release(release: str | None = None) -> str:
    """Of the stable releases the first that is not that one: not the one which the machines run, if none is named."""
    return next(name for name in RELEASES if name != (release or chosen_release()))


def _host_sources() -> set[tuple[str, str, str]]:
    """Site, suite and component of each of Debian's own sources among those of the host."""
    lines = _output("apt-get", "indextargets", "--format",
                    "$(SITE) $(RELEASE) $(COMPONENT) $(ORIGIN)", "Created-By: Packages")
    rows = [line.split() for line in lines.splitlines() if len(line.split()) >= 4]
    return {(row[0], row[1], row[2]) for row in rows if row[3] == "Debian"}


def sources(release: str) -> list[str]:
    """Debian's own sources for one release, as one-line entries."""
    rows = _host_sources()
    found = {row for row in rows if row[1].split("-")[0] == release}
    if not found:
        own = host_release()
        found = {(site, suite.replace(own, release, 1), component) for site, suite, component in rows
                 if suite.split("-")[0] == own and (release != "sid" or suite == own)}
    if not found:
        raise RuntimeError(f"apt knows no Debian source for {release}: run apt-get update first")
    return sorted(f"deb {site} {suite} {component}" for site, suite, component in found)


def options() -> list[str]:
    """How the host reaches its sources: proxies, certificates, retries."""
    return [line.replace("::;", ";") for line in _output("apt-config", "dump").splitlines()
            if line.startswith("Acquire::") and '""' not in line
            and not line.startswith(("Acquire::IndexTargets", "Acquire::GzipIndexes"))]


def keyrings() -> list[str]:
    """Key files which the host's sources name, so that a private mirror's signature is known."""
    files = [pathlib.Path("/etc/apt/sources.list"),
             *sorted(pathlib.Path("/etc/apt/sources.list.d").glob("*"))]
    found = set()
    for file in files:
        if file.is_file():
            text = file.read_text(encoding="utf-8", errors="replace")
            found |= set(re.findall(r"(?im)signed-by[:=]\s*(/[^\s\]]+)", text))
    return sorted(path for path in found if os.access(path, os.R_OK))


@functools.cache
def _words(release: str) -> tuple[str, ...]:
    """What apt-cache has to be told so that it speaks of that release."""
    if release == host_release():
        return ()
    directory = cache_directory() / f"apt-{release}"
    for name in ("state/lists/partial", "cache/archives/partial"):
        (directory / name).mkdir(parents=True, exist_ok=True)
    (directory / "sources.list").write_text("\n".join(sources(release)) + "\n", encoding="utf-8")
    (directory / "status").touch()
    words = tuple(word for key, value in (
        ("Dir::State", directory / "state"), ("Dir::State::status", directory / "status"),
        ("Dir::Cache", directory / "cache"), ("Dir::Etc::SourceList", directory / "sources.list"),
        ("Dir::Etc::SourceParts", "/dev/null"), ("Dir::Etc::PreferencesParts", "/dev/null"),
        ("APT::Sandbox::User", ""), ("APT::Default-Release", ""),
    ) for word in ("-o", f"{key}={value}"))
    if not any((directory / "state/lists").glob("*Packages*")):
        subprocess.run(["apt-get", "-q", *words, "update"], check=True, stdout=subprocess.DEVNULL)
    return words


def known(release: str, package: str) -> bool:
    text = _output("apt-cache", *_words(release), "policy", package)
    return re.search(r"^ *Candidate: [^(]", text, re.M) is not None


def choose(release: str, names: list[str]) -> list[str]:
    """Of each `one|other` the first that the release has; a name alone is taken as it is."""
    return [next((name for name in choice.split("|") if name == choice or known(release, name)), choice)
            for choice in names]


def runtime_libraries(release: str, development: list[str]) -> list[str]:
    """The libraries that these development packages belong to, by the names this release gives them."""
    text = _output("apt-cache", *_words(release), "depends", "--no-recommends", "--no-suggests", *development)
    names = re.findall(r"^ *Depends: (lib\S+)$", text, re.M)
    return sorted({name for name in names if not name.endswith("-dev")})
