"""Make, as people and machines run it: elsewhere, on other days, without a network, and killed."""

import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pandas as pd
import pytest
import small

from framelines import notebooks
from framelines.build.ingest import corpus

CUT = ("unshare", "-rn", "--")
# What planted in a table must arrive as text, and nowhere as markup.
PLANTED = "<script>document.title='run'</script> **b** $x$ \\\\input{x} #eval(1) =1+1"


PHRASES = {
    "en": "the army took the town at dawn . officials said thirty fighters were killed .",
    "ar": "دخلت القوات المدينة فجر اليوم . قال مسؤولون إن ثلاثين مقاتلا قتلوا .",
    "fa": "نیروها بامداد امروز وارد شهر شدند . مقام‌ها گفتند سی نفر کشته شدند .",
    "tr": "ordu şafakta kasabayı aldı . yetkililer otuz savaşçının öldüğünü söyledi .",
    "ru": "армия взяла город на рассвете . чиновники сообщили о гибели тридцати бойцов .",
    "zh": "军队黎明时分占领了城镇。官员说三十名武装人员死亡。",
}
# Language, articles, outlets, words, and whether days and camps are told.
SHAPES = {
    "one": ("ar", 1, 0, 260, False, False),
    "short": ("fa", 6, 1, 40, False, False),
    "two-outlets": ("tr", 6, 2, 300, True, False),
    "two-camps": ("ru", 12, 4, 300, True, True),
    "no-spaces": ("zh", 5, 2, 60, True, False),
    "many": ("en", 500, 5, 220, True, True),
}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a checkout that make has built."""
    folder = small.checkout(tmp_path_factory.mktemp("plain") / "checkout")
    small.run(folder, "make")
    return folder


def begin(folder: Path) -> subprocess.Popen[str]:
    """Begin a build of a checkout."""
    env = {**small.environment(), "PYTHONPATH": str(folder / "lib")}
    command = [str(folder / ".venv/bin/python"), "-m", "framelines", "build"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return subprocess.Popen(command, cwd=folder, env=env, start_new_session=True, **pipes)


def hostile(home: Path) -> dict[str, str]:
    """Return the environment of a user whose own settings would change every result."""
    startup, nbconvert = (
        "import builtins; builtins.int = None",
        "c.HTMLExporter.exclude_input = True",
    )
    small.write(home / ".ipython/profile_default/startup/00.py", startup)
    small.write(home / ".jupyter/jupyter_nbconvert_config.py", nbconvert)
    small.write(home / ".config/matplotlib/matplotlibrc", "figure.figsize: 1, 1")
    odd = {"TZ": "Asia/Tokyo", "MPLBACKEND": "svg", "PYTHONHASHSEED": "7", "OMP_NUM_THREADS": "2"}
    odd |= {"LC_ALL": "C", "COLUMNS": "30", "PYTHONWARNINGS": "error", "SOURCE_DATE_EPOCH": "1"}
    return small.environment() | odd | {"HOME": str(home)}


@pytest.mark.slow
def test_another_folder_day_and_user_change_no_byte(plain: Path, tmp_path: Path) -> None:
    folder = small.checkout(tmp_path / "a path with spaces, é" / "checkout")
    late = ("faketime", "+100 days") if shutil.which("faketime") else ()
    cut = CUT if not subprocess.run([*CUT, "true"], capture_output=True).returncode else ()
    small.run(folder, *cut, *late, "make", "-j2", env=hostile(tmp_path / "home"))
    assert small.results(folder) == small.results(plain)


@pytest.mark.slow
def test_killed_at_any_moment_the_next_make_is_whole(plain: Path, tmp_path: Path) -> None:
    folder, whole = (small.checkout(tmp_path / name / "checkout") for name in ("one", "two"))
    small.run(folder, "make")
    stood = small.results(folder)
    for one in (folder, whole):
        small.change_a_digit(one)
    for moment in (0.5, 1.5, 2.2, 2.8, 3.4):
        killed = begin(folder)
        time.sleep(moment)
        os.killpg(killed.pid, signal.SIGKILL)
        killed.wait()
        # Nothing committed is gone, and what is there is whole, old or new.
        assert {n for n in stood if n.startswith("figures/")} <= {*small.results(folder)}
    for one in (folder, whole):
        small.run(one, "make")
    assert small.results(folder) == small.results(whole)


@pytest.mark.slow
def test_every_shape_builds_and_says_what_is_missing(tmp_path: Path) -> None:
    folder = small.checkout(tmp_path / "checkout", *notebooks())
    for name, (language, articles, outlets, words, dated, camps) in SHAPES.items():
        told, rows = PHRASES[language].split(), []
        for n in range(articles):  # each text differs from the others
            turned = " ".join(told[i * (n + 1) % len(told)] for i in range(words))
            row = {"text": f"{turned} {n}."}
            row |= {"outlet": f"Outlet {n % outlets}"} if outlets else {}
            row |= {"date": f"2019-{1 + n % 12:02}-{1 + n % 28:02}"} if dated else {}
            row |= {"camp": ("north", "south")[n % outlets % 2]} if camps else {}
            rows.append(row)
        pd.DataFrame(rows).to_csv(tmp_path / "texts.csv", index=False)
        assert corpus(tmp_path / "texts.csv", name, folder).added == articles
    small.run(folder, "build", *SHAPES)
    pages = [*(f"{one}.html" for one in notebooks()), "explore.html", "report.pdf"]
    assert all((folder / "reports" / name / page).is_file() for name in SHAPES for page in pages)
    assert "No claim of this case is coded" in (folder / "reports/one/explore.html").read_text(
        "utf-8"
    )
    for page in pages[:-2]:
        said = (folder / "reports" / "many" / page).read_text(encoding="utf-8")
        assert "is coded yet: make code reads" in said


@pytest.mark.slow
def test_two_makes_at_once_do_the_work_once(tmp_path: Path) -> None:
    folder = small.checkout(tmp_path / "checkout")
    both = [begin(folder) for _ in range(2)]
    said = sorted((one.communicate(timeout=60)[0] for one in both), key=len)
    assert "waiting for its end" in said[0] and "Everything is built" in said[0]
    assert "[4/4]" in said[1] and [one.returncode for one in both] == [0, 0]


@pytest.mark.slow
def test_what_a_source_prints_is_text_everywhere(tmp_path: Path) -> None:
    folder = small.checkout(tmp_path / "checkout")
    planted = f"claims = claims.assign(claim_id={PLANTED!r})\nresults.say"
    small.write_notebook(folder, [cell.replace("results.say", planted) for cell in small.CELLS])
    small.run(folder, "make")
    page = (folder / "reports/example/01-few.html").read_text(encoding="utf-8")
    assert page.count("<script") == 1 and "<script>document" not in page  # the one is ours
    assert "&lt;script&gt;" in page and "<b>b</b>" not in page
    table = (folder / "reports/example/tables/01-killed.tex").read_text(encoding="utf-8")
    assert r"\textbackslash{}" in table and r"\$x\$" in table and r"\#eval" in table


def test_help_lists_every_target_for_users() -> None:
    said = small.run(small.REPO, "make", "help")
    listed = set(re.findall(r"(?m)^make ([a-z-]+) ", said))
    targets = set(re.findall(r"(?m)^([a-z][a-z-]*):", (small.REPO / "Makefile").read_text()))
    assert listed == targets - {"test-all-of", "manifest verify review diff"}


def test_what_make_hands_on(tmp_path: Path) -> None:
    """A Python that will not do is told so, and words of a researcher are never run."""
    for name in ("Makefile", "requirements.lock"):
        shutil.copy2(small.REPO / name, tmp_path)
    said = small.run(tmp_path, "make", "PYTHON=no-such-python", expect=2)
    assert "'no-such-python' is none. Name one: make PYTHON=python3.11" in said
    python = small.write(tmp_path / ".venv/bin/python", '#!/bin/sh\nprintf "<%s>" "$@"\n')
    python.chmod(0o755)
    small.write(tmp_path / ".venv" / ".ready", "")
    small.write(tmp_path / "notebooks" / "cases" / "$(touch run);`touch run`.yaml", "")
    place = 'say "$(touch run)" `touch run`'
    env = {**small.environment(), "FROM": place, "NAME": "c"}
    assert f"<corpus><{place}><c><--dates><>" in small.run(tmp_path, "make", "corpus", env=env)
    small.run(tmp_path, "make")
    assert not (tmp_path / "run").exists()
