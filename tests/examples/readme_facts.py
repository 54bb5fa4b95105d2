# SPDX-License-Identifier: GPL-2.0-or-later
"""README.md and cluster-examples/README.md say what the tree says."""

import re

import readme_text
from lab import each, limit
from readme_text import EXAMPLES, README, ROOT, quoted

STATUS_ROW = re.compile(r'^STATUS\((\w+), "([^"]+)"\)', re.MULTILINE)
CODES_ROW = re.compile(r"\[STATUS_(\w+)\] = CODES\((\d+), (\d+)\)")
OCF_ROW = re.compile(r"^\tOCF_\w+ = (\d+)", re.MULTILINE)
# Where a block of code is run, by heading and number; a new block needs a row and a case.
RUN_BY = {
    ("Try it", "", 0): "tests/lib/runner/main.py",
    ("Install", "", 0): "tests/lib/runner/builds.py",
    ("Provision a volume", "", 0): "tests/examples/machine/provisioning.py",
    ("Provision a volume", "", 1): "tests/examples/machine/provisioning.py",
    ("Create the resource", "", 0): "tests/examples/machine/provisioning.py",
    ("Create the resource", "", 1): "tests/examples/machine/pcs_create.py",
    ("When something is lost", "", 0): "tests/examples/machine/recovery.py",
    ("When something is lost", "", 1): "tests/examples/machine/recovery.py",
    ("When something is lost", "", 2): "tests/examples/machine/recovery.py",
    ("The IAM policy", "json", 0): "tests/examples/iam_policies.py",
}


# Where a command is run that stands in the prose of these sections, and the words of it that are there; a new one needs a row.
PROSE = ("A single host, without a cluster", "Revoking access", "When something is lost", "Troubleshooting")
PROSE_RUN_BY = {
    "luks-ssm format": ("tests/kernel/command_volume.py", '"format"'),
    "luks-ssm enroll": ("tests/examples/machine/recovery.py", "enroll"),
    "luks-ssm check": ("tests/kernel/command_volume.py", '"check"'),
    "luks-ssm migrate": ("tests/cli/test_words.py", '"migrate"'),
    "luks-ssm backup-header": ("tests/kernel/format_faults.py", '"backup-header"'),
    "luks-ssm explain": ("tests/cli/test_words.py", '"explain"'),
    "luks-ssm show-users": ("tests/kernel/command_volume.py", '"show-users"'),
    "luks-ssm open": ("tests/kernel/command_volume.py", '"open"'),
    "systemctl enable": ("tests/packages/machine/installed.py", "enable --now"),
    "cryptsetup reencrypt": ("tests/examples/machine/recovery.py", "cryptsetup reencrypt"),
    "cryptsetup luksHeaderRestore": ("tests/examples/machine/recovery.py", "save, restore"),
    "lsblk": ("tests/kernel/start_opens.py", "lsblk"),
    "wipefs": ("tests/cli/test_format.py", "wipefs"),
    "crm_mon": ("tests/lab/cluster.py", "crm_mon"),
    "crm_resource": ("tests/cluster/force_check.py", "--force-{action}"),
    # pcs makes of the last two what crm_resource is asked for there.
    "pcs resource create": ("tests/examples/machine/pcs_create.py", "pcs resource create"),
    "pcs resource move": ("tests/cluster/move_by_order.py", "pcs resource move"),
    "pcs resource cleanup": ("tests/cluster/operator_orders.py", "--cleanup"),
    "pcs resource enable": ("tests/cluster/operator_orders.py", "target-role"),
    "qb-blackbox": ("tests/kernel/agent_contract.py", "qb-blackbox"),
}


