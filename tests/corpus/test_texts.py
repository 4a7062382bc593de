"""Sentences, words and quotations: every rule, and every kind of fault, has inputs of its own."""

import unicodedata
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framelines.corpus import texts as t

SHY, ZWNJ, ZWJ, RLM, WJ, ZWSP = "\u00ad", "\u200c", "\u200d", "\u200f", "\u2060", "\u200b"


@pytest.mark.parametrize(
    "line",
    [
        "It rained. / It stopped. / The U.S. envoy left. / He was late. / It cost 3.5 coins.",
        "He met Gen. Smith. / They spoke. / J. Smith wrote. / Post No. 9 held. / No. / They fled.",
        "“Go.” / They went. / “We go. / We stay,” she said. / Yes. / Water came. ” / Then bread.",
        "Why? / Because! / So… / At 6:45 A.M. the guns spoke. / هل رحلوا؟ / نعم. / عادوا.",
        # An exclamation or a question inside its sentence does not end it.
        "“Halt!” the guard said. / He called it “a lie?” and left. / «Stop!» he cried.",
        'They shouted "why?!" and ran. / It was … a lie. / He asked (really?) and went on.',
        "“Stop!”, he cried. / “Why?”; they asked. / «هل رحلوا؟»، قال.",
        "Рядом с г. Москва. / Он ушел. / Col. (ret.) Haddad spoke.",
        "Brig. Gen. Karam spoke at Homs. / Cpl. Nader was wounded. / Rear Adm. Nadir left.",
        "Lt. Col. A. Haddad met Sgt. Maj. Rami. / Gen.Karam spoke to Pvt. Omar.",
        "قال د. سامر ذلك. / Tuğg. Demir geldi. / Hptm. Weber und Mme. Roy.",
        "It fell at 5 p.m. / The U.S. Army left. / It fell at 5 a.m. / Soldiers left.",
        "It fell at 5 p.m. Friday. / At 5 p.m. Damascus time they left. / It was 5 p.m. Jan. 3.",
        "They left the U.S. / The army stayed. / It belongs to Acme Inc. / The rest is ours.",
        "他走了。/我们留下。/他来吗？/不来！",
        "وہ گیا۔/ہم رہے۔/ هل رحلوا؟/نعم",
        "वह गया। / हम रहे।",
        "It ended,he said./Then it began./A heading\n\n/A line.\u2028/Another",
    ],
)
def test_sentences(line: str) -> None:
    line = line.replace(" / ", " /")
    text = line.replace("/", "")
    assert [text[s:e] for s, e in t.sentences(text)] == [part.strip() for part in line.split("/")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("U.S.-made 23mm guns, 4,000 men", "u.s. made 23mm guns 4,000 men"), ("— … !", ""),
        ("the army’s and soldiers’ posts", "the army and soldiers posts"),
        ("T4 and M-5 and well-known", "t4 and m-5 and well-known"), ("3½ and x²", "3 1⁄2 and x 2"),
        ("Sha’ir and Rabi’ al-Awwal", "sha’ir and rabi al-awwal"), ("İzmir IZMIR", "izmir izmir"),
        ("a ‘safe zone’ here", "a safe zone here"), ("anti-‘terror’ law", "anti terror law"),
        ("naïve Çelik Šayḫ", "naïve çelik šayḫ"), ("the ‘Arda hills", "the ’arda hills"),
        ("تَحرير المدينـة", "تحرير المدينة"),
        ("政府军。BBC中文网30人", "政 府 军 bbc 中 文 网 30 人"), ("ـ \u0651", ""),
        ("東京でテロが", "東 京 で テロ が"),
        ("12٪ and 12.5% and 12 %", "12% and 12.5% and 12%"), ("1.200-1.500", "1.200 1.500"),
        ("1'200-1'500 or 12’000", "1’200 1’500 or 12’000"), ("١٬٢٠٠-١٬٥٠٠", "١٬٢٠٠ ١٬٥٠٠"),
        ("some 1,200-1,500 men", "some 1,200 1,500 men"), ("under-1,200", "under-1,200"),
        ("a 1,200-strong force", "a 1,200-strong force"), ("2.5-3.5 km", "2.5 3.5 km"),
        ("12\u202f000 or 12\u00a0000", "12000 or 12000"), ("%50 or ٪٥٠", "50% or ٥٠%"),
        ("10-15 on 2019-08-21", "10-15 on 2019-08-21"), ("500-1,200", "500 1,200"),
        # Equivalent words are counted as one; a ligature of a whole phrase is one word.
        (unicodedata.normalize("NFD", "Qāsim Ḥamāh أحمد Ġûţa"), "qāsim ḥamāh أحمد ġûţa"),
        ("ﷲ ﺳﻼﻡ ﬁrst Ａｒｍｙ １２", "الله سلام first army 12"), ("محمد ﷺ", "محمد ﷺ"),
    ],
)  # fmt: skip
def test_words(text: str, expected: str) -> None:
    assert t.words(text) == expected.split()


