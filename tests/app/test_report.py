"""The page: whole in itself, the same for the same inputs, legible without its charts."""

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from chfw_app.demo.prepare import DemoFiles
from chfw_app.plan_page.svg import Scale, element, month_starts, number, round_ceiling, short_number
from tests.app.helpers import Chfw, inputs


@pytest.fixture(scope="module")
def page_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("report") / "plan.html"


@pytest.fixture
def page(chfw: Chfw, world: DemoFiles, page_path: Path) -> str:
    if not page_path.exists():
        out = page_path.with_name("plan.parquet")
        assert chfw("plan", *inputs(world), "--out", out, "--report", page_path).code == 2
    return page_path.read_text(encoding="utf-8")


class _Reader(HTMLParser):
    """Notes tags that are not closed, and what the page asks of others."""

    EMPTY = frozenset({"meta", "rect", "line", "path", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.counts: dict[str, int] = {}
        self.outside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.counts[tag] = self.counts.get(tag, 0) + 1
        self.outside += [value for name, value in attrs if name in {"src", "href", "data", "xlink:href"} and value]
        if tag not in self.EMPTY or tag == "rect":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.counts[tag] = self.counts.get(tag, 0) + 1

    def handle_endtag(self, tag: str) -> None:
        assert self.open
        assert self.open.pop() == tag


def test_the_page_is_whole_and_asks_for_nothing(page: str) -> None:
    reader = _Reader()
    reader.feed(page)
    assert reader.open == []
    assert reader.outside == []
    assert "@import" not in page
    assert "url(" not in page
    assert "<script" not in page


def test_every_chart_has_a_table_and_words(page: str) -> None:
    figures = re.findall(r"<figure>.*?</figure>", page, re.DOTALL)
    assert len(figures) >= 5
    for figure in figures:
        assert "<details>" in figure
        assert "<table>" in figure
        assert re.search(r'<svg [^>]*aria-label="[^"]{20,}"', figure)
    assert page.count("<svg ") == page.count('role="img"')


def test_the_page_tells_what_it_was_made_from(page: str, world: DemoFiles) -> None:
    for name in ("estate.parquet", "release.yaml", "NWND.rules.yaml", "events.jsonl"):
        assert name in page
    assert str(world.folder) not in page
    assert "15 January 2026 09:00 London" in page
    assert "no list was given" in page


def test_the_legend_names_every_colour_of_the_charts(chfw: Chfw, world: DemoFiles, page: str, tmp_path: Path) -> None:
    """A band that is drawn has its entry, and one that is not has none."""
    assert 'class="blackout"' in page
    assert '<span class="key blackout"></span>black-out' in page
    release = tmp_path / "release.yaml"
    text = world.release.read_text(encoding="utf-8")
    release.write_text(re.sub(r"(?m)^blackouts:.*\n(?:[ -].*\n)*", "", text), encoding="utf-8")
    report = tmp_path / "plan.html"
    assert chfw("plan", *inputs(world, release=release), "--out", tmp_path / "p.csv", "--report", report).code == 2
    without = report.read_text(encoding="utf-8")
    assert 'class="blackout"' not in without
    assert "key blackout" not in without


def test_bars_at_a_moved_date_are_explained(page: str) -> None:
    """BR1.3: what goes with the DCC outside the release's own mass period is said below the chart."""
    found = re.findall(r"<figure><h3>([^<]*)</h3>.*?<figcaption>(.*?)</figcaption>", page, re.DOTALL)
    captions = dict(found)
    assert re.search(
        r"; [1-9][0-9,]* at a date that the DCC moved, outside 2026-07-05 to 2026-08-02", captions["North"]
    )
    assert "moved" not in captions["South"]


def test_what_users_wrote_is_never_markup(chfw: Chfw, world: DemoFiles, tmp_path: Path) -> None:
    release = tmp_path / "release.yaml"
    release.write_text(
        world.release.read_text(encoding="utf-8").replace("id: CH-2026-R1", 'id: "<b>&amp;</b>"'), encoding="utf-8"
    )
    report = tmp_path / "plan.html"
    assert chfw("plan", *inputs(world, release=release), "--out", tmp_path / "p.csv", "--report", report).code == 2
    text = report.read_text(encoding="utf-8")
    assert "&lt;b&gt;&amp;amp;&lt;/b&gt;" in text
    assert "<b>&amp;</b>" not in text


@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs chromium")
@pytest.mark.parametrize("width", [320, 768, 1280])
def test_the_page_never_scrolls_sideways(page: str, page_path: Path, width: int) -> None:
    frame = page_path.with_name("frame.html")
    frame.write_text(
        f'<iframe id=f src="{page_path.name}" style="width:{width}px;height:600px;border:0"></iframe><script>'
        "setTimeout(()=>{const d=f.contentDocument.documentElement;"
        "document.title=d.scrollWidth<=d.clientWidth?'fits':'wide '+d.scrollWidth},1000)</script>",
        encoding="utf-8",
    )
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files"]
    done = subprocess.run(
        ["chromium", *flags, "--virtual-time-budget=4000", "--dump-dom", frame.as_uri()],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "<title>fits</title>" in done.stdout


@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs chromium")
def test_a_million_has_room_in_its_tile(page: str, page_path: Path) -> None:
    """A tenth of the tile's width stays free beside the longest number of a whole estate."""
    wide = page_path.with_name("million.html")
    script = (
        "<script>const b=document.querySelector('.cards b'),r=document.createRange();r.selectNodeContents(b);"
        "document.title=r.getBoundingClientRect().width<=.9*b.clientWidth?'room':'tight '+b.clientWidth</script>"
    )
    wide.write_text(page.replace("<b>5,000</b>", "<b>1,000,000</b>", 1) + script, encoding="utf-8")
    assert "<b>1,000,000</b>" in wide.read_text(encoding="utf-8")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--window-size=1200,800", "--virtual-time-budget=2000"]
    done = subprocess.run(
        ["chromium", *flags, "--dump-dom", wide.as_uri()], capture_output=True, text=True, check=False, timeout=120
    )
    assert "<title>room</title>" in done.stdout


def test_small_things_of_the_drawing() -> None:
    assert [number(n) for n in (0.0, -0.001, 1.5, 2.25, 3.999)] == ["0", "0", "1.5", "2.25", "4"]
    assert [round_ceiling(n) for n in (0, 7, 10, 11, 420, 6500, 9_900)] == [5, 10, 10, 15, 500, 8000, 10000]
    assert [short_number(n) for n in (950, 1_500, 12_000, 1_520_000)] == ["950", "1.5k", "12k", "1.52M"]
    assert element("text", "a", text_anchor="end", class_="x") == '<text text-anchor="end" class="x">a</text>'
    assert Scale(low=0, high=0, start=1, end=5).at(0) == 1
    from datetime import date

    assert month_starts(date(2026, 1, 15), date(2026, 3, 1)) == [date(2026, 2, 1), date(2026, 3, 1)]
