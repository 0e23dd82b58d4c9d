"""Cells of a table that leaves the house: no spreadsheet may take a text for a formula (OWASP, CSV injection)."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def cell(text: str) -> str:
    """`text` as it is, or with a leading apostrophe where it would start a formula; numbers and phones stay numbers."""
    if text.startswith(_FORMULA) and not text[1:].replace(" ", "").isdigit():
        return "'" + text
    return text
