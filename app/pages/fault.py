"""A fault in an authored file: where it is and what to do about it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing an author must mend. `line` counts from 1; `field` is a path such as `blocks[1].heading`."""

    file: str
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}"
        return f"{place} {self.field}: {self.message}" if self.field else f"{place} {self.message}"
