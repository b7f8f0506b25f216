"""From bytes to text: UTF-8 or a plain account of what the bytes are instead.

Nothing is ever replaced silently. What is not text is named (a PDF, an Excel workbook, a web page …).
"""

from dataclasses import dataclass

BOM = b"\xef\xbb\xbf"
_HEAD = 4096
_UTF16 = (
    (b"\xff\xfe\0\0", "UTF-32"),
    (b"\0\0\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_SIGNATURES = (
    (b"%PDF-", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\0", "an xz archive"),
    (b"(\xb5/\xfd", "a zstd archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file (.xls or .doc)"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
)  # fmt: skip


@dataclass(eq=False)
class UnreadableTextError(Exception):
    """These bytes are not the text that was wanted.

    `code` ends an error code (``EMPTY``, ``NOT-TEXT``, ``ENCODING``, ``NUL``); `line` is 0 when unknown.
    """

    code: str
    what: str
    line: int = 0
    got: str = ""
    fix: str = ""


def sniff(head: bytes) -> str:
    """What the first bytes of a file say it is, when that is not plain text; empty when nothing is known."""
    for signature, name in _SIGNATURES:
        if head.startswith(signature):
            return name
    if head.startswith(b"PK\x03\x04"):
        return "an Excel workbook" if b"xl/" in head[:_HEAD] else "a zip archive"
    start = head[:_HEAD].removeprefix(BOM).lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return "a web page (HTML)"
    if start.startswith(b"<?xml"):
        return "an XML document"
    return ""


def check_head(head: bytes) -> None:
    """Refuse bytes whose beginning shows that they are no UTF-8 text.

    Raises:
        UnreadableTextError: NOT-TEXT or ENCODING.
    """
    found = sniff(head)
    if found:
        raise UnreadableTextError("NOT-TEXT", f"this is {found}")
    for mark, name in _UTF16:
        if head.startswith(mark):
            raise _encoding(name, 0, head[0])
    sample = head[:64]
    # Text of Latin letters in UTF-16 has a NUL in every second byte.
    if len(sample) >= 4 and sample[:64].count(0) * 3 > len(sample):
        raise _encoding("UTF-16 without a byte order mark", sample.index(0), 0)


def decode(raw: bytes, *, encoding: str | None = None, first_line: int = 1, offset: int = 0) -> str:
    """`raw` as text: UTF-8, its byte order mark dropped, or the `encoding` that a person chose.

    `first_line` and `offset` say where `raw` begins in its file, for messages.

    Raises:
        UnreadableTextError: ENCODING with the byte offset and a guess, or NUL.
    """
    if encoding is None and offset == 0:
        raw = raw.removeprefix(BOM)
    try:
        text = raw.decode(encoding or "utf-8")
    except UnicodeDecodeError as error:
        at = error.start
        line = first_line + raw.count(b"\n", 0, at)
        raise _encoding(_guess(raw, at), offset + at, raw[at], line) from error
    except LookupError as error:
        raise UnreadableTextError(
            "ENCODING", f"'{encoding}' is not an encoding", fix="e.g. cp1252"
        ) from error
    at = text.find("\0")
    if at >= 0:
        line = first_line + text.count("\n", 0, at)
        raise UnreadableTextError("NUL", "the text holds a NUL character", line, "U+0000", "remove it")
    return text


def read_text(raw: bytes, *, encoding: str | None = None) -> str:
    """A whole document as text.

    Raises:
        UnreadableTextError: EMPTY, NOT-TEXT, ENCODING or NUL.
    """
    if not raw.removeprefix(BOM).strip():
        raise UnreadableTextError("EMPTY", "the file is empty")
    if encoding is None:
        check_head(raw[:_HEAD])
    return decode(raw, encoding=encoding)


def _guess(raw: bytes, at: int) -> str:
    if any(byte >= 0x80 for byte in raw[:at]):
        return "UTF-8 with stray bytes in it"
    try:
        raw.decode("cp1252")
    except UnicodeDecodeError:
        return "an 8-bit encoding"
    return "cp1252 (Windows, Western European)"


def _encoding(guess: str, offset: int, byte: int, line: int = 0) -> UnreadableTextError:
    return UnreadableTextError(
        "ENCODING",
        "the text is not UTF-8",
        line,
        f"byte 0x{byte:02X} at offset {offset}; it looks like {guess}",
        "save it as UTF-8, or name its encoding",
    )
