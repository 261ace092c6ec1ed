"""Are there known holes in what we depend on? python3 scripts/audit.py.

Looks up every installed package, those that others brought along too, in the advisories of https://osv.dev. Leaves with
0 when none is known, 1 when there are some, 2 when it could not be found out.
"""

from __future__ import annotations

import json
import subprocess
import sys

from environment import fail, set_up


def audit(command: list[str]) -> int:
    """Run pip-audit by this command and say what it found; the status to leave with."""
    ended = subprocess.run(
        [*command, "--vulnerability-service", "osv", "--format", "json", "--progress-spinner", "off"],
        check=False,
        capture_output=True,
        text=True,
    )
    try:
        packages = list(json.loads(ended.stdout)["dependencies"])
    except (ValueError, KeyError, TypeError):
        reason = next((line.strip() for line in reversed(ended.stderr.splitlines()) if line.strip()), "it said nothing")
        fail(f"Nothing was checked, for osv.dev could not be asked: is there a network? (pip-audit: {reason[:200]})")
    skipped = [f"{package['name']}: {package['skip_reason']}" for package in packages if "skip_reason" in package]
    holes = [
        f"{package['name']} {package['version']}: {hole['id']}, mended in: {', '.join(hole['fix_versions']) or 'none'}"
        for package in packages
        for hole in package.get("vulns", [])
    ]
    for line in [*holes, *(f"not checked: {line}" for line in skipped)]:
        print(line)
    print(f"{len(packages) - len(skipped)} packages checked, {len(holes)} known holes.")
    if len(packages) == len(skipped):
        fail("Nothing was checked: pip-audit found no package that it knows.")
    return int(bool(holes))


def main() -> int:
    """Set up what is missing, then look."""
    return audit([str(set_up("requirements-audit.txt")), "-m", "pip_audit"])


if __name__ == "__main__":
    sys.exit(main())
