"""Every table's columns, units, values and keys; the data dictionary is printed from here."""

from framelines.columns import Column, Table
from framelines.dates import CALENDARS
from framelines.vocabulary import (
    ATTRIBUTIONS,
    CLAIM_KINDS,
    EVENT_KINDS,
    GENRES,
    KINDS_OF_SOURCE,
    LEXICONS,
    MODALITIES,
    QUALIFIERS,
    REASONS,
    REGION_KINDS,
    SCOPES,
    STANCES,
)


def _slug(name: str, text: str, **more: object) -> Column:
    return Column(name, "slug", text, **more)  # type: ignore[arg-type]


def _text(name: str, text: str, **more: object) -> Column:
    return Column(name, "text", text, **more)  # type: ignore[arg-type]


def _one_of(name: str, values: tuple[str, ...], text: str, **more: object) -> Column:
    return Column(name, "value", text, values=values, **more)  # type: ignore[arg-type]


def _id_of(table: str, name: str, text: str, **more: object) -> Column:
    return Column(name, "slug", text, references=table, **more)  # type: ignore[arg-type]


CODER = _slug("coder", "who coded: first, second, adjudicated, or a name of your own")
DOC = _id_of("documents", "doc_id", "the document")
NOTE = _text("note", "anything that a reader of the row should know", required=False)
SPAN = (
    Column("start", "int", "first code point, counted from the document's start"),
    Column("end", "int", "code point after the last one"),
    Column("hash", "hash", "first 16 hex digits of the SHA-256 of the span"),
)

_GLOSSES = (Column("term", "term", "a label, verb or term"), _text("gloss", "its English"))
_SOURCES = (
    _slug("source_id", "the outlet"),
    _text("name", "its name"),
    _one_of("kind", KINDS_OF_SOURCE, "what it is"),
    _text("bloc", "the alignment that its texts show, one word or words_joined"),
    _text("camp", "the side that it is counted to where two sides are compared"),
    _text("country", "where it is published, empty where no text says so", required=False),
    _text("languages", "ISO 639-1 codes joined by ;"),
)
_DOCUMENTS = (
    _slug("doc_id", "the document"),
    _text("label", "a short title in our own words"),
    _id_of("sources", "source_id", "who wrote it"),
    _text("source_basis", "`stated`, or `inferred:` and from what"),
    _id_of("sources", "published_in", "who hosts it"),
    _text("author", "as stated in a byline", required=False),
    Column("published", "edtf", "day of publication"),
    _text("published_basis", "`stated`, or `inferred:` and from what"),
    _one_of("language", ("en", "ar"), "ISO 639-1"),
    _one_of("genre", GENRES, "what kind of text it is"),
    _text("theatre", "the theatre that most of it is about, `mixed` or `elsewhere`"),
    Column("cases", "slug", "the cases that use it", many=True),
    _text("raw_file", "the file that holds it"),
    Column("start", "int", "first code point in the raw file"),
    Column("end", "int", "code point after the last one"),
    Column("sha256", "sha256", "SHA-256 of the span in UTF-8"),
    _id_of("documents", "contained_in", "the article that contains this one", required=False),
    _id_of("documents", "duplicate_of", "the document that this one reposts", required=False),
)
_CLAIMS = (
    CODER,
    _slug("claim_id", "the claim, unique for its coder; starts with the document's id"),
    DOC,
    *SPAN,
    _id_of("events", "event_id", "the event that it is about", required=False),
    _one_of("kind", CLAIM_KINDS, "what is claimed"),
    _id_of("actors", "actor_id", "who did it", required=False, many=True),
    _id_of(
        "actors", "target_id", "who suffered it, or whom it is about", required=False, many=True
    ),
    _text("item", "tank, checkpoint, village, neutral and in the singular", required=False),
    _text("unit", "what is counted: persons, items, km, km2, or per day of them", required=False),
    Column("value_min", "number", "lowest value as stated", required=False, unit="see unit"),
    Column("value_max", "number", "highest value as stated", required=False, unit="see unit"),
    _one_of("qualifier", QUALIFIERS, "how the figure is hedged", required=False),
    Column("event_date", "stated", "the event's date as stated", required=False),
    _one_of("event_calendar", CALENDARS, "its calendar"),
    Column("report_date", "stated", "the date of the report as stated", required=False),
    _one_of("report_calendar", CALENDARS, "its calendar"),
    Column("as_of_date", "stated", "the date as of which a figure holds", required=False),
    _one_of("as_of_calendar", CALENDARS, "its calendar"),
    _one_of(
        "date_basis", ("sentence", "document", "outside", "none"), "where the event's date stands"
    ),
    _id_of("places", "place_id", "the place as named", required=False, many=True),
    _text("place_relation", "near, west of: what stands between event and place", required=False),
    _id_of("places", "place_scope", "the place that the figure covers", required=False, many=True),
    _one_of("scope", SCOPES, "one day's or deed's, a total, a stock, a rate", required=False),
    Column("window", "stated", "the time that the figure covers", required=False),
    _one_of("modality", MODALITIES, "whether it is told as realised"),
    _one_of("attribution", ATTRIBUTIONS, "in whose voice it is told"),
    _one_of("certainty", ("asserted", "hedged", "denied"), "how surely it is told"),
    _slug("denies", "the claim that this denial denies", required=False),
    _slug("part_of", "the claim of which this one is a component", required=False),
    _slug("repeats", "the claim that this one only repeats", required=False),
    NOTE,
)
_REFERENCE = (
    _slug("ref_id", "the row"),
    _text("case", "the case, or `anchors` for events far from every theatre"),
    Column("date_from", "day", "first day"),
    Column("date_to", "day", "last day"),
    _one_of("part_of_day", ("day", "night", "evening", "after_midnight", "unknown"), "the hour"),
    _id_of("places", "place_id", "the place", required=False),
    _id_of("events", "event_id", "our event, where they meet", required=False),
    _text("event", "what happened, in neutral words"),
    _text("quantity", "what the figure counts", required=False),
    Column("value_min", "number", "lowest value", required=False, unit="see quantity"),
    Column("value_max", "number", "highest value", required=False, unit="see quantity"),
    _text("according_to", "who says so"),
    _one_of("origin", ("monitor", "third_party", "belligerent"), "whose figure it is"),
    _one_of("quality", ("high", "medium", "low"), "by the rules of the data dictionary"),
    _text("title", "the publication"),
    _text("url", "its address", required=False),
    NOTE,
)


