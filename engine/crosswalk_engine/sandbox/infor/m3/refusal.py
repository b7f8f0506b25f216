"""Business refusals, as M3 words them: an id, a text, the field at fault.

The ids follow M3's habit ``W`` + field + two digits (01 must be entered, 02 is invalid, 03 does not exist,
04 exists already); ``WITNO03`` is on record, the rest are formed after it. No free text stands in a message.
"""


class RefusedError(Exception):
    """M3 says no; `code` is the message id, `field` the field at fault (may be empty)."""

    def __init__(self, code: str, text: str, field: str = "", *, kind: str = "ServerReturnedNOK") -> None:
        super().__init__(code, text, field)
        self.code = code
        self.text = text
        self.field = field
        self.kind = kind

    def message(self) -> str:
        """The padded text as it travels: id, text filled up with blanks, field."""
        return f"{self.code} {self.text:<56}{self.field}"


def missing(field: str, text: str) -> RefusedError:
    """`text` (the field's meaning) must be entered."""
    return RefusedError(f"W{field}01", f"{text} must be entered", field)


def invalid(field: str, text: str, value: str) -> RefusedError:
    """`value` is no valid value of the field."""
    return RefusedError(f"W{field}02", f"{text} {value} is invalid", field)


def unknown(field: str, text: str, value: str) -> RefusedError:
    """`value` stands in no master."""
    return RefusedError(f"W{field}03", f"{text} {value} does not exist", field)


def exists(field: str, text: str, value: str) -> RefusedError:
    """`value` is taken."""
    return RefusedError(f"W{field}04", f"{text} {value} already exists", field)


def in_use(field: str, value: str) -> RefusedError:
    """Another job holds the record for the moment; the same call may succeed later."""
    return RefusedError("XRE0200", f"Record {value} is in use by another user", field)
