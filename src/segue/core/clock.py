"""What time it is where a listener is."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from segue.core.errors import UsageError

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
_ZONES = """
AE Asia/Dubai, AR America/Argentina/Buenos_Aires, AT Europe/Vienna, AU Australia/Sydney, BD Asia/Dhaka,
BE Europe/Brussels, BG Europe/Sofia, BO America/La_Paz, BR America/Sao_Paulo, CA America/Toronto, CH Europe/Zurich,
CL America/Santiago, CN Asia/Shanghai, CO America/Bogota, CR America/Costa_Rica, CZ Europe/Prague,
DE Europe/Berlin, DK Europe/Copenhagen, DO America/Santo_Domingo, DZ Africa/Algiers, EC America/Guayaquil,
EE Europe/Tallinn, EG Africa/Cairo, ES Europe/Madrid, ET Africa/Addis_Ababa, FI Europe/Helsinki, FR Europe/Paris,
GB Europe/London, GH Africa/Accra, GR Europe/Athens, GT America/Guatemala, HK Asia/Hong_Kong, HR Europe/Zagreb,
HU Europe/Budapest, ID Asia/Jakarta, IE Europe/Dublin, IL Asia/Jerusalem, IN Asia/Kolkata, IR Asia/Tehran,
IS Atlantic/Reykjavik, IT Europe/Rome, JM America/Jamaica, JP Asia/Tokyo, KE Africa/Nairobi, KR Asia/Seoul,
LT Europe/Vilnius, LU Europe/Luxembourg, LV Europe/Riga, MA Africa/Casablanca, MX America/Mexico_City,
MY Asia/Kuala_Lumpur, NG Africa/Lagos, NL Europe/Amsterdam, NO Europe/Oslo, NP Asia/Kathmandu, NZ Pacific/Auckland,
PE America/Lima, PH Asia/Manila, PK Asia/Karachi, PL Europe/Warsaw, PT Europe/Lisbon, PY America/Asuncion,
RO Europe/Bucharest, RS Europe/Belgrade, RU Europe/Moscow, SA Asia/Riyadh, SE Europe/Stockholm, SG Asia/Singapore,
SI Europe/Ljubljana, SK Europe/Bratislava, TH Asia/Bangkok, TR Europe/Istanbul, TW Asia/Taipei,
TZ Africa/Dar_es_Salaam, UA Europe/Kyiv, US America/New_York, UY America/Montevideo, VE America/Caracas,
VN Asia/Ho_Chi_Minh, ZA Africa/Johannesburg
"""
ZONES: dict[str, str] = dict(pair.split() for pair in _ZONES.replace("\n", " ").split(","))
"""By country (ISO 3166 alpha-2) the time zone of most who live there."""


def zone_of(country: str) -> str:
    """The zone of most people of a country; "UTC" for one that is not known."""
    return ZONES.get(country.upper(), "UTC")


def ahead(zone: str, now: int) -> int:
    """ms by which clocks of a zone ("" is UTC) are ahead of UTC at a time (UTC ms). UsageError for an unknown zone.

    On a machine without a time zone database every zone is UTC.
    """
    if zone in ("", "UTC") or not _there():
        return 0
    try:
        off = datetime.fromtimestamp(now / 1000, UTC).astimezone(ZoneInfo(zone)).utcoffset()
    except (OSError, ValueError, LookupError):  # unknown, a folder, a path that climbs
        raise UsageError(f"no time zone {zone[:80]!r}; it looks like Europe/Stockholm") from None
    return round(off.total_seconds() * 1000) if off else 0


def at_clock(now: int, zone: str, minutes: int) -> int:
    """The time (UTC ms) within twelve hours of now at which clocks of a zone show so many minutes after midnight."""
    shown = (now + ahead(zone, now)) % DAY_MS // MINUTE_MS
    return now + ((minutes - shown + 720) % 1440 - 720) * MINUTE_MS


def parse_clock(text: str) -> int:
    """Minutes after midnight of "8:30" or "22"; UsageError for what is no time of day."""
    hour, _, minute = text.strip().partition(":")
    if not (hour.isdecimal() and len(hour) <= 2 and (not minute or (minute.isdecimal() and len(minute) == 2))):
        raise UsageError(f"no time of day {text[:20]!r}; it looks like 8:30")
    if int(hour) > 23 or int(minute or 0) > 59:
        raise UsageError(f"no time of day {text[:20]!r}: from 0:00 to 23:59")
    return 60 * int(hour) + int(minute or 0)


def _there() -> bool:
    """Whether this machine has a time zone database at all."""
    try:
        return bool(ZoneInfo("Europe/London"))
    except (OSError, LookupError):
        return False
