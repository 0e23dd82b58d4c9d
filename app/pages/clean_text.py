"""What a visitor typed, made safe to keep: Unicode NFC, no control characters, no line breaks in one-line fields.

Nothing is repaired behind the sender's back except surrounding blanks, tabs, the form of line ends and the composition
of letters; everything else is refused with a reason. Directional overrides are refused because they make a name or an
address read differently from what it is (Unicode TR 36, 3.2).
"""

import re
import unicodedata

from app.pages.field_fault import FaultKind, FieldFault

CONTROL = FieldFault(FaultKind.CONTROL)
LINE_BREAK = FieldFault(FaultKind.LINE_BREAK)
DIRECTION = FieldFault(FaultKind.DIRECTION)

_LINE_BREAK = re.compile("[\r\n\x0b\x0c\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
_OVERRIDE = re.compile("[\u202d\u202e]")
_OTHER_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")


def one_line(raw: str, longest: int) -> str | FieldFault:
    """The text of a single-line field, or why it is refused; `longest` counts code points after composition."""
    text = raw.strip()
    if not (text.isascii() and text.isprintable()):
        if len(text) > 4 * longest:
            return too_long(longest)
        cleaned = _cleaned_line(text)
        if isinstance(cleaned, FieldFault):
            return cleaned
        text = cleaned
    return text if len(text) <= longest else too_long(longest)


def many_lines(raw: str, longest: int) -> str | FieldFault:
    """The text of a multi-line field with line ends as `\\n`; embeddings are allowed, overrides are not."""
    text = raw.strip()
    if len(text) > 4 * longest:
        return too_long(longest)
    text = _OTHER_BREAKS.sub("\n", text)
    if _CONTROL.search(text):
        return CONTROL
    if _OVERRIDE.search(text):
        return DIRECTION
    text = unicodedata.normalize("NFC", text)
    return text if len(text) <= longest else too_long(longest)


def too_long(longest: int) -> FieldFault:
    """The fault of a text longer than `longest` characters."""
    return FieldFault(FaultKind.TOO_LONG, {"max": longest})


def _cleaned_line(text: str) -> str | FieldFault:
    text = text.replace("\t", " ")
    if _LINE_BREAK.search(text):
        return LINE_BREAK
    if _CONTROL.search(text):
        return CONTROL
    if _DIRECTION.search(text):
        return DIRECTION
    return unicodedata.normalize("NFC", text).strip()