def source(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def reason_rows() -> dict[str, tuple[int, int]]:
    """Each code of the troubleshooting table with the exit codes of start and validate-all."""
    found = {}
    for row in readme_text.table("reason begins"):
        numbers = [int(number) for number in row["code"].split(" / ")]
        for code in quoted(row["reason begins"]):
            assert code not in found, f"{code} stands in two rows"
            found[code] = (numbers[0], numbers[-1])
    return found


@limit(600)
def test_the_parameter_table_is_what_the_program_renders(host):
    render = host.builds.directory("gcc") / "metadata/render"
    made = host.run(["make", "-s", "-C", str(host.builds.directory("gcc")), "metadata/render"], 550)
    assert made.rc == 0, made.err
    assert host.run([str(render), "readme", str(README)]).out == readme_text.text()


def test_the_install_table_lists_what_make_install_installs(host):
    said = {quoted(row["file"])[0] for row in readme_text.table("file")
            if row["file"].startswith("`/")}
    there = {"/" + str(path.relative_to(host.tree)) for path in host.tree.rglob("*")
             if not path.is_dir() or not any(path.iterdir())}
    assert said == there, (said - there, there - said)


def test_the_installed_user_file_names_the_user_the_readme_names(host):
    conf = (host.tree / "usr/lib/sysusers.d/luks-ssm.conf").read_text(encoding="utf-8")
    assert [line.split()[1] for line in conf.splitlines() if line.startswith("u ")] == ["luks-ssm"]
    assert "user `luks-ssm`" in readme_text.text()


def test_every_status_has_a_row_and_every_row_is_a_status(host):
    codes = {code for _, code in STATUS_ROW.findall(source("src/base/status.def"))}
    assert len(codes) > 50
    said = set(reason_rows())
    assert said == codes, (said - codes, codes - said)


def test_the_codes_of_the_reasons_are_the_program_s(host):
    code_of = dict(STATUS_ROW.findall(source("src/base/status.def")))
    actual = {code_of[name]: (int(start), int(validate))
              for name, start, validate in CODES_ROW.findall(source("agent/ocf_exit.c"))}
    wrong = {code: (said, actual[code]) for code, said in reason_rows().items()
             if actual[code] != said}
    assert not wrong, wrong


def test_the_exit_codes_are_all_the_program_has(host):
    said = {int(row["code"]) for row in readme_text.table("code")}
    assert said == {int(number) for number in OCF_ROW.findall(source("agent/ocf_exit.h"))}


def test_only_a_missing_parameter_and_a_clone_end_a_start_with_6(host):
    fatal = {code for code, numbers in reason_rows().items() if numbers[0] == 6}
    assert fatal == {"missing-parameter", "clone"}
    row = next(row for row in readme_text.table("code") if row["code"] == "6")
    assert "required parameter is missing" in row["when"] and "clone" in row["when"]


def test_the_advertised_actions_are_those_of_the_table(host):
    table = source("agent/actions.def")
    line = next(line for line in readme_text.text().splitlines() if line.startswith("Actions: "))
    for name in set(re.findall(r'^ACTION\("([\w-]+)"[^;]*?\.advertised', table, re.MULTILINE)):
        assert f"`{name}`" in line, name
    timeouts = dict(re.findall(r'ACTION\("(start|stop)"[^)]*?timeout_s = (\d+)', table))
    assert timeouts == {"start": "120", "stop": "120"} and "(120 s)" in line
    intervals = re.findall(r'ACTION\("monitor"[^)]*?interval_s = (\d+)', table)
    assert all(f"every {seconds} s" in line for seconds in intervals) and len(intervals) == 2


@each("README.md", "cluster-examples/README.md", "CONTRIBUTING.md")
def test_every_link_leads_somewhere(host, name):
    file = ROOT / name
    content = file.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)]+)\)", content):
        if re.match(r"https?://", target):
            continue
        path, _, anchor = target.partition("#")
        assert not path or (file.parent / path).exists(), target
        if anchor:
            text = (file.parent / path).read_text(encoding="utf-8") if path else content
            titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
            assert anchor in {re.sub(r"[^\w-]", "", title.lower().replace(" ", "-"))
                              for title in titles}, target


def test_every_path_of_the_tree_that_is_named_exists(host):
    named = {word.split()[0].split("#")[0] for word in quoted(readme_text.text())
             if re.match(r"(src|tests|agent|cluster-examples|metadata|\.)/[\w./-]*", word)}
    assert len(named) > 4, named
    for path in named:
        # autotools put ./configure there.
        assert (ROOT / path).exists() or path == "./configure", path


