"""What notebook 04 says: numbers for every finding, and plain words where there is none."""

import json
from pathlib import Path

import pytest

from framelines import findings, robustness_report
from framelines.outputs import Outputs
from tests.test_findings import bench, ran


@pytest.fixture
def staging(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FRAMELINES_STAGING", str(tmp_path))
    return tmp_path


def test_every_finding_has_its_numbers(staging: Path) -> None:
    declared = findings.declared("palmyra")
    runs = {f.id: ran("palmyra", f.id) for f in declared}
    summary = findings.summaries(declared, runs)
    out = Outputs("palmyra", "04")
    robustness_report.opening(out, declared, summary)
    robustness_report.enter(out, summary)
    robustness_report.overview(out, summary)
    robustness_report.measures(out, summary, runs)
    robustness_report.influences(bench("palmyra").case, out, declared, runs)
    robustness_report.repeated_matter(bench("palmyra").case, out, declared)
    out.close()
    record = json.loads((staging / "reports/palmyra/numbers/04.json").read_text(encoding="utf-8"))
    numbers = record["numbers"]
    assert numbers["declared"]["value"] == len(declared)
    assert numbers["derogatory_naming_distinct"]["value"] == 6
    assert numbers["derogatory_naming_hangs_on"]["value"].startswith("what is left out")
    assert numbers["own_losses_part_1_main"]["value"] == "2 of 57"
    assert numbers["enemy_losses_part_1_main"]["value"] == "not estimable"
    table = (staging / "reports/palmyra/tables/04-findings.csv").read_text(encoding="utf-8")
    assert len(table.splitlines()) == len(summary) + 1
    assert "12 (6)" in table and "_" not in table


def test_a_case_without_findings_says_so(staging: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = Outputs("example", "04")
    summary = findings.summaries([], {})
    robustness_report.opening(out, [], summary)
    robustness_report.curves(bench("example").case, out, [], {})
    robustness_report.influences(bench("example").case, out, [], {})
    robustness_report.repeated_matter(bench("example").case, out, [])
    out.close()
    assert out.findings == [] and list(out.numbers) == ["declared"]
