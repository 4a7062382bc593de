"""Clean HTML as a tree of plain values, which a Typst template walks.

Text reaches Typst as strings inside JSON, never as markup: whatever a source printed, nothing of it
can be obeyed. A node is a string, or a mapping with the kind `t` and the children `c`.
"""

import base64
import re
from html.parser import HTMLParser
from typing import Any

from framelines.formats import ARABIC

Node = dict[str, Any]
Tree = list["Node | str"]
VOID = frozenset("br col hr img wbr".split())
# Elements beside which white space means nothing.
BLOCKS = frozenset(
    "blockquote caption dd details div dl dt figcaption figure h1 h2 h3 h4 h5 h6 hr li ol p pre "
    "section summary table tbody td tfoot th thead tr ul".split()
)
# The elements that look alike in print, and those of which only the content is left.
SAME = {"b": "strong", "i": "em", "cite": "em", "var": "em", "s": "del", "samp": "code"}
SAME |= {"kbd": "code", "ins": "u"}
PLAIN = frozenset("abbr details div mark q section small span summary".split())
LETTER = re.compile(r"[^\W\d_]")
RUN = re.compile(rf"{ARABIC.pattern}(?:[\s\d.,،؛:()/–-]*{ARABIC.pattern})*")
APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
# A number is not parted from its sign.
PARTED = re.compile(r"(?<=\d) (?=%)")
# A column with longer cells than this may be wrapped.
LONG = 24
DATA = re.compile(r"data:image/([a-z+]+);base64,(.*)", re.DOTALL)


