"""Every report that a Supplier can ask for, byte by byte, through the command line as it is used."""

from collections.abc import Mapping
from pathlib import Path

from chfw_core.model.guid import format_guid
from chfw_core.model.periods import format_instant
from tests.app.helpers import Chfw
from tests.app.reports.scenes import CLOSES, FOREIGN, SPLIT
from tests.core.rollout.worlds import R

AT = format_instant(CLOSES)
QUESTIONS: Mapping[str, tuple[str, ...]] = {
    "status": ("status",),
    "status of states": ("status", "--state", "planned", "--state", "handed_to_csp"),
    "status of one hub": ("status", "--guid", format_guid(SPLIT)),
    "status of somebody else's hub": ("status", "--guid", format_guid(FOREIGN)),
    "actions": ("actions",),
    "flight": ("flight",),
    "pilot": ("pilot", "--release", R),
    "deployed": ("deployed",),
    "trends": ("trends",),
    "trends by set": ("trends", "--by", "configuration-set"),
    "trends by model": ("trends", "--by", "device-model"),
}


def everything(chfw: Chfw, url: str, folder: Path, party: str = "ALPHA") -> dict[str, bytes]:
    """By question, what is printed for people and for machines, its exit code, and what is in extracted files."""
    found: dict[str, bytes] = {}
    common = ("--as", party, "--store", url, "--at", AT)
    for name, words in QUESTIONS.items():
        for form in ((), ("--json",)):
            ran = chfw("report", *words, *common, *form)
            found[" ".join((name, *form))] = f"{ran.code}\n{ran.out}\n{ran.err}".encode()
    out = folder / "dashboard.xlsx"
    assert chfw("report", "dashboard", *common, "--out", out).code == 0
    found[out.name] = out.read_bytes()
    out.unlink()
    for ending in ("csv", "parquet", "jsonl", "xlsx"):
        for words in (("status",), ("eligible", "--release", R)):
            out = folder / f"{words[0]}.{ending}"
            assert chfw("report", *words, *common, "--out", out).code == 0
            found[out.name] = out.read_bytes()
            out.unlink()
    return found