@pytest.mark.parametrize("mark", "‘'’ʿ`ʻʼ‛ʾ´ʽˀˈꞌ՚＇")
def test_one_town_whatever_its_apostrophe(mark: str) -> None:
    text = "al-‘Ayn\nSha‘ir fell\nin ‘Amiriyyah\nRabi‘ al-Awwal\nthe ‘ayn there".replace("‘", mark)
    assert t.words(text) == "al-’ayn sha’ir fell in ’amiriyyah rabi al-awwal the ’ayn there".split()


@pytest.mark.parametrize("hyphen", "-‐‑－־﹣")
def test_one_name_whatever_its_hyphen(hyphen: str) -> None:
    assert t.words(f"al{hyphen}Bab fell") == ["al-bab", "fell"]
    assert [form for form, _ in t.parts(f"Deir{hyphen}ez{hyphen}Zor")] == ["deir", "-ez", "-zor"]


TEXT = st.text(alphabet="abcXYZİ½²政 .!?\n“”‘’'\"1,-%éت؟。" + SHY + ZWNJ + RLM, max_size=150)


@given(TEXT)
def test_sentences_are_ordered_trimmed_and_disjoint(text: str) -> None:
    spans = t.sentences(text)
    ends = [0, *chain.from_iterable(spans), len(text)]
    assert ends == sorted(ends) and all(start < end for start, end in spans)
    assert all(text[s:e] == text[s:e].strip() for s, e in spans)
    assert all(any(c.isalnum() for c in text[s:e]) for s, e in spans)
    kept = "".join(text[s:e] for s, e in spans)
    assert [c for c in kept if c.isalnum()] == [c for c in text if c.isalnum()]


@given(TEXT)
def test_every_letter_and_digit_is_in_exactly_one_token(text: str) -> None:
    inside = [i for start, end in t.tokens(text) for i in range(start, end)]
    assert len(inside) == len(set(inside))
    assert {i for i, c in enumerate(text) if c.isalnum()} <= set(inside)


UNSEEN = st.tuples(st.integers(0, 150), st.sampled_from(SHY + ZWNJ + ZWJ + RLM + WJ + ZWSP))


@given(TEXT, st.lists(UNSEEN, max_size=8))
def test_composition_and_invisible_characters_change_no_count(text: str, places: list) -> None:
    hidden = unicodedata.normalize("NFD", text)
    for place, unseen in places:
        hidden = hidden[:place] + unseen + hidden[place:]
    assert t.words(hidden) == t.words(text)
    assert len(t.sentences(hidden)) == len(t.sentences(text))
    assert len(t.quotations(hidden)) == len(t.quotations(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“One paragraph.\n\n“And another.” End.", ["“One paragraph.\n\n“And another.”"]),
        ("“they say «we hold» the hill”", ["“they say «we hold» the hill”"]),
        ("‟yes” he, ＂no＂ she, 〝ja〞", ["‟yes”", "＂no＂", "〝ja〞"]),
        ("“never closed “b” c. “d” e", ["“never closed “b”", "“d”"]), ("قال «نعم» ومضى", ["«نعم»"]),
        ("“a “b” and “c” d” e “f”", ["“a “b” and “c” d”", "“f”"]), ("„Halt!“ rief er", ["„Halt!“"]),
        ("“Never closed\n\nNext paragraph.", ["“Never closed"]), ("It is “odd“ indeed.", ["“odd“"]),
        ('“he said "no" to me” then', ['“he said "no" to me”']), ("er rief »Halt« und", ["»Halt«"]),
        ("他说「我们『守住』了」。", ["「我们『守住』了」"]), ('A "straight" one', ['"straight"']),
        ("«he said “no” to me»", ["«he said “no” to me»"]), (f"{ZWNJ}“yes”{WJ} he said", ["“yes”"]),
        (f'x {RLM}"a" and {RLM}"b"', ['"a"', '"b"']), (f'{RLM}"نعم"{RLM} قال', ['"نعم"']),
        ("He said “no” twice.", ["“no”"]), ("«a «b» c» d", ["«a «b» c»"]),
        ("„a “b” c“ d", ["„a “b” c“"]), ("“a „b“ c” “d”", ["“a „b“ c”", "“d”"]),
        ('"a „b“ c" d', ['"a „b“ c"']),
    ],
)  # fmt: skip
def test_quotations(text: str, expected: list[str]) -> None:
    assert [text[s:e] for s, e in t.quotations(text)] == expected
