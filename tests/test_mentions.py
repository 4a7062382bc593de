"""Labels are found longest first, by document where need be, and never twice."""

import pandas as pd
import yaml

from framelines.case import load_case
from framelines.corpus import raw_folder
from framelines.mentions import counted_mentions, find_mentions, labels_of

COLUMNS = ["actor_id", "label", "language", "stance", "doc_id"]
NAMINGS = pd.DataFrame(
    [
        ("blue-army", "army", "en", "neutral", ""),
        ("blue-army", "blue army", "en", "neutral", ""),
        ("red-league", "bandits", "en", "derogatory", ""),
        ("blue-army", "bandits", "en", "derogatory", "red-1"),
        ("none", "army of locusts", "en", "neutral", ""),
        ("red-league", "العصابة", "ar", "derogatory", ""),
    ],
    columns=COLUMNS,
)


def found(text: str, doc_id: str = "x", language: str = "en") -> list[tuple[str, str]]:
    mentions = find_mentions(text, labels_of(NAMINGS, doc_id, language))
    assert all(a["end"] <= b["start"] for a, b in zip(mentions, mentions[1:], strict=False))
    return [(text[m["start"] : m["end"]], m["actor_id"]) for m in mentions]


def test_the_longest_label_wins() -> None:
    assert found("The Blue Army's army left") == [
        ("Blue Army's", "blue-army"),
        ("army", "blue-army"),
    ]


def test_words_that_name_nobody_are_taken_by_their_label() -> None:
    assert found("An army of locusts, then the army") == [("army", "blue-army")]


def test_a_document_can_mean_somebody_else() -> None:
    assert found("bandits") == [("bandits", "red-league")]
    assert found("bandits", doc_id="red-1") == [("bandits", "blue-army")]


def test_arabic_labels_are_found_in_arabic_only() -> None:
    assert found("قالت العِصابة", language="ar") == [("العِصابة", "red-league")]
    assert found("قالت العصابة") == []


def test_the_table_is_what_the_library_counts() -> None:
    case = load_case("example")
    texts = raw_folder(case.folder)
    assert texts is not None
    counted = counted_mentions(case.tables, texts)
    stored = case["naming_mentions"]
    keys = ["doc_id", "start", "end", "label", "actor_id", "stance"]
    assert counted[keys].values.tolist() == stored[keys].values.tolist()


def test_the_example_holds_the_names_that_were_planted() -> None:
    """The truth counts running text alone, without headlines and the reposted copy."""
    case = load_case("example")
    truth = yaml.safe_load((case.folder / "truth.yaml").read_text(encoding="utf-8"))["names"]
    text = case["sentences"].query("kind == 'text'")
    inside = {
        (row.doc_id, at) for row in text.itertuples() for at in range(int(row.start), int(row.end))
    }
    mentions = case["naming_mentions"]
    mentions = mentions[[(r.doc_id, r.start) in inside for r in mentions.itertuples()]]
    documents = case["documents"].query("duplicate_of == ''").set_index("doc_id")
    mentions = mentions[mentions["doc_id"].isin(documents.index)]
    camp = (
        mentions["doc_id"]
        .map(documents["source_id"])
        .map(case["sources"].set_index("source_id")["camp"])
    )
    side = mentions["actor_id"].map(case["actors"].set_index("actor_id")["side"])
    for key, (teller, told) in {
        "north_of_south": ("north", "south"),
        "south_of_north": ("south", "north"),
        "north_of_itself": ("north", "north"),
        "south_of_itself": ("south", "south"),
    }.items():
        stances = mentions[(camp == teller) & (side == told)]["stance"].value_counts()
        assert stances.to_dict() == {k: v for k, v in truth[key]["counts"].items() if v}
