"""The name a downloaded file gets: RFC 6266, with the exact Unicode name for those who read RFC 8187."""

import re
from unicodedata import normalize
from urllib.parse import quote

_LONGEST = 150
_UNWANTED = re.compile('[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202f\u2060-\u206f\ud800-\udfff\ufeff"\\\\/:*?<>|]+')
# Letters that do not come apart into a base letter and a mark.
_PLAIN = str.maketrans({"đ": "d", "Đ": "D", "ł": "l", "Ł": "L", "ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE"})
_ATTR_CHARS = "!#$&+-.^_`|~"  # RFC 8187 attr-char beyond letters and digits


def content_disposition(name: str, *, inline: bool = False) -> str:
    """The Content-Disposition header: a plain `filename` for old programs, `filename*` when the name has more."""
    kind = "inline" if inline else "attachment"
    full = safe_name(name)
    plain = _ascii_name(full)
    header = f'{kind}; filename="{plain}"'
    return header if plain == full else f"{header}; filename*=UTF-8''{quote(full, safe=_ATTR_CHARS)}"


def safe_name(name: str) -> str:
    """The name without anything a file system or a header would trip over, at most 150 characters, ending kept."""
    tidy = _UNWANTED.sub("_", normalize("NFC", name)).strip(" .")
    if len(tidy) > _LONGEST:
        stem, dot, ending = tidy.rpartition(".")
        tidy = f"{stem[: _LONGEST - len(ending) - 1]}.{ending}" if dot and len(ending) <= 10 else tidy[:_LONGEST]
    return tidy or "download"


def _ascii_name(name: str) -> str:
    if _ascii(name) == name:
        return name
    stem, dot, ending = name.rpartition(".")
    plain = _ascii(stem if dot else name).strip(" .") or "download"
    return f"{plain}.{_ascii(ending)}" if dot else plain


def _ascii(text: str) -> str:
    bare = normalize("NFKD", text.translate(_PLAIN)).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^A-Za-z0-9 ._()\[\]+,=@#&!~^'-]", "_", bare)
