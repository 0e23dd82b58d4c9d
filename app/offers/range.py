"""The Range header of a download (RFC 9110 part 14): one range is served, several or nonsense give the whole file."""

import re
from dataclasses import dataclass

_ONE = re.compile(r"bytes\s*=\s*(\d{0,19})\s*-\s*(\d{0,19})\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Whole:
    """The whole file: 200."""


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes `first` to `last`, both included: 206."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """How many bytes."""
        return self.last - self.first + 1

    def content_range(self, size: int) -> str:
        """The Content-Range header."""
        return f"bytes {self.first}-{self.last}/{size}"


@dataclass(frozen=True, slots=True)
class Unsatisfiable:
    """A range outside the file: 416."""

    def content_range(self, size: int) -> str:
        """The Content-Range header that tells the size."""
        return f"bytes */{size}"


def parse_range(
    header: str | None, size: int, *, if_range: str | None = None, etag: str = ""
) -> Whole | Part | Unsatisfiable:
    """What to serve of `size` bytes.

    `if_range` must be our strong `etag`, else the file has changed and is sent whole (part 13.1.5). Several ranges
    may be answered by the whole file (part 14.2), which costs less than it is worth to build multipart answers.
    """
    if header is None or (if_range is not None and (if_range.strip() != etag or etag.startswith("W/"))):
        return Whole()
    found = _ONE.fullmatch(header.strip())
    if found is None or found.groups() == ("", ""):
        return Whole()
    first_text, last_text = found.groups()
    if not first_text:
        return _last_bytes(int(last_text), size)
    first = int(first_text)
    last = min(int(last_text), size - 1) if last_text else size - 1
    if last_text and int(last_text) < first:
        return Whole()  # an invalid range is passed over (part 14.1.1)
    return Part(first, last) if first < size else Unsatisfiable()


def _last_bytes(count: int, size: int) -> Part | Unsatisfiable:
    if count == 0 or size == 0:
        return Unsatisfiable()
    return Part(max(size - count, 0), size - 1)
