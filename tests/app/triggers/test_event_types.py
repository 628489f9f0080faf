"""A plug-in's own types of event: installed beside chfw, said, waited for by rules, without a change here."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chfw_app.triggers.event_types import event_types
from chfw_core.errors import InputError
from tests.app.helpers import Chfw
from tests.app.triggers.runs import Runs

PLUG_IN = """
from chfw_app.triggers.event_types import EventType
from chfw_core.rollout.gate import Who
from chfw_core.rules.vocabulary.fields import FieldSpec, FieldType

LEVEL = FieldSpec(
    name="event.level", type=FieldType.ENUM, values=("calm", "gale", "storm"), ordered=True, optional=True,
    description="how bad the weather is",
)
TYPES = {"weather_warned": EventType(fields=(LEVEL,), said_by=frozenset({Who.DCC}))}
"""
RULES = """
rules: v1
owner: DCC
events:
  - id: no-visits-in-a-storm
    because: Engineers stay at home
    per: csp_region
    on: weather_warned
    if: event.level >= "gale"
    do: {notify: field-work, text: "{event.level} in {csp_region}"}
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A distribution on the path, as pip would leave it."""
    place = tmp_path / "site"
    (place / "chfw_weather-1.0.dist-info").mkdir(parents=True)
    (place / "chfw_weather.py").write_text(PLUG_IN, encoding="utf-8")
    meta = place / "chfw_weather-1.0.dist-info"
    (meta / "METADATA").write_text("Metadata-Version: 2.1\nName: chfw-weather\nVersion: 1.0\n", encoding="utf-8")
    (meta / "entry_points.txt").write_text("[chfw.event_types]\nweather = chfw_weather:TYPES\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(place))
    event_types.cache_clear()
    yield place
    event_types.cache_clear()


@pytest.mark.usefixtures("installed")
def test_a_plug_ins_event_is_checked_said_and_fires(runs: Runs, chfw: Chfw) -> None:
    """RU6."""
    runs.installs(RULES)
    assert chfw("rules", "check", runs.folder / "dcc.rules.yaml").code == 0
    runs.says("weather_warned", level="calm", csp_region="North")
    runs.says("weather_warned", level="storm", csp_region="North")
    ((owner, fired),) = runs.runs().fired
    assert (owner, dict(fired.scope)) == ("DCC", {"csp_region": "North"})
    assert fired.effects[0].said["text"] == "storm in North"


def test_without_it_the_type_is_unknown(runs: Runs, chfw: Chfw) -> None:
    (runs.folder / "dcc.rules.yaml").write_text(RULES, encoding="utf-8")
    assert chfw("rules", "check", runs.folder / "dcc.rules.yaml").code == 3
    (line,) = runs.says("weather_warned", level="storm").set_aside
    assert "no type of event called `weather_warned`" in line.reason


def test_a_plug_in_that_takes_a_known_name_is_told(installed: Path) -> None:
    text = PLUG_IN.replace("weather_warned", "tick")
    (installed / "chfw_weather.py").write_text(text, encoding="utf-8")
    sys.modules.pop("chfw_weather", None)
    with pytest.raises(InputError, match="`tick`, which is there already"):
        event_types()
    sys.modules.pop("chfw_weather", None)