class _Reader(HTMLParser):
    """Reads well-formed HTML into nested nodes, white space included."""

    def __init__(self) -> None:
        super().__init__()
        self.root: Node = dict(t="root", c=[])
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node: Node = dict(t=tag, c=[], **{f"@{name}": value or "" for name, value in attrs})
        self.open[-1]["c"].append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        names = [node["t"] for node in self.open]
        if tag in names[1:]:
            del self.open[len(names) - 1 - names[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        self.open[-1]["c"].append(data)


def tree(markup: str, prefix: str = "") -> Tree:
    """Return clean HTML as nodes; ids and links inside the page get `prefix`."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return _children(reader.root, prefix)


def plain(node: Node | str) -> str:
    """Return the text of a node or of an element, without any markup."""
    return node if isinstance(node, str) else "".join(plain(child) for child in node.get("c", []))


def anchors(nodes: Any) -> set[str]:
    """Return every id of a tree: what a link inside the document may lead to."""
    if isinstance(nodes, list):
        return set().union(*(anchors(node) for node in nodes)) if nodes else set()
    if not isinstance(nodes, dict):
        return set()
    own = {nodes["id"]} if nodes.get("id") else set()
    return own.union(*(anchors(value) for value in nodes.values()))


def resolve(nodes: Any, known: set[str]) -> Any:
    """Return the tree with links only to what is there; any other keeps its words alone."""
    if isinstance(nodes, list):
        return [resolve(node, known) for node in nodes]
    if not isinstance(nodes, dict):
        return nodes
    node = {name: resolve(value, known) for name, value in nodes.items()}
    if node.get("t") == "a" and "to" in node and node["to"] not in known:
        return dict(t="group", c=node["c"])
    return node


# --- elements ----------------------------------------------------------------------------------


def _children(element: Node, prefix: str) -> Tree:
    nodes: Tree = []
    # Every text with what stands before and after it; the edge counts as a block.
    edge: Node = dict(t="p", c=[])
    family = [edge, *element["c"], edge]
    for before, child, after in zip(family, family[1:], family[2:], strict=False):
        if not isinstance(child, str):
            nodes += _node(child, prefix)
        elif child.strip(" \t\r\n") or not (_is_block(before) or _is_block(after)):
            nodes += _text(child)
    return _with_files(nodes)


def _is_block(node: Node | str) -> bool:
    return not isinstance(node, str) and node["t"] in BLOCKS


def _text(text: str) -> Tree:
    """Return text with typographic apostrophes, and Arabic in nodes of its own."""
    text = APOSTROPHE.sub("’", re.sub(r"[ \t\r\n]+", " ", text))
    text = PARTED.sub("\u00a0", text)
    nodes: Tree = []
    position = 0
    for run in RUN.finditer(text):
        nodes += [text[position : run.start()], dict(t="ar", c=[run[0]])]
        position = run.end()
    return [node for node in [*nodes, text[position:]] if node]


def _rtl(element: Node) -> bool:
    """Whether the first letter of an element is Arabic, and so its direction right to left."""
    first = LETTER.search(plain(element))
    return bool(first and ARABIC.match(first[0]))


def _node(element: Node, prefix: str) -> Tree:
    tag, kind = element["t"], element.get("@class", "").split()
    if tag == "table":
        return [_table(element, prefix)]
    if tag == "div" and "table" in kind:
        return [_table_with_words(element, prefix)]
    if tag == "figure":
        return [_figure(element, prefix)]
    if tag == "img":
        return [_image(element)]
    if tag == "math":
        return [_formula(element)]
    if tag == "pre":
        return [dict(t="pre", c=[plain(element).strip("\n")])]
    if tag == "code":
        return [dict(t="code", c=[plain(element)])]
    if tag == "a":
        # The arrow that leads back from a footnote is for the screen.
        return [] if "footnote" in kind else [_link(element, prefix)]
    if tag == "p" and "files" in kind:
        return [_files(element)]
    children = _children(element, prefix)
    if tag == "div" and "finding" in kind:
        return [dict(t="finding", c=children, id=prefix + element.get("@id", ""))]
    if tag in PLAIN:
        return children
    node: Node = dict(t=SAME.get(tag, tag), c=children)
    if element.get("@id"):
        node["id"] = prefix + element["@id"]
    if tag in ("p", "li", "dd", "blockquote") and _rtl(element):
        node["rtl"] = True
    if tag == "ol":
        node["start"] = int(element["@start"]) if element.get("@start", "").isdigit() else 1
    return [node]


def _link(element: Node, prefix: str) -> Node:
    """Return a link: to a place of this document, to an address, or to nothing."""
    children, target = _children(element, prefix), element.get("@href", "")
    node: Node = dict(t="a", c=children)
    if element.get("@id"):
        node["id"] = prefix + element["@id"]
    inside = re.fullmatch(r"(?:(?:\./)?(\d\d)-[a-z0-9-]+\.html)?#(.+)", target)
    if inside:
        return node | dict(to=(f"{inside[1]}:" if inside[1] else prefix) + inside[2])
    if re.match(r"https?://|mailto:", target):
        return node | dict(url=target, shown=plain(element).strip() not in (target, target[7:]))
    return node | dict(t="group")


def _files(element: Node) -> Node:
    links = [child for child in element["c"] if not isinstance(child, str)]
    path = links[0].get("@href", "").removeprefix("../../").rpartition(".")[0] if links else ""
    return dict(t="files", c=[], path=path, kinds=", ".join(plain(link) for link in links))


def _with_files(nodes: Tree) -> Tree:
    """Return the nodes with the files of each figure or table in the node of it."""
    kept: Tree = []
    for node in nodes:
        if isinstance(node, dict) and node["t"] == "files":
            if kept and isinstance(kept[-1], dict):
                kept[-1] |= dict(path=node["path"], kinds=node["kinds"])
        else:
            kept.append(node)
    return kept


# --- figures and tables ------------------------------------------------------------------------


def _find(element: Node, tag: str) -> list[Node]:
    """Return every element of this name below `element`, in order."""
    found: list[Node] = []
    for child in element["c"]:
        if not isinstance(child, str):
            found += [child] if child["t"] == tag else _find(child, tag)
    return found


def _figure(element: Node, prefix: str) -> Node:
    captions = _find(element, "figcaption")
    return dict(
        t="figure",
        c=[_image(image) for image in _find(element, "img")],
        caption=_children(captions[0], prefix) if captions else [],
        id=prefix + element["@id"] if element.get("@id") else "",
    )


def _image(element: Node) -> Node:
    """Return a picture: an SVG as its text, any other as bytes, with its width in pixels."""
    match = DATA.match(element.get("@src", ""))
    kind, content = (match[1].partition("+")[0], base64.b64decode(match[2])) if match else ("", b"")
    width = element.get("@width", "")
    return dict(
        t="img",
        c=[],
        kind={"jpeg": "jpg"}.get(kind, kind),
        data=content.decode() if kind == "svg" else list(content),
        width=int(width) if width.isdigit() else 0,
        alt=element.get("@alt", "").strip(),
    )


def _table_with_words(element: Node, prefix: str) -> Node:
    """Return a table of results with its caption and footer."""
    footers = [p for p in _find(element, "p") if p.get("@class") == "footer"]
    tables = _find(element, "table")
    node: Node = _table(tables[0], prefix) if tables else dict(t="group", c=[])
    node["id"] = prefix + element["@id"] if element.get("@id") else ""
    node["footer"] = _children(footers[0], prefix) if footers else []
    return node


def _table(element: Node, prefix: str) -> Node:
    captions = _find(element, "caption")
    heads = [row for part in _find(element, "thead") for row in _find(part, "tr")]
    rows = [row for row in _find(element, "tr") if not any(row is head for head in heads)]
    if not heads and rows and all(cell["t"] == "th" for cell in _cells(rows[0])):
        heads, rows = rows[:1], rows[1:]
    head = [[_cell(cell, prefix) for cell in _cells(row)] for row in heads]
    body = [[_cell(cell, prefix) for cell in _cells(row)] for row in rows]
    widths = [sum(cell["columns"] for cell in row) for row in [*head, *body]]
    return dict(
        t="table",
        c=[],
        caption=_children(captions[0], prefix) if captions else [],
        footer=[],
        columns=max(widths, default=0),
        weights=_weights([*head, *body], max(widths, default=0)),
        head=head,
        body=body,
        id="",
    )


def _weights(rows: list[list[Node]], columns: int) -> list[float]:
    """Return each column's share of the width where a table must be wrapped; 0 is never wrapped."""
    longest = [0] * columns
    for row in rows:
        if len(row) == columns:
            longest = [
                max(a, len(plain(dict(c=cell["c"])))) for a, cell in zip(longest, row, strict=True)
            ]
    return [round(length**0.5, 2) if length > LONG else 0 for length in longest]


def _cells(row: Node) -> list[Node]:
    return [cell for cell in row["c"] if not isinstance(cell, str) and cell["t"] in ("th", "td")]


def _cell(element: Node, prefix: str) -> Node:
    def span(name: str) -> int:
        value = element.get(name, "")
        return max(1, int(value)) if value.isdigit() else 1

    return dict(
        c=_children(element, prefix),
        columns=span("@colspan"),
        rows=span("@rowspan"),
        number="number" in element.get("@class", "").split(),
        rtl=_rtl(element),
    )


# --- formulas ----------------------------------------------------------------------------------

ROLES = {sign: "relation" for sign in "=<>≤≥≠≈≡∝∈∉⊂⊆→←↔∼≪≫|"}
ROLES |= {sign: "binary" for sign in "+−-×·±∓∗⋅÷∪∩"}
ROLES |= {sign: "punctuation" for sign in ",;"} | {sign: "large" for sign in "∑∏∫"}


def _formula(element: Node) -> Node:
    block = element.get("@display") == "block"
    words = element.get("@alttext") or plain(element)
    return dict(t="math", c=_math_children(element), block=block, alt=words)


def _math_children(element: Node) -> Tree:
    return [_math(child) for child in element["c"] if not isinstance(child, str)]


def _math(element: Node) -> Node:
    """Return one element of MathML; a letter of its own is a variable, more are a word."""
    tag = element["t"]
    if tag in ("mi", "mn", "mtext", "mo", "ms"):
        text = plain(element)
        if tag == "mi" and len(text) == 1:
            return dict(t="variable", c=[text])
        # A hyphen is how the source writes a minus sign.
        sign = text.replace("-", "−") if tag == "mo" else text
        role = ROLES.get(sign, "normal")
        return dict(t="sign" if tag == "mo" else "word", c=[sign], role=role)
    return dict(t=tag, c=_math_children(element))
