"""Sentences and words: every rule of the splitter has a sentence of its own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framelines import text as t


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in t.sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It rained. It stopped.", ["It rained.", "It stopped."]),
        ("The U.S. envoy left. He was late.", ["The U.S. envoy left.", "He was late."]),
        ("He met Gen. Smith. They spoke.", ["He met Gen. Smith.", "They spoke."]),
        ("Post No. 9 held. No. They fled.", ["Post No. 9 held.", "No.", "They fled."]),
        ("J. Smith wrote. We read.", ["J. Smith wrote.", "We read."]),
        ("It cost 3.5 coins. Dear.", ["It cost 3.5 coins.", "Dear."]),
        ("“Go.” They went.", ["“Go.”", "They went."]),
        ("“We go. We stay,” she said. Yes.", ["“We go.", "We stay,” she said.", "Yes."]),
        ("It ended,he said.Then it began.", ["It ended,he said.", "Then it began."]),
        ("Water came. ” Then bread.", ["Water came. ”", "Then bread."]),
        ("Why? Because! So…", ["Why?", "Because!", "So…"]),
        ("At 6:45 A.M. the guns spoke.", ["At 6:45 A.M. the guns spoke."]),
        ("A heading\n\nA line. Another", ["A heading", "A line.", "Another"]),
        ("هل رحلوا؟ نعم. عادوا.", ["هل رحلوا؟", "نعم.", "عادوا."]),
        ("...\n—\n", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert split(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sha’ir and Rabi’ al-Awwal", ["sha’ir", "and", "rabi’", "al-awwal"]),
        ("the ‘Arda hills", ["the", "‘arda".replace("‘", "’"), "hills"]),
        ("a ‘safe zone’ here", ["a", "safe", "zone", "here"]),
        ("the army’s and soldiers’ posts", ["the", "army", "and", "soldiers", "posts"]),
        (
            "U.S.-made 23mm guns, 4,000 of them",
            ["u.s.", "made", "23mm", "guns", "4,000", "of", "them"],
        ),
        ("T4 and M-5 and well-known", ["t4", "and", "m-5", "and", "well-known"]),
        ("تَحرير المدينـة", ["تحرير", "المدينة"]),
        ("naïve Çelik", ["naïve", "çelik"]),
        ("— … !", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    found = t.words(text)
    # Rabi’ ends in an apostrophe that is a letter; a closing quotation mark is none.
    assert [w.rstrip("’") for w in found] == [w.rstrip("’") for w in expected]


def test_nothing_is_folded_to_ascii() -> None:
    assert t.normalise("Šayḫ") == "šayḫ"


@given(st.text(alphabet="abcXYZ .!?\n“”‘’'\"1,-éت؟", max_size=200))
def test_sentences_are_ordered_trimmed_and_disjoint(text: str) -> None:
    spans = t.sentences(text)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(a[1] <= b[0] for a, b in zip(spans, spans[1:], strict=False))
    assert all(text[s:e] == text[s:e].strip() for s, e in spans)
    kept = "".join(text[s:e] for s, e in spans)
    assert [c for c in kept if c.isalnum()] == [c for c in text if c.isalnum()]


@given(st.text(alphabet="abcXYZ .!?\n“”‘’'1,-éت", max_size=200))
def test_every_letter_and_digit_is_in_exactly_one_token(text: str) -> None:
    spans = t.tokens(text)
    inside = [i for start, end in spans for i in range(start, end)]
    assert len(inside) == len(set(inside))
    assert {i for i, c in enumerate(text) if c.isalnum()} <= set(inside)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He said “no” twice.", ["“no”"]),
        ("“One paragraph.\n\n“And another.” End.", ["“One paragraph.\n\n“And another.”"]),
        ("“Never closed\n\nNext paragraph.", ["“Never closed"]),
        ("It is “odd“ indeed.", ["“odd“"]),
        ('A "straight" one', ['"straight"']),
        ("قال «نعم» ومضى", ["«نعم»"]),
    ],
)
def test_quotations(text: str, expected: list[str]) -> None:
    assert [text[s:e] for s, e in t.quotations(text)] == expected


def test_hashes() -> None:
    # The SHA-256 of "abc" is the first example of FIPS 180-4.
    assert t.sha256("abc").startswith("ba7816bf8f01cfea414140de5dae2223")
    assert t.short_hash("abc") == "ba7816bf8f01cfea"
