"""One way to write JSON: compact, UTF-8, no NaN."""

import json
from typing import Any

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def dumps(value: Any) -> str:
    """Compact JSON text of `value`; raises ValueError for NaN and infinities, which are not JSON."""
    return _ENCODER.encode(value)
