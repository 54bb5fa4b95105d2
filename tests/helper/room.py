# SPDX-License-Identifier: GPL-2.0-or-later
"""A room of its own for one fetch: mount and network namespaces, files of /etc replaced, an emulator and a name server.

`fetch_in_room` is the outside; the inside is this module as a program, which reads what is wanted as JSON. Needs root.
"""
from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from . import helper
from .nameserver import NameServer

TESTS = Path(__file__).resolve().parent.parent


def possible() -> bool:
    """Whether rooms can be made here."""
    command = ["unshare", "-m", "-n", "--propagation", "private", "true"]
    return os.geteuid() == 0 and subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode == 0


def fetch_in_room(**wanted) -> helper.Answer:
    """files: {path: content or {name: content} for a directory}; names and dns: what the certificate and the name server
    know; minimum, maximum: TLS; trust: `ca_bundle`, or `system` for a CA that only /etc/ssl/certs has, or `directory`;
    url: the endpoint with {port}; and fields of the request."""
    done = subprocess.run(["unshare", "-m", "-n", "--propagation", "private", sys.executable, "-B", "-m", "helper.room"],
                          input=json.dumps(wanted).encode(), stdout=subprocess.PIPE, check=True, timeout=60, cwd=TESTS)
    answer = json.loads(done.stdout)
    return helper.Answer(**{**answer, "key": answer["key"].encode()})


def put_over(path: str, content, place: Path) -> None:
    """Bind a file or a directory of ours over one that is there."""
    source = place / path.strip("/").replace("/", "-")
    if isinstance(content, dict):
        source.mkdir()
        for name, text in content.items():
            (source / name).write_text(text)
    else:
        source.write_text(content)
    subprocess.run(["mount", "--bind", source, path], check=True)


def trust_directory(aws, how: str, place: Path) -> dict[str, str]:
    """What update-ca-certificates makes: the bundle, and names by hash where `directory` wants them alone."""
    pem = aws.certificates.ca_pem.decode()
    if how == "system":
        return {"ca-certificates.crt": pem}
    (place / "ca.pem").write_text(pem)
    hashed = subprocess.run(["openssl", "x509", "-noout", "-subject_hash", "-in", place / "ca.pem"], check=True,
                            stdout=subprocess.PIPE, text=True).stdout.strip()
    return {f"{hashed}.0": pem, "ca-certificates.crt": ""}


def inside(wanted: dict) -> helper.Answer:
    """In the room: everything is set up, one fetch."""
    from emulator import ADMIN_KEY, ADMIN_SECRET, Emulator
    from .kit import NAME, PASSPHRASE
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with tempfile.TemporaryDirectory(prefix="luks-ssm-room-") as name, \
            Emulator(names=wanted.pop("names", [])) as aws:
        place = Path(name)
        place.chmod(0o755)
        aws.put(NAME, PASSPHRASE)
        aws.certificates.switch("good", wanted.pop("minimum", "1.2"), wanted.pop("maximum", "1.3"))
        files, trust = wanted.pop("files", {}), wanted.pop("trust", "ca_bundle")
        if trust in ("system", "directory"):
            files["/etc/ssl/certs"] = trust_directory(aws, trust, place)
        for path, content in files.items():
            put_over(path, content, place)
        dns = wanted.pop("dns", None)
        if dns is not None:
            NameServer(dns).start()
        url = wanted.pop("url", "https://localhost:{port}").format(port=aws.https_port)
        ca = {"CA_BUNDLE": aws.certificates.ca_pem} if trust == "ca_bundle" else {}
        answer = helper.fetch({"PARAMETER": NAME, "REGION": "eu-central-1", "ENCODING": "text", "ORIGIN": "a test",
                               "ENDPOINT_SSM": url, "SOURCE": 1, "ACCESS_KEY": ADMIN_KEY,
                               "SECRET_KEY": ADMIN_SECRET, **ca, **wanted}, 5)
        for path in reversed(files):
            subprocess.run(["umount", path], check=True)
        return answer


if __name__ == "__main__":
    found = inside(json.load(sys.stdin))
    json.dump({**vars(found), "key": found.key.decode()}, sys.stdout)
