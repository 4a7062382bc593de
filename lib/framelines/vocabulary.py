"""The closed lists of values that columns of the tables may hold."""

KINDS_OF_SOURCE = tuple(
    "magazine news_site news_agency blog think_tank state_media party_media".split()
)
GENRES = ("interview", "digest", "report", "analysis", "opinion", "press_release", "promotion")
REGION_KINDS = (
    *("headline", "subheading", "list", "caption", "repeat"),
    *("byline", "dateline", "furniture", "reference_list"),
)
STANCES = ("derogatory", "neutral", "honorific")
CLAIM_KINDS = (
    *("event", "killed", "wounded", "killed_or_wounded", "captured_persons", "force_size"),
    *("equipment_destroyed", "equipment_damaged", "equipment_captured"),
    *("sites_captured", "sites_destroyed", "distance_km", "area_km2", "other_quantity"),
)
QUALIFIERS = (
    *("exact", "approx", "more_than", "at_least", "up_to", "less_than", "range"),
    *("several", "dozens", "hundreds", "thousands", "most", "many"),
)
SCOPES = ("incremental", "cumulative", "standing", "rate")
ATTRIBUTIONS = ("own_voice", "named_official", "unnamed_source", "other_media", "enemy_media")
MODALITIES = ("realised", "planned", "attempted", "negated")
EVENT_KINDS = tuple(
    "taking attack clash bombing siege withdrawal battle campaign movement statement agreement "
    "killing destruction other".split()
)
LEXICONS = (
    *("hedges", "boosters", "attribution_verbs", "first_person_plural"),
    *("sacred", "legal", "sectarian_names", "derogatory_names"),
)
REASONS = (
    *("clock_time", "age", "duration", "ordinal", "unit_name", "road_or_model_name"),
    *("page_furniture", "reference_list", "figure_of_speech", "background_year", "place_name"),
    "repeated_in_place",
)
