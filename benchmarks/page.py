"""docs/benchmarks.md, one section a script: what the others wrote stays."""

import os
import platform
import re
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"


def machine() -> str:
    """Return the machine and the day, in words."""
    about = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return f"{about}; {date.today().isoformat()}"


def write_section(title: str, text: str) -> None:
    """Write a section, in the place of the one of its title where there is one."""
    page = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""
    sections = dict(re.findall(r"^## (.*)\n\n([^#]*)", page, re.MULTILINE)) | {title: text}
    parts = [f"## {name}\n\n{said.strip()}\n" for name, said in sections.items()]
    PAGE.write_text("\n".join(["# Benchmarks\n", *parts]), encoding="utf-8")
    print(PAGE.relative_to(ROOT))