def _table(name: str, text: str, key: str, *columns: Column, **more: object) -> Table:
    return Table(name, text, tuple(key.split()), columns, **more)  # type: ignore[arg-type]


def _coded(name: str, text: str, key: str, *columns: Column) -> Table:
    return _table(name, text, key, *columns, optional=True)


_ALL = (
    _table("sources", "outlets", "source_id", *_SOURCES),
    _table("documents", "articles, as spans of raw files", "doc_id", *_DOCUMENTS),
    _table(
        "regions",
        "parts of a document that are not its running text",
        "doc_id start end",
        DOC,
        *SPAN,
        _one_of("kind", REGION_KINDS, "what the part is"),
        NOTE,
        optional=True,
    ),
    _coded(
        "places",
        "places, under neutral names",
        "place_id",
        _slug("place_id", "the place"),
        _text("name", "neutral name"),
        _text("kind", "city, village, hill, airbase and so on"),
        _id_of("places", "parent", "the place that it lies in", required=False),
        Column("lat", "number", "latitude", required=False, unit="degrees north"),
        Column("lon", "number", "longitude", required=False, unit="degrees east"),
        _text(
            "coordinate_source", "where they are from; `approximate` where they are", required=False
        ),
    ),
    _coded(
        "place_names",
        "every spelling met",
        "place_id variant language doc_id",
        _id_of("places", "place_id", "the place"),
        _text("variant", "the spelling as met"),
        _one_of("language", ("en", "ar"), "ISO 639-1"),
        _id_of("documents", "doc_id", "where only this document means it so", required=False),
    ),
    _coded(
        "actors",
        "armed and political actors, under neutral names",
        "actor_id",
        _slug("actor_id", "the actor"),
        _text("name", "neutral name"),
        _text("side", "the side that it fights or speaks for"),
        _text("kind", "state, army, militia, armed_group and so on"),
        NOTE,
    ),
    _coded(
        "namings",
        "labels for actors, with their stance",
        "actor_id label doc_id",
        _slug("actor_id", "the actor meant, or `none` where the words name nobody"),
        Column("label", "term", "the label, normalised words, at most four"),
        _one_of("language", ("en", "ar"), "ISO 639-1"),
        _one_of("stance", STANCES, "stance of the wording, by the codebook"),
        _id_of("documents", "doc_id", "where only this document means it so", required=False),
    ),
    _coded(
        "events",
        "events that texts tell, shared across documents",
        "event_id",
        _slug("event_id", "the event"),
        _text("case", "the case"),
        _text("label", "in our own words"),
        _one_of("kind", EVENT_KINDS, "what it was"),
        _id_of("places", "place_id", "where", required=False),
        Column("window", "edtf", "when it can have happened, on the widest honest reading"),
        _id_of("actors", "winner", "who gained control", required=False),
        _id_of("actors", "loser", "who lost it", required=False),
    ),
    _coded("claims", "every figure and datable event, located", "coder claim_id", *_CLAIMS),
    _coded(
        "naming_mentions",
        "every mention of an actor",
        "coder doc_id start",
        CODER,
        DOC,
        *SPAN,
        Column("label", "term", "the label met, normalised words"),
        _id_of("actors", "actor_id", "the actor meant"),
        _one_of("stance", STANCES, "stance of the wording"),
    ),
    _coded(
        "captures",
        "wordings for the taking of territory",
        "coder doc_id start",
        CODER,
        DOC,
        *SPAN,
        Column("lemma", "term", "lemma of the verb"),
        _id_of("actors", "taker_id", "who takes", required=False, many=True),
        _id_of("actors", "loser_id", "who loses", required=False, many=True),
        _id_of("places", "place_id", "what", required=False, many=True),
        _id_of("events", "event_id", "the event", required=False),
        _one_of("stance", ("favourable", "neutral", "unfavourable"), "stance towards the taker"),
        _one_of("modality", MODALITIES, "whether it is told as realised"),
        NOTE,
    ),
    _coded(
        "acts",
        "violent acts, and whether somebody does them",
        "coder doc_id start",
        CODER,
        DOC,
        *SPAN,
        _id_of("actors", "actor_id", "the side responsible", required=False, many=True),
        _id_of("actors", "target_id", "who suffers it", required=False, many=True),
        _one_of("agent", ("named", "unnamed"), "whether the clause names an agent"),
        _one_of("voice", ("active", "passive", "nominal"), "grammatical voice"),
        _id_of("events", "event_id", "the event", required=False),
        NOTE,
    ),
    _coded(
        "frames",
        "the codebook of frames and flags",
        "frame_id",
        Column("frame_id", "name", "the frame"),
        _one_of("kind", ("frame", "flag"), "whether it carries meaning or marks a sentence"),
        _text("name", "its name in print"),
        _text("definition", "what it is"),
        _text("include", "what counts"),
        _text("exclude", "what does not count"),
    ),
    _coded(
        "frame_codes",
        "which frame stands in which sentence; `none` where none does",
        "coder doc_id start frame_id",
        CODER,
        DOC,
        *SPAN,
        Column("frame_id", "name", "the frame", references="frames"),
        NOTE,
    ),
    _coded("reference", "the independent chronology", "ref_id", *_REFERENCE),
    _coded(
        "not_coded",
        "numbers, dates and names that are rightly no claim",
        "doc_id start end",
        DOC,
        *SPAN,
        _one_of("reason", REASONS, "why"),
        NOTE,
    ),
    _table(
        "lexicons",
        "terms of our lexicons",
        "lexicon term language",
        _one_of("lexicon", LEXICONS, "the lexicon"),
        Column("term", "term", "normalised words, at most four"),
        _one_of("language", ("en", "ar"), "ISO 639-1"),
        _text("source", "where the category is from, or `added after reading`"),
        NOTE,
        optional=True,
    ),
    _table(
        "chunks",
        "token counts a document and chunk of at least 200 tokens",
        "doc_id chunk token",
        DOC,
        Column("chunk", "int", "number of the chunk in its document, from 0"),
        _text("token", "normalised word"),
        Column("count", "int", "how often it occurs", unit="tokens"),
        optional=True,
        folder="features/",
    ),
    _table(
        "sentences",
        "spans and numbers of every sentence, never words",
        "doc_id sentence",
        DOC,
        Column("sentence", "int", "number of the sentence in its document, from 0"),
        Column("start", "int", "first code point, counted from the document's start"),
        Column("end", "int", "code point after the last one"),
        Column("chunk", "int", "the chunk that it is counted in", required=False),
        _one_of("kind", ("text", "contained", *REGION_KINDS), "the region that it lies in"),
        Column("tokens", "int", "words and numbers that are counted", unit="tokens"),
        Column("long_words", "int", "words of more than six letters", unit="tokens"),
        Column("letters", "int", "letters in them", unit="letters"),
        Column("figures", "int", "tokens that begin with a digit", unit="tokens"),
        Column("quoted", "number", "share of its characters in quotation marks", unit="share"),
        folder="features/",
    ),
    _table(
        "lexicon_hits",
        "terms of our lexicons in each sentence",
        "doc_id sentence lexicon term",
        DOC,
        Column("sentence", "int", "number of the sentence"),
        _one_of("lexicon", (*LEXICONS, "places"), "the lexicon"),
        _text("term", "the term met"),
        Column("count", "int", "how often", unit="occurrences"),
        optional=True,
        folder="features/",
    ),
    _table(
        "diversity",
        "lexical diversity of every document",
        "doc_id",
        DOC,
        Column("tokens", "int", "tokens of the running text", unit="tokens"),
        Column("types", "int", "different tokens", unit="types"),
        Column("mattr", "number", "moving-average type–token ratio, window 50", required=False),
        Column("mtld", "number", "textual lexical diversity", required=False, unit="tokens"),
        folder="features/",
    ),
    _table("glosses", "Arabic terms in English, for readers", "term", *_GLOSSES, optional=True),
)
TABLES: dict[str, Table] = {table.name: table for table in _ALL}
