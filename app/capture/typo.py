"""A hint for a mistyped mail domain: asked, never applied by itself."""

from functools import lru_cache

# Domains worth suggesting: where people of our three languages have their mail.
_SUGGESTED_DOMAINS = """
gmail.com outlook.com hotmail.com icloud.com yahoo.com yahoo.com.vn live.com
seznam.cz email.cz post.cz centrum.cz atlas.cz volny.cz proton.me
"""
_SUGGESTED = tuple(_SUGGESTED_DOMAINS.split())
# Genuine neighbours of those: never taken for a slip.
_GENUINE_DOMAINS = """
mail.com email.com ymail.com gmx.com gmx.de gmx.net gmx.at web.de aol.com me.com mac.com msn.com mail.cz hotmail.cz
hotmail.fr hotmail.de hotmail.co.uk outlook.cz outlook.com.vn outlook.de live.cz yahoo.de yahoo.fr yahoo.co.uk
yahoo.co.jp yahoo.cz googlemail.com gmail.cz protonmail.com pm.me fastmail.com zoho.com mail.ru post.com post.sk
centrum.sk atlas.sk zoznam.sk azet.sk seznam.com pobox.sk spoluzaci.cz tiscali.cz quick.cz fpt.vn vnn.vn viettel.vn
"""
_GENUINE = frozenset(_GENUINE_DOMAINS.split())
# Short, but so common that any single slip is likelier than another company.
_COMMON = ("gmail", "yahoo")
_SHORT = 5


def suggest_address(address: str) -> str | None:
    """The address that was probably meant, or None. `Eva@seznma.cz` gives `Eva@seznam.cz`; known domains give None."""
    local, mark, domain = address.strip().rpartition("@")
    if not mark or not local:
        return None
    meant = _meant(domain.lower())
    return f"{local}@{meant}" if meant else None


@lru_cache(maxsize=2048)
def _meant(domain: str) -> str | None:
    if not 4 <= len(domain) <= 24 or domain in _SUGGESTED or domain in _GENUINE:
        return None
    near = sorted((_distance(domain, known), known) for known in _SUGGESTED if _may_be_slip(domain, known))
    if not near or (len(near) > 1 and near[0][0] == near[1][0]):
        return None  # two answers as good as each other are no answer
    return near[0][1]


def _may_be_slip(domain: str, known: str) -> bool:
    name, _, ending = known.partition(".")
    typed, _, typed_ending = domain.partition(".")
    distance = _distance(domain, known)
    if typed == name:  # a slip in the ending only; another real ending (gmail.cz, seznam.sk) lies further away
        return distance == 1 and len(typed_ending) >= len(ending) - 1
    if sorted(typed) == sorted(name):
        return distance == 1
    if len(name) <= _SHORT and len(typed) <= len(name) and name not in _COMMON:
        return False  # short names: most.cz or past.cz are somebody's own
    return typed[:1] == name[:1] and distance <= (1 if len(name) <= 6 else 2)


def _distance(a: str, b: str) -> int:
    """Damerau-Levenshtein distance, optimal string alignment: insert, delete, replace, swap neighbours."""
    if abs(len(a) - len(b)) > 2:
        return 3
    before: list[int] = []
    above = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            best = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and y == a[i - 2]:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        before, above = above, row
    return above[-1]
