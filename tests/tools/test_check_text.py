"""The search for runs of eight words finds what stands in the tree, however it is written."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from framelines.corpus import REPO

TEXT = "One two three, four five six; seven eight nine ten."


@pytest.fixture
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("check_text", REPO / "tools" / "check_text.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_run_is_found_over_lines_case_and_punctuation(tool: ModuleType, tmp_path: Path) -> None:
    known = tool.corpus_runs([TEXT])
    assert len(known) == 3
    path = tmp_path / "a.md"
    path.write_text("x\ny: TWO “three” four\nfive-six seven, eight\nnine!\n")
    assert tool.search(path, known) == [2]


def test_seven_words_and_binary_files_are_no_hit(tool: ModuleType, tmp_path: Path) -> None:
    known = tool.corpus_runs([TEXT])
    path = tmp_path / "a.md"
    path.write_text("one two three four five six seven and eight")
    assert tool.search(path, known) == []
    path.write_bytes(b"\xff\xfe" + TEXT.encode())
    assert tool.search(path, known) == []
