# SPDX-License-Identifier: GPL-2.0-or-later
"""What both demonstrations share: steps on the host and in machines, the build, the order, the end."""

import os
import pathlib
import subprocess
import xml.etree.ElementTree

from lab import MachineLost, apt, children, releases

from .story import Different, Progress, Story

SOURCE = pathlib.Path(__file__).resolve().parents[3]


class Play:
    """One demonstration; a subclass has its chapters."""

    def __init__(self, keep: bool, release: str | None) -> None:
        self.keep = keep
        self.release = apt.chosen_release(release)
        self.story = Story()
        self.directory = children.directory()
        self.tree = self.directory / "tree"

    def chapters(self) -> list:
        raise NotImplementedError

    def close(self) -> None:
        """End everything this started."""

    def host(self, command: str, what: str, *, env: dict | None = None, cwd=SOURCE, limit_s: float = 1800,
             **announced) -> str:
        """A step on this host."""
        self.story.show("$", command)
        process = children.start(["/bin/sh", "-c", command], cwd=cwd, env={**os.environ, **(env or {})},
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        with Progress(what) as progress:
            try:
                output = process.communicate(timeout=limit_s)[0].decode(errors="replace")
            except subprocess.TimeoutExpired:
                raise Different(f"not finished after {limit_s:.0f} s") from None
            finally:
                children.end(process)
        self.story.outcome(output, process.returncode, progress.seconds, **announced)
        return output

    def inside(self, machine, prompt: str, command: str, what: str, *, env: dict | None = None, shown: str = "",
               limit_s: float = 300, **announced) -> str:
        """A step in a machine."""
        self.story.show(prompt, shown or command)
        with Progress(what):
            result = machine.run(command, timeout=limit_s, env=env)
        output = result.out + result.err
        self.story.outcome(output, result.rc, result.seconds, **announced)
        return output

    def build(self) -> None:
        self.story.chapter("Build, and install into a directory")
        if self.release != apt.host_release():
            self.story.show("$", f"tests/lab/lab tree --release {self.release} {self.tree}")
            with Progress(f"compiling in {self.release}'s root directory") as progress:
                releases.build_tree(self.release, SOURCE, self.tree)
            self.story.outcome("", 0, progress.seconds)
            return
        build = self.directory / "build"
        build.mkdir()
        if not (SOURCE / "configure").exists():
            self.host("./autogen.sh", "autoconf and automake", matches="")
        self.host(f"{SOURCE}/configure -q --prefix=/usr --sysconfdir=/etc --localstatedir=/var", "configuring",
                  cwd=build)
        self.host(f"make -s -j{os.cpu_count() or 2} && make -s install DESTDIR={self.tree}", "compiling", cwd=build)

    def tell(self) -> int:
        """All chapters; the exit code."""
        try:
            for chapter in self.chapters():
                chapter()
            return self.story.end()
        except (Different, MachineLost, AssertionError, RuntimeError, xml.etree.ElementTree.ParseError) as problem:
            return self.story.end(str(problem))
