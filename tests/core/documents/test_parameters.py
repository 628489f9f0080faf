from datetime import date

from chfw_core.documents.defaults import bank_holidays, default_parameters
from chfw_core.documents.parameters import read_parameters
from chfw_rulesets import load_text

DAY = date(2026, 3, 1)


def messages(text: str) -> list[str]:
    found = read_parameters(text, "p.json", default_parameters())
    assert found.parameters is None
    return [problem.render().split("\n")[0] for problem in found.problems]


def test_the_figures_of_the_modification() -> None:
    """BR1.3 six months, BR3.4 one month, G2 at most 300, BR3.7 groups of 50,000."""
    parameters = default_parameters()
    assert {name: parameters.at(name, DAY) for name in parameters.values} == {
        "automatic_after_months": 6,
        "cutoff_before_months": 1,
        "pilot_limit": 300,
        "managed_batch_size": 50_000,
        "mass_period_days": 28,
        "lead_days": 1,
        "change_freeze_days_before": 5,
        "change_freeze_days_after": 1,
        "outcome_due_days": 5,
        "verification_due_days": 3,
        "release_note_due_days": 5,
        "triage_due_hours": 24,
        "confirmation_due_days": 10,
        "industry_min_parties": 5,
    }


def test_what_no_document_says_is_called_an_assumption() -> None:
    values = default_parameters().values
    assumed = {name for name, dated in values.items() if dated[0].source == "assumption"}
    assert assumed == {
        "mass_period_days",
        "lead_days",
        "change_freeze_days_before",
        "change_freeze_days_after",
        "outcome_due_days",
        "verification_due_days",
        "release_note_due_days",
        "triage_due_hours",
        "confirmation_due_days",
        "industry_min_parties",
    }


def test_the_installed_file_is_read_by_the_reader_of_all_files() -> None:
    found = read_parameters(load_text("parameters.json"), "parameters.json", default_parameters())
    assert found.problems == ()
    assert found.parameters == default_parameters()


def test_a_file_replaces_what_it_names_and_orders_its_dates() -> None:
    text = """\
lead_days:
  for: a test
  values:
    - {value: 3, since: 2027-01-01, source: agreed}
    - {value: 2, since: 2026-01-01, source: agreed}
"""
    found = read_parameters(text, "p.yaml", default_parameters())
    assert found.parameters is not None
    assert [found.parameters.at("lead_days", date(year, 6, 1)) for year in (2026, 2027)] == [2, 3]
    assert found.parameters.at("pilot_limit", DAY) == 300


def test_every_problem_is_found_in_one_go() -> None:
    text = """\
{"pilot_limt": 3,
 "lead_days": {"for": "x", "values": [{"value": -1, "since": "2020-13-01", "source": "s", "sorce": "t"}]},
 "pilot_limit": {"for": "x", "values": []},
 "mass_period_days": 5}
"""
    assert messages(text) == [
        "p.json:1:2: E205 no parameter called `pilot_limt` (did you mean `pilot_limit`?)",
        "p.json:2:49: E208 `-1` is not at least 0 (write a whole number from 0 on)",
        "p.json:2:62: E208 `2020-13-01` is not a date (write it like 2026-03-01)",
        "p.json:2:91: E205 no key called `sorce` (did you mean `source`?)",
        "p.json:3:40: E207 `pilot_limit` has no value",
        "p.json:4:22: E208 keys with values belong here",
    ]


def test_a_list_is_no_parameters_file() -> None:
    assert messages("[1]") == ["p.json:1:1: E208 names of parameters with their values belong here"]
    assert "the file is empty" in messages("")[0]


def test_the_stored_calendar_has_the_one_off_days() -> None:
    calendar = bank_holidays()
    assert set(calendar) == {"england_and_wales", "scotland", "northern_ireland"}
    for division, days in calendar.items():
        # the late May holiday moved to June 2022, the Platinum Jubilee, the Queen's funeral, the Coronation
        assert {date(2022, 6, 3), date(2022, 9, 19), date(2023, 5, 8)} <= days, division
        assert {day.year for day in days} == set(range(2016, 2031))
        assert all(8 <= sum(day.year == year for day in days) <= 14 for year in range(2016, 2031))
    assert date(2020, 5, 8) in calendar["england_and_wales"]
    assert date(2020, 5, 4) not in calendar["england_and_wales"]


def test_scotland_keeps_other_days_than_england() -> None:
    calendar = bank_holidays()
    assert date(2026, 11, 30) in calendar["scotland"] - calendar["england_and_wales"]
    assert date(2026, 8, 31) in calendar["england_and_wales"] - calendar["scotland"]
    assert date(2026, 7, 13) in calendar["northern_ireland"] - calendar["scotland"]
