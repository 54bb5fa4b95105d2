#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Asks botocore's endpoint rules for every region of every partition and prints the table that partition_test compares with.

    make_endpoints.py > botocore.tsv          with the botocore that the table's first line names (Debian 13's)
    make_endpoints.py --check botocore.tsv    77 where botocore is another version, 1 where it says something else
"""
from __future__ import annotations

import difflib
import itertools
import sys
from pathlib import Path

SKIPPED = 77
try:
    import botocore
    from botocore.endpoint_provider import EndpointProvider
    from botocore.exceptions import EndpointProviderError
    from botocore.loaders import Loader
except ImportError as error:
    print(f"skipped: {error}", file=sys.stderr)
    sys.exit(SKIPPED)


def providers(loader: Loader) -> dict[str, EndpointProvider]:
    partitions = loader.load_data("partitions")
    return {service: EndpointProvider(loader.load_service_model(service, "endpoint-rule-set-1"), partitions)
            for service in ("ssm", "sts")}


def regions(loader: Loader) -> list[str]:
    """Every region that a partition lists; «aws-global» and its like are no regions of a parameter."""
    names = [name for partition in loader.load_data("partitions")["partitions"] for name in partition["regions"]]
    return [name for name in names if not name.endswith("-global")]


def resolve(provider: EndpointProvider, service: str, region: str, fips: bool, dual_stack: bool) -> str:
    """The URL, or a dash where botocore raises. STS is asked as luks-ssm asks it: always regional."""
    values = {"Region": region, "UseFIPS": fips, "UseDualStack": dual_stack}
    if service == "sts":
        values["UseGlobalEndpoint"] = False
    try:
        return provider.resolve_endpoint(**values).url
    except EndpointProviderError:
        return "-"


def table() -> str:
    loader = Loader()
    lines = [f"# botocore {botocore.__version__}: service, region, FIPS, dual-stack, URL (-: refused)"]
    for service, provider in providers(loader).items():
        for region, fips, dual_stack in itertools.product(regions(loader), (False, True), (False, True)):
            url = resolve(provider, service, region, fips, dual_stack)
            lines.append(f"{service}\t{region}\t{int(fips)}\t{int(dual_stack)}\t{url}")
    return "\n".join(lines) + "\n"


def check(path: str) -> int:
    text = Path(path).read_text(encoding="utf-8")
    if not text.startswith(f"# botocore {botocore.__version__}:"):
        print(f"skipped: botocore {botocore.__version__} is not the table's")
        return SKIPPED
    found = "\n".join(difflib.unified_diff(text.splitlines(), table().splitlines(), path,
                                           f"botocore {botocore.__version__}", n=0, lineterm=""))
    if found:
        print(found)
    return 1 if found else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--check"]:
        sys.exit(check(sys.argv[2]))
    sys.stdout.write(table())
