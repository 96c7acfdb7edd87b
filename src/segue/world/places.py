"""Countries: where listeners live, where artists come from, and how names and titles sound there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    code: str  # ISO 3166 alpha-2
    name: str
    zone: str  # IANA
    language: str  # ISO 639-1
    culture: str  # of people's names
    english: float  # share of music sung in English
    listeners: float  # share of the listeners
    cities: tuple[str, ...]


PLACES: tuple[Place, ...] = (
    Place(
        "US",
        "the United States",
        "America/New_York",
        "en",
        "en",
        0.97,
        0.26,
        ("Tucson", "Asheville", "Detroit", "Portland", "Memphis", "Baltimore", "Duluth", "El Paso"),
    ),
    Place(
        "GB",
        "England",
        "Europe/London",
        "en",
        "en",
        1.0,
        0.12,
        ("Leeds", "Bristol", "Sheffield", "Margate", "Hull", "Brighton", "Leicester"),
    ),
    Place(
        "DE",
        "Germany",
        "Europe/Berlin",
        "de",
        "de",
        0.5,
        0.11,
        ("Leipzig", "Hamburg", "Köln", "Dresden", "Bremen", "Freiburg"),
    ),
    Place(
        "FR",
        "France",
        "Europe/Paris",
        "fr",
        "fr",
        0.35,
        0.08,
        ("Lyon", "Nantes", "Marseille", "Lille", "Rennes", "Bordeaux"),
    ),
    Place(
        "ES", "Spain", "Europe/Madrid", "es", "es", 0.15, 0.06, ("Sevilla", "Valencia", "Bilbao", "Granada", "Zaragoza")
    ),
    Place(
        "MX",
        "Mexico",
        "America/Mexico_City",
        "es",
        "es",
        0.06,
        0.08,
        ("Monterrey", "Guadalajara", "Puebla", "Mérida", "Tijuana"),
    ),
    Place(
        "BR",
        "Brazil",
        "America/Sao_Paulo",
        "pt",
        "pt",
        0.06,
        0.08,
        ("Recife", "Salvador", "Belo Horizonte", "Curitiba", "Belém"),
    ),
    Place(
        "SE", "Sweden", "Europe/Stockholm", "sv", "sv", 0.7, 0.05, ("Göteborg", "Umeå", "Malmö", "Uppsala", "Kiruna")
    ),
    Place("JP", "Japan", "Asia/Tokyo", "ja", "ja", 0.15, 0.05, ("Osaka", "Sapporo", "Kyoto", "Fukuoka", "Sendai")),
    Place("IN", "India", "Asia/Kolkata", "hi", "hi", 0.15, 0.05, ("Mumbai", "Jaipur", "Kolkata", "Pune", "Lucknow")),
    Place(
        "NG", "Nigeria", "Africa/Lagos", "en", "ng", 0.85, 0.03, ("Lagos", "Ibadan", "Port Harcourt", "Abuja", "Enugu")
    ),
    Place(
        "AU",
        "Australia",
        "Australia/Sydney",
        "en",
        "en",
        1.0,
        0.03,
        ("Melbourne", "Fremantle", "Hobart", "Newcastle", "Cairns"),
    ),
    Place("KR", "South Korea", "Asia/Seoul", "ko", "ko", 0.3, 0.0, ("Seoul", "Busan", "Incheon", "Daegu")),
    Place("IT", "Italy", "Europe/Rome", "it", "it", 0.15, 0.0, ("Torino", "Napoli", "Bologna", "Palermo")),
    Place("CA", "Canada", "America/Toronto", "en", "en", 0.9, 0.0, ("Halifax", "Winnipeg", "Hamilton", "Calgary")),
    Place("JM", "Jamaica", "America/Jamaica", "en", "jm", 1.0, 0.0, ("Kingston", "Montego Bay", "Ocho Rios")),
    Place(
        "ZA", "South Africa", "Africa/Johannesburg", "en", "za", 0.6, 0.0, ("Durban", "Soweto", "Cape Town", "Pretoria")
    ),
    Place("CO", "Colombia", "America/Bogota", "es", "es", 0.05, 0.0, ("Cali", "Medellín", "Barranquilla", "Bogotá")),
)
HOMES = sum(p.listeners > 0 for p in PLACES)
"""The first HOMES places have listeners."""
CODES = {p.code: i for i, p in enumerate(PLACES)}
