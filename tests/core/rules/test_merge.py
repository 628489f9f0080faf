"""Several files of one owner, and files of several owners (RU7)."""

from chfw_core.model.windows import WeeklyWindow
from chfw_core.rules.check import Checked, check_sources
from chfw_core.rules.model import BatchSpec, Duration
from chfw_core.rules.vocabulary.fields import FieldSpec, FieldType
from tests.core.rules.support import check

OTHERWISE = "- {id: %s, because: x, when: otherwise, then: leave_to_dcc}\n"
RULE = "- {id: %s, because: x, when: %s, then: instruct}\n"


def _file(name: str, body: str, owner: str = "NWND") -> tuple[str, str]:
    return name, f"rules: v1\nowner: {owner}\n{body}"


def _codes(checked: Checked) -> list[str]:
    return [f"{problem.span.file} {problem.code}" for problem in checked.problems]


def test_decide_blocks_follow_each_other_by_base_name_and_the_last_otherwise_counts() -> None:
    late = _file("a/20.rules.yaml", "decide:\n" + RULE % ("late", "split") + OTHERWISE % "rest")
    early = _file("b/10.rules.yaml", "decide:\n" + RULE % ("early", "not split") + OTHERWISE % "dropped")
    for order in ([late, early], [early, late]):
        checked = check_sources(order)
        (rules,) = checked.rulesets
        assert [rule.id for rule in rules.decides] == ["early", "late", "rest"]
        assert rules.files == ("b/10.rules.yaml", "a/20.rules.yaml")
        assert _codes(checked) == ["b/10.rules.yaml W307"]


def test_a_file_before_the_last_needs_no_otherwise() -> None:
    first = _file("10.rules.yaml", "decide:\n" + RULE % ("early", "split"))
    last = _file("20.rules.yaml", "decide:\n" + OTHERWISE % "rest")
    assert check_sources([first, last]).problems == ()
    assert _codes(check_sources([last[:1] + first[1:], ("10.rules.yaml", last[1])])) == [
        "10.rules.yaml W307",
        "20.rules.yaml E213",
    ]


def test_an_otherwise_that_does_not_count_names_what_does() -> None:
    """NF3: what is named is there. Where the last file has none, both problems say so."""
    first = _file("10.rules.yaml", "decide:\n" + OTHERWISE % "first")
    last = _file("20.rules.yaml", "decide:\n" + OTHERWISE % "rest")
    (problem,) = check_sources([first, last]).problems
    assert problem.message == "this `otherwise` does not count: that of the last file, 20.rules.yaml, does"
    assert problem.hint is None
    bare = _file("20.rules.yaml", "decide:\n" + RULE % ("late", "split"))
    ignored, absent = check_sources([first, bare]).problems
    assert ignored.code == "W307"
    assert (
        ignored.message
        == "this `otherwise` does not count: only one of the last file, 20.rules.yaml, would, and it has none"
    )
    assert ignored.hint == "move it to the end of that file's `decide`"
    assert (absent.code, absent.span.file) == ("E213", "20.rules.yaml")
    assert absent.message == "`decide` has no `otherwise`"


def test_a_rule_that_another_file_hides_is_a_warning() -> None:
    first = _file("10.rules.yaml", "decide:\n" + RULE % ("early", "split"))
    last = _file("20.rules.yaml", "decide:\n" + RULE % ("late", "split") + OTHERWISE % "rest")
    assert _codes(check_sources([first, last])) == ["20.rules.yaml W302"]


def test_ids_are_unique_per_owner_over_files_and_blocks() -> None:
    first = _file("10.rules.yaml", "exclude: [{id: a, because: x}]\n")
    second = _file("20.rules.yaml", "hold: [{id: a, because: x, until: manual}]\n")
    other = _file("20.rules.yaml", "hold: [{id: a, because: x, until: manual}]\n", owner="EEXX")
    assert _codes(check_sources([first, second])) == ["20.rules.yaml E212"]
    assert check_sources([first, other]).problems == ()


def test_one_base_name_for_two_files_of_one_owner_is_an_error() -> None:
    files = [_file("a/x.rules.yaml", ""), _file("b\\x.rules.yaml", ""), _file("c/x.rules.yaml", "", owner="EEXX")]
    checked = check_sources(files)
    assert _codes(checked) == ["b\\x.rules.yaml E217"]
    assert [rules.owner for rules in checked.rulesets] == ["EEXX"]


def test_files_without_an_owner_belong_to_nobody_together() -> None:
    files = [("a/x.rules.yaml", "rules: v1\nexclude: [{id: a, because: x}]\n")] * 2
    assert {problem.code for problem in check_sources(files).problems} == {"E207"}


def test_sets_and_windows_are_local_to_a_file() -> None:
    first = _file("10.rules.yaml", "sets: {s: [a]}\nexclude: [{id: a, because: x, when: my.a in s}]\n")
    second = _file("20.rules.yaml", "exclude: [{id: b, because: x, when: my.a in s}]\n")
    assert _codes(check_sources([first, second])) == ["20.rules.yaml E103"]


def test_a_trigger_releases_a_hold_of_another_file_of_the_owner() -> None:
    first = _file("10.rules.yaml", "hold: [{id: a, because: x, until: manual}]\n")
    second = _file("20.rules.yaml", "events: [{id: b, because: x, per: release, on: tick, do: {release: a}}]\n")
    assert check_sources([first, second]).problems == ()


def test_a_csps_windows_bind_its_region_and_the_strictest_batch_counts() -> None:
    first = _file(
        "10.rules.yaml",
        "windows: {n: {days: [mon], between: '22:00-05:00'}}\nbatch: {size: 9, pause: 1 day}\n",
        "CSP:North",
    )
    second = _file(
        "20.rules.yaml", "windows: {m: {days: [mon], between: '00:00-24:00'}}\nbatch: {size: 5}\n", "CSP:North"
    )
    (rules,) = check_sources([first, second]).rulesets
    assert rules.region_windows.parts == (
        WeeklyWindow(name="m", days=frozenset({0}), start=0, end=24 * 60, owner="CSP:North"),
        WeeklyWindow(name="n", days=frozenset({0}), start=22 * 60, end=5 * 60, owner="CSP:North"),
    )
    assert rules.region_batch == BatchSpec(size=5, pause=Duration(days=1))


def test_a_csps_windows_without_a_common_hour_are_a_warning() -> None:
    day = "windows: {n: {days: [mon], between: '22:00-23:00'}, m: {days: [mon], between: '10:00-12:00'}}\n"
    assert [problem.code for problem in check_sources([_file("a", day, "CSP:North")]).problems] == ["W305"]


def test_a_supplier_has_no_region() -> None:
    (rules,) = check("rules: v1\nowner: NWND\n").rulesets
    assert rules.region_windows.parts == ()
    assert rules.region_batch is None


def test_a_plug_ins_event_is_known_with_its_fields() -> None:
    level = FieldSpec(name="event.level", type=FieldType.ENUM, values=("z", "a"), ordered=True, description="a level")
    source = _file("a", "events: [{id: a, because: x, on: tank_low, if: event.level > 'z', do: {notify: b}}]\n")
    checked = check_sources([source], event_types={"tank_low": (level,)})
    assert checked.problems == ()
    (problem,) = check_sources([source], event_types={"tank_lower": ()}).problems
    assert (problem.code, problem.hint) == ("E218", "did you mean `tank_lower`?")
