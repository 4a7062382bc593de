"""What notebook 04 says: numbers for every finding, and plain words where there is none."""

import json
from pathlib import Path

import pytest

from framelines import findings, robustness_report
from framelines.figures.robustness import worth_drawing
from framelines.outputs import Outputs
from framelines.robustness_report.axes import axis_rows
from framelines.robustness_report.headlines import headline
from tests.test_findings import bench, ran


@pytest.fixture
def staging(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FRAMELINES_STAGING", str(tmp_path))
    return tmp_path


def test_every_finding_has_its_numbers(staging: Path) -> None:
    declared = findings.declared("palmyra")
    runs = {f.id: ran("palmyra", f.id) for f in declared}
    summary = findings.summaries(declared, runs, "islamic_state")
    out = Outputs("palmyra", "04")
    robustness_report.opening(out, declared, summary)
    robustness_report.enter(out, summary)
    robustness_report.overview(out, summary)
    robustness_report.axes(bench("palmyra").case, out, declared, runs)
    robustness_report.measures(out, summary, runs)
    robustness_report.influences(bench("palmyra").case, out, declared, runs)
    robustness_report.repeated_matter(bench("palmyra").case, out, declared)
    out.close()
    record = json.loads((staging / "reports/palmyra/numbers/04.json").read_text(encoding="utf-8"))
    numbers = record["numbers"]
    assert numbers["declared"]["value"] == len(declared)
    row = summary.set_index("finding").loc["derogatory-naming"]
    assert numbers["derogatory_naming_distinct"]["value"] == row["distinct"]
    assert row["holds"] == row["judged"] <= row["distinct"] < row["specifications"] == 192
    assert numbers["derogatory_naming_verdict"]["value"] == "Its sign survives, untested"
    assert numbers["derogatory_naming_than"]["value"] == "0"
    assert numbers["derogatory_naming_hangs_on"]["value"].startswith("what is left out")
    assert numbers["own_losses_part_1_main"]["value"] == "2 of 57"
    assert numbers["enemy_losses_part_1_main"]["value"] == "not estimable"
    table = (staging / "reports/palmyra/tables/04-findings.csv").read_text(encoding="utf-8")
    assert len(table.splitlines()) == len(summary) + 1
    assert f"{row['distinct']} of 192" in table and "_" not in table
    choices = (staging / "reports/palmyra/tables/04-choices.csv").read_text(encoding="utf-8")
    assert "no article here stands twice" in choices and "Derogatory naming" in choices


def test_a_case_without_findings_says_so(staging: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = Outputs("example", "04")
    summary = findings.summaries([], {})
    robustness_report.opening(out, [], summary)
    robustness_report.curves(bench("example").case, out, [], {})
    robustness_report.influences(bench("example").case, out, [], {})
    robustness_report.repeated_matter(bench("example").case, out, [])
    out.close()
    assert out.findings == [] and list(out.numbers) == ["declared"]


AXES = ("calendar", "reading of figures", "reposts", "unit of resampling", "prior strength")
AXES += ("least count", "theatre sentences or whole texts", "origin of the reference", "coding")


@pytest.mark.parametrize("case", ["palmyra", "idlib", "example"])
def test_every_kind_of_choice_enters_or_says_why_not(case: str) -> None:
    declared = findings.declared(case)
    runs = {f.id: ran(case, f.id) for f in declared}
    table = axis_rows(bench(case).case, declared, runs).set_index("choice")
    assert set(table.index) >= {*AXES, "one left out"}
    for name in (*AXES, "one left out"):
        entered = table.at[name, "enters"]
        everywhere = all(f.name in entered for f in declared)
        assert everywhere or table.at[name, "enters no other because"], name
        idle = table.at[name, "without effect in"]
        assert all(f.name in entered for f in declared if f.name in idle)


@pytest.mark.parametrize("case", ["palmyra", "idlib", "example"])
def test_every_finding_has_its_headline(
    case: str, staging: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    declared = findings.declared(case)
    runs = {f.id: ran(case, f.id) for f in declared}
    compare = bench(case).case.compare
    summary = findings.summaries(declared, runs, compare[0] if compare else "")
    out = Outputs(case, "04")
    robustness_report.enter(out, summary)
    robustness_report.overview(out, summary)
    robustness_report.curves(bench(case).case, out, declared, runs)
    robustness_report.headlines(out, declared, summary, runs)
    for row in summary.to_dict("records"):
        text = headline(row)
        assert "{@_name}" in text and "{@_verdict}" in text
        assert ("{@_holds} of {@_judged}" in text) == (row["judged"] > 0)
        moved = row["estimable"] > 0 and row["values"] > 1
        assert ("It hangs on" in text) == moved, row["finding"]
    plain = [f["text"] for f in out.findings]
    assert all("@" not in text and "{" not in text for text in plain)
    signed = [f for f in declared if f.analysis.signed and worth_drawing(runs[f.id])]
    assert len(plain) == sum(len(worth_drawing(runs[f.id])) for f in signed)
