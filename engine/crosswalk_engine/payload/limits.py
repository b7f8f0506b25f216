"""Hard limits of what is decoded: a hostile or mistaken payload costs a clear error, not the process."""

from dataclasses import dataclass

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds, each with the reason for its default.

    Attributes:
        file_bytes: of a whole file; 20 MB holds some 4,000 orders, plenty for a sample. `None`: no bound,
            for bulk work over NDJSON, which is read line by line.
        record_bytes: of one NDJSON line, or of one element of a JSON array (there, characters); real orders
            stay under 100 KB.
        depth: of nesting; business payloads stay under 12.
        digits: of one number written out; longer "numbers" are identifiers and belong in quotes.
        xml_depth, xml_attributes: of nested elements, and in one element.
        columns: of a table; business exports stay under a few hundred.
        cell: characters in one cell, as spreadsheets and the csv module allow.
    """

    file_bytes: int | None = 20 * MEGABYTE
    record_bytes: int = 5 * MEGABYTE
    depth: int = 64
    digits: int = 64
    xml_depth: int = 128
    xml_attributes: int = 1_000
    columns: int = 2_000
    cell: int = 131_072


DEFAULT = Limits()
BULK = Limits(file_bytes=None)
