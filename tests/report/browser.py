"""A headless Chromium that looks at pages, each in a frame of its own width."""

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), "")
needs_browser = pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium here")
# A frame has the origin of the page around it, so that its script can look inside.
FRAMES = """<!doctype html><meta charset="utf-8"><body><script>
const look = async (doc, win) => {%s};
(async () => {
  const told = [];
  for (const [page, width, height, scheme] of %s) {
    const frame = document.createElement("iframe");
    frame.style = `width:${width}px;height:${height}px;border:0;color-scheme:${scheme}`;
    await new Promise((done) => {
      [frame.onload, frame.srcdoc] = [done, page];
      document.body.append(frame);
    });
    told.push(await look(frame.contentDocument, frame.contentWindow));
    frame.remove();
  }
  document.body.textContent = "<<" + JSON.stringify(told) + ">>";
})();
</script>"""


def looked(views: list[tuple[str, int, int, str]], code: str, folder: Path) -> list[Any]:
    """Return what `code` says, JavaScript of `doc` and `win`, of each page with size and scheme."""
    file = folder / "frames.html"
    given = json.dumps(views).replace("<", "\\u003c")
    file.write_text(FRAMES % (code.replace("</", "<\\/"), given), encoding="utf-8")
    command = [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    command += ["--dump-dom", "--window-size=1400,1000", "--virtual-time-budget=600000"]
    done = subprocess.run([*command, file.as_uri()], capture_output=True, text=True, timeout=1800)
    found = re.search(r"(?s)&lt;&lt;(.*)&gt;&gt;", done.stdout)
    assert found, done.stderr[-2000:]
    return json.loads(html.unescape(found[1]))
