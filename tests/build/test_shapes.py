"""Nothing is required but texts: every notebook and report builds on corpora of odd shapes."""

from pathlib import Path

import pandas as pd
import pytest
import small

from framelines import notebooks
from framelines.build.ingest import corpus

PHRASES = {
    "en": "the army took the town at dawn . officials said thirty fighters were killed .",
    "ar": "دخلت القوات المدينة فجر اليوم . قال مسؤولون إن ثلاثين مقاتلا قتلوا .",
    "fa": "نیروها بامداد امروز وارد شهر شدند . مقام‌ها گفتند سی نفر کشته شدند .",
    "tr": "ordu şafakta kasabayı aldı . yetkililer otuz savaşçının öldüğünü söyledi .",
    "ru": "армия взяла город на рассвете . чиновники сообщили о гибели тридцати бойцов .",
    "zh": "军队黎明时分占领了城镇。官员说三十名武装人员死亡。",
}


def told(language: str, number: int, words: int) -> str:
    """A text of so many words; each differs from the others."""
    parts = PHRASES[language].split()
    turned = [parts[(i * (number + 1)) % len(parts)] for i in range(words)]
    return " ".join(turned) + f" {number}."


# Language, articles, outlets, words, and whether days and camps are told.
SHAPES = {
    "one": ("ar", 1, 0, 260, False, False),
    "short": ("fa", 6, 1, 40, False, False),
    "two-outlets": ("tr", 6, 2, 300, True, False),
    "two-camps": ("ru", 12, 4, 300, True, True),
    "no-spaces": ("zh", 5, 2, 60, True, False),
    "many": ("en", 500, 5, 220, True, True),
}


@pytest.mark.slow
def test_every_shape_builds_and_says_what_is_missing(tmp_path: Path) -> None:
    folder = small.checkout(tmp_path / "checkout", *notebooks())
    for name, (language, articles, outlets, words, dated, camps) in SHAPES.items():
        rows = pd.DataFrame({"text": [told(language, n, words) for n in range(articles)]})
        if outlets:
            rows["outlet"] = [f"Outlet {n % outlets}" for n in range(articles)]
        if dated:
            rows["date"] = [f"2019-{1 + n % 12:02}-{1 + n % 28:02}" for n in range(articles)]
        if camps:
            rows["camp"] = [("north", "south")[n % outlets % 2] for n in range(articles)]
        rows.to_csv(tmp_path / "texts.csv", index=False)
        assert corpus(tmp_path / "texts.csv", name, folder).added == articles
    small.run(folder, "build", *SHAPES)
    for name in SHAPES:
        pages = [folder / "reports" / name / f"{one}.html" for one in [*notebooks(), "explore"]]
        assert all(page.is_file() for page in pages)
        assert (folder / "reports" / name / "report.pdf").is_file()
    no_codes = (folder / "reports" / "one" / "explore.html").read_text(encoding="utf-8")
    assert "No claim of this case is coded" in no_codes
    for notebook in notebooks():
        said = (folder / "reports" / "many" / f"{notebook}.html").read_text(encoding="utf-8")
        assert "is coded yet: make code reads" in said