# What the README names of AWS's own configuration files.
AWS_SETTINGS = {"credential_process", "credential_source", "mfa_serial", "source_profile", "use_dualstack_endpoint",
                "use_fips_endpoint", "web_identity_token_file"}


def test_every_named_parameter_exists(host):
    known = {quoted(row["parameter"])[0] for row in readme_text.table("parameter")}
    named = {word.split("=")[0] for word in quoted(readme_text.text())
             if re.fullmatch(r"[a-z]+_[a-z_]+(=\w+)?", word)}
    assert len(named) > 8 and named - {"crm_mon"} - AWS_SETTINGS <= known, named - known


def test_every_block_of_code_has_a_case_that_runs_it(host):
    numbers: dict[tuple[str, str], int] = {}
    blocks = set()
    for row in readme_text.blocks():
        if "─→" in row.text:
            continue
        key = (row.heading, row.language)
        blocks.add((*key, numbers.get(key, 0)))
        numbers[key] = numbers.get(key, 0) + 1
    assert blocks == set(RUN_BY), (blocks - set(RUN_BY), set(RUN_BY) - blocks)
    for (heading, _, number), path in RUN_BY.items():
        if path.startswith("tests/examples/"):
            assert f'block("{heading}"' in source(path), (heading, number, path)


def test_every_command_in_the_prose_about_trouble_has_a_case_that_runs_it(host):
    headings = readme_text._headings(readme_text.text().splitlines())  # pylint: disable=protected-access
    prose = "\n".join(line for heading, line in headings if heading in PROSE and not line.startswith("    "))
    programs = {command.split()[0] for command in PROSE_RUN_BY}
    named = set()
    for words in (quote.split() for quote in quoted(prose)):
        if words[0] in programs and words[0] != words[-1] or words[0] in PROSE_RUN_BY:
            named.add(words[0] if words[0] in PROSE_RUN_BY else " ".join(words[:3 if words[0] == "pcs" else 2]))
    assert named == set(PROSE_RUN_BY), (named - set(PROSE_RUN_BY), set(PROSE_RUN_BY) - named)
    for command, (path, words) in PROSE_RUN_BY.items():
        assert words in source(path), (command, path)


def test_the_commands_to_try_it_are_there_and_can_be_run(host):
    for command in readme_text.joined(readme_text.block("Try it")):
        assert (ROOT / command.split()[0]).stat().st_mode & 0o111, command
    listed = host.run([str(ROOT / "tests/run"), "--no-install", "--list"])
    assert listed.rc == 0 and "examples" in listed.out.split()
    helped = host.run([str(ROOT / "tests/demo"), "--help"])
    assert helped.rc == 0 and all(f"\n  {option} " in helped.out for option in ("--keep", "--one")), helped


def test_the_suites_that_only_all_runs_are_named(host):
    from runner.suites import SUITES
    sentence = readme_text.text().split("`tests/run --all`")[1].split(".")[0]
    assert [suite.name for suite in SUITES if not suite.always and suite.name not in sentence] == []


def test_the_commands_to_install_are_those_the_suites_build_with(host):
    commands = " && ".join(readme_text.joined(readme_text.block("Install")))
    from runner.builds import PREFIX
    configure = f"./configure {' '.join(PREFIX)}"
    assert f"./autogen.sh && {configure}" in commands
    assert "make && make check" in commands and "make install" in commands


def test_cluster_examples_lists_its_files(host):
    text = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| \[([^\]]+)\]", text, re.MULTILINE)
    there = sorted(path.name for path in EXAMPLES.iterdir() if path.name != "README.md")
    assert sorted(listed) == there


def test_the_examples_and_the_readme_create_the_same_resource(host):
    block = readme_text.block("Create the resource", number=1)
    printed = [command for command in readme_text.joined(block)
               if command.startswith("pcs resource create")]
    script = readme_text.joined((EXAMPLES / "single-volume.sh").read_text(encoding="utf-8"))
    assert [command.replace("\t", "") for command in script if command.startswith("pcs")] == printed
