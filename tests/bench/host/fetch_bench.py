# SPDX-License-Identifier: GPL-2.0-or-later
"""One fetch of a key over TLS 1.3 on loopback: our helper against curl doing the same signed POST, and against the aws command.

Ours is the whole way of the worker, root's half and the helper from exec to exit (tests/helper/fetch_key).  All sides take
turns against one emulator, verify its certificate with the same file, and use the same static keys.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

# pylint: disable=wrong-import-position
from bench import Figures, HERE, rounds, save, show  # noqa: E402
from emulator import ADMIN_KEY, ADMIN_SECRET, Emulator  # noqa: E402
from lab.marks import limit  # noqa: E402

NAME = "/luks/bench"
REGION = "eu-central-1"
AWS = "/usr/bin/aws"
CURL = "/usr/bin/curl"


def _write(path: pathlib.Path, text: str) -> pathlib.Path:
    path.write_text(text)
    path.chmod(0o600)
    return path


def _commands(build: pathlib.Path, where: pathlib.Path, emulator) -> dict[str, str]:
    """Each side as a line for measure."""
    ca = emulator.write_ca(str(where / "ca.pem"))
    keys = f"AWS_ACCESS_KEY_ID={ADMIN_KEY}\nAWS_SECRET_ACCESS_KEY={ADMIN_SECRET}\nAWS_REGION={REGION}\n"
    ours = _write(where / "ours.env", keys)
    theirs = _write(where / "theirs.env", f"PATH=/usr/bin:/bin\nHOME={where}\n{keys}AWS_DEFAULT_REGION={REGION}\nAWS_CA_BUNDLE={ca}\n")
    return {
        "ours": f"@{theirs} {build}/tests/helper/fetch_key device=/dev/x directory=/x ssm_parameter={NAME} "
                f"environment_file={ours} endpoint_url={emulator.endpoint} ca_bundle={ca}",
        "curl": f"@{theirs} {CURL} -s --fail --tlsv1.3 --cacert {ca} --aws-sigv4 aws:amz:{REGION}:ssm --user {ADMIN_KEY}:{ADMIN_SECRET} "
                f"-H X-Amz-Target:AmazonSSM.GetParameter -H Content-Type:application/x-amz-json-1.1 "
                f"-d {{\"Name\":\"{NAME}\",\"WithDecryption\":true}} {emulator.endpoint}/",
        "aws": f"@{theirs} {AWS} ssm get-parameter --name {NAME} --with-decryption --endpoint-url {emulator.endpoint}",
    }


def _prove(command: str, value: str) -> None:
    """The side gets the key: what measure throws away is read once."""
    words = command.split()
    environment = dict(line.split("=", 1) for line in pathlib.Path(words[0][1:]).read_text().splitlines())
    done = subprocess.run(words[1:], env=environment, stdout=subprocess.PIPE, check=True, timeout=60)
    assert value.encode() in done.stdout, f"{words[1]} did not get the key: {done.stdout!r}"


@limit(900)
def test_fetch_costs_at_most_twice_curl_and_a_twentieth_of_the_aws_command(h):
    assert h.builds.build("helper"), "the helper could not be built"
    value = "bench-key-of-forty-bytes-0123456789abcdef"
    with tempfile.TemporaryDirectory(prefix="luks-ssm-bench-") as name, Emulator() as emulator:
        where = pathlib.Path(name)
        emulator.certificates.switch("good", "1.3", "1.3")
        emulator.put(NAME, value)
        commands = _commands(h.builds.directory("helper"), where, emulator)
        for command in commands.values():
            _prove(command, value)
        tool = where / "measure"
        subprocess.run(["gcc", "-O2", "-o", str(tool), str(HERE / "measure.c")], check=True)
        words = [word for pair in commands.items() for word in pair]
        figures = Figures(subprocess.run([str(tool), str(rounds()), *words], stdout=subprocess.PIPE, text=True, check=True,
                                         timeout=800).stdout)
    for side in commands:
        assert figures.codes(side) == {0}, f"{side} answered {figures.codes(side)}"
    results: list = []
    show(results, "fetch: ours over curl", figures.ratio(("ours",), ("curl",)), "cpu at most 2", {"wall", "cpu"})
    show(results, "fetch: aws ssm get-parameter over ours", figures.ratio(("aws",), ("ours",)), "cpu at least 20", {"wall", "cpu"})
    save(results)
    # Two rounds, as in the run of everything, only show that both sides work.
    if os.environ.get("LUKS_SSM_WHOLE"):
        over_curl, under_aws = (figures.ratio(above, below)["cpu"] for above, below in
                                ((("ours",), ("curl",)), (("aws",), ("ours",))))
        assert over_curl <= 2, f"a fetch costs {over_curl:.2f} times the processor time of curl, more than twice"
        assert under_aws >= 20, f"the aws command costs {under_aws:.1f} times the processor time of a fetch, less than 20 times"
