"""Writes zones.txt: when the clocks of each zone change, from Python's zoneinfo and tzdata 2026.6.

A row is: the zone, an instant in seconds since 1970, and the seconds that clocks are ahead of UTC from then
on. The first row of a zone is the start of its first year, the last change lies in 2037.

    pip install tzdata==2026.6
    PYTHONTZPATH= python3 make_zones.py > zones.txt
"""

import datetime as dt
import zoneinfo

FIRST_YEARS = {
    "UTC": 1970, "America/New_York": 1976, "America/Chicago": 1976, "America/Toronto": 1976,
    "Europe/London": 1996, "Europe/Lisbon": 1997, "Europe/Amsterdam": 1996, "Europe/Berlin": 1996,
    "Europe/Brussels": 1996, "Europe/Budapest": 1996, "Europe/Copenhagen": 1996, "Europe/Madrid": 1996,
    "Europe/Oslo": 1996, "Europe/Paris": 1996, "Europe/Prague": 1996, "Europe/Rome": 1996,
    "Europe/Stockholm": 1996, "Europe/Vienna": 1996, "Europe/Warsaw": 1996, "Europe/Zurich": 1996,
    "Europe/Athens": 1996, "Europe/Helsinki": 1996, "Africa/Johannesburg": 1970,
    "Asia/Hong_Kong": 1980, "Asia/Kolkata": 1970, "Asia/Seoul": 1989, "Asia/Shanghai": 1992,
    "Asia/Singapore": 1983, "Asia/Taipei": 1980, "Asia/Tokyo": 1970, "Australia/Sydney": 1996,
}


def offset(zone, second):
    return int(dt.datetime.fromtimestamp(second, zone).utcoffset().total_seconds())


def changes(zone, first, last):
    """Bisects each day on which the offset differs from the day before."""
    before = offset(zone, first)
    yield first, before
    for start in range(first, last, 86400):
        after = offset(zone, start + 86400)
        if after != before:
            low, high = start, start + 86400
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(zone, middle) == before else (low, middle)
            yield high, after
            before = after


for name, year in FIRST_YEARS.items():
    zone = zoneinfo.ZoneInfo(name)
    start = int(dt.datetime(year, 1, 1, tzinfo=dt.timezone.utc).timestamp())
    end = int(dt.datetime(2038, 1, 1, tzinfo=dt.timezone.utc).timestamp())
    for second, ahead in changes(zone, start, end):
        print(name, second, ahead)
