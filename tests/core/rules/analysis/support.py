"""What the tests of the findings share: files of a few rules, and what is found in them."""

from chfw_core.rules.analysis.subject import Analysis
from chfw_core.rules.check import Checked, check_sources
from tests.core.rules.support import PERIOD

HEAD = "rules: v1\nowner: NWND\n"
REST = "  - {id: rest, because: x, when: otherwise, then: leave_to_dcc}\n"
ALL = Analysis(overlaps=True, release=PERIOD)


def rules_text(*whens: str, block: str = "decide") -> str:
    rules = "".join(
        f"  - id: r{number}\n    because: x\n    when: {when}\n"
        + ((f"    then: {'leave_to_dcc' if number % 2 else 'instruct'}\n") if block == "decide" else "")
        for number, when in enumerate(whens)
    )
    return f"{HEAD}{block}:\n{rules}{REST if block == 'decide' else ''}"


def scoped_text(scope: str, *whens: str, otherwise: bool = True, prefix: str = "a") -> str:
    text = rules_text(*whens).replace("id: r", f"id: {prefix}")
    text = text if otherwise else text.replace(REST.replace("id: r", f"id: {prefix}"), "")
    return text.replace("decide:", f"applies_to: {scope}\ndecide:") if scope else text


def checked_without_errors(*texts: str, analysis: Analysis | None = None) -> Checked:
    names = [f"{number}0.rules.yaml" for number in range(1, len(texts) + 1)]
    checked = check_sources(list(zip(names, texts, strict=True)), analysis=analysis or Analysis())
    assert not checked.has_errors, [problem.render() for problem in checked.problems]
    return checked


def codes_found(*texts: str, analysis: Analysis | None = None) -> list[str]:
    return [problem.code for problem in checked_without_errors(*texts, analysis=analysis).problems]
