"""Records out of the parser's calls: elements to objects, lists and texts, within hard limits.

An attribute is a field ``@name``; the text of an element that has attributes or children is ``#text``; any
other element is its text. Elements of one name below one parent are a list. ``xsi:nil`` is null. A prefix is
dropped from a name, unless two namespaces use the name below one parent: then both names keep theirs.
"""

from collections.abc import Callable
from typing import Any

from crosswalk_engine.errors import masked
from crosswalk_engine.payload.item import Note
from crosswalk_engine.payload.limits import Limits
from crosswalk_engine.payload.xml_faults import bad_xml
from crosswalk_engine.payload.xml_options import Names, Node

_NIL = "http://www.w3.org/2001/XMLSchema-instance nil"
_CLASH = "clash"
_NOWHERE = Node()
#: Stands for no pieces, in all elements that have none; never added to.
_NONE: list[str] = []


class _Frame:
    """One open element."""

    __slots__ = ("fields", "more", "name", "nil", "node", "tags", "text")

    def __init__(self, name: str, node: Node) -> None:
        self.name = name
        self.node = node
        self.fields: dict[str, Any] = {}
        self.text = ""
        #: Further pieces of the text, behind children; put together when the element ends.
        self.more: list[str] = _NONE
        self.nil = False
        #: Name of each child -> its full name; `None` while there are no children.
        self.tags: dict[str, str] | None = None


class Builder:
    """Builds the records of one document; finished ones are in `ready`, each with its line.

    Args:
        record: names of the record's element below the root; empty when the root is the record.
        alone: whether nothing else may stand beside the records.
        names: full name -> name, kept from one document to the next.
    """

    def __init__(
        self,
        record: Names,
        known: Node,
        limits: Limits,
        note: Note,
        *,
        alone: bool = False,
        names: dict[str, str] | None = None,
    ) -> None:
        self.ready: list[tuple[int, dict[str, Any]]] = []
        self.where: Callable[[], str] = str
        self.line: Callable[[], int] = int
        self.index: Callable[[], int] = int
        self._closed: Callable[[], object] = int
        self.root = ""
        self._record, self._known, self._limits, self._note, self._alone = record, known, limits, note, alone
        self._open: list[_Frame] = []
        self._names: dict[str, str] = {} if names is None else names
        self._began, self._began_at = 0, 0
        self._inside = 0  # the depth at which the current record stands; 0: none is open
        self._told: set[tuple[str, ...]] = set()

    def restart(self, parser: Any, closed: Callable[[], object]) -> None:
        """Follows a new document; `closed` is called when its root ends."""
        self._open.clear()
        self._inside, self._closed = 0, closed
        parser.StartElementHandler, parser.EndElementHandler = self.start, self.end
        parser.CharacterDataHandler = self.text

    def start(self, tag: str, attributes: list[str]) -> None:
        """An element begins; `attributes` are names and values in turn."""
        stack = self._open
        name = self._names.get(tag) or self._name(tag)
        if len(stack) >= self._limits.xml_depth:
            raise self._bad(
                "CW-XML-DEPTH", "the XML is nested too deep", f"at most {self._limits.xml_depth} levels"
            )
        if self._inside:
            node = stack[-1].node.below.get(name, _NOWHERE)
        else:
            node = _NOWHERE
            if self._is_record(name):
                self._inside, node = len(stack) + 1, self._known
                self._began, self._began_at = self.line(), self.index()
        frame = _Frame(name, node)
        if not stack:
            self.root = name
        if attributes:
            self._attributes(frame, attributes)
        stack.append(frame)

    def text(self, data: str) -> None:
        """Text inside the current element."""
        frame = self._open[-1]
        if not self._inside:
            # Kept is only whether there is any; it may be as long as the file.
            if not frame.text and not data.isspace():
                frame.text = data.lstrip()[:1]
        elif not frame.text:
            frame.text = data
        elif frame.more:
            frame.more.append(data)
        else:
            frame.more = [data]

    def end(self, tag: str) -> None:
        """The current element ends."""
        stack = self._open
        frame = stack.pop()
        if not stack:
            self._closed()
        if not self._inside:
            if frame.text:
                self._tell("beside", frame.name, "text outside the records is passed over, in <{}>")
            return
        value = self._value(frame)
        if len(stack) + 1 == self._inside:
            self._finish(value)
            return
        parent = stack[-1]
        name, tags = frame.name, parent.tags
        if tags is None:
            parent.tags = {name: tag}
        elif tags.setdefault(name, tag) != tag:
            name = self._apart(parent, tags, name, tag)
        fields = parent.fields
        if name not in fields:
            fields[name] = [value] if frame.node.repeated else value
        elif fields[name].__class__ is list:
            fields[name].append(value)
        else:
            fields[name] = [fields[name], value]

    def check_size(self) -> None:
        """Refuses a record that has grown too large.

        Raises:
            RecordError: CW-TOO-LARGE.
        """
        limits = self._limits
        bound = limits.record_bytes if self._record else limits.file_bytes or 4 * limits.record_bytes
        if self._inside and self.index() - self._began_at > bound:
            raise self._bad("CW-TOO-LARGE", "one record is too large", f"at most {bound / 1e6:.0f} MB")

    def _value(self, frame: _Frame) -> Any:
        fields, text, node = frame.fields, frame.text, frame.node
        if frame.more:
            text += "".join(frame.more)
        if frame.nil:
            if not fields or node.as_text:
                return None
            fields["#text"] = None
            return fields
        if frame.tags is not None:
            if text and not text.isspace():
                fields["#text"] = text.strip()
                where = ".".join([*(inner.name for inner in self._open), frame.name])
                self._tell("mixed", where, "text between elements is put together in #text, at {}")
            return fields
        if node.as_text or not (fields or node.as_object):
            return text
        if text or node.as_object:
            fields["#text"] = text
        return fields

    def _finish(self, value: Any) -> None:
        record = value if value.__class__ is dict else {"#text": value}
        if not self._record:
            record = {"#root": self.root, **record}
        self.ready.append((self._began, record))
        self._inside = 0

    def _is_record(self, name: str) -> bool:
        stack, wanted = self._open, self._record
        if not wanted:
            return not stack
        depth = len(stack)
        if depth == len(wanted) and name == wanted[-1]:
            return all(frame.name == part for frame, part in zip(stack[1:], wanted[:-1], strict=True))
        if 0 < depth <= len(wanted) and name != wanted[depth - 1]:
            if self._alone:
                raise bad_xml(
                    "CW-XML-SHAPE",
                    "it is not plain which elements are the records",
                    self.where(),
                    got=f"<{masked(name)}> after <{wanted[-1]}>",
                    fix=f"say it: --record {wanted[-1]}",
                )
            self._tell("beside", name, "<{}> stands beside the records and is passed over")
        return False

    def _attributes(self, frame: _Frame, attributes: list[str]) -> None:
        limit = self._limits.xml_attributes
        if len(attributes) > 2 * limit:
            what = "an element has too many attributes"
            raise self._bad("CW-XML-ATTRIBUTES", what, f"at most {limit:,}", f"{len(attributes) // 2:,}")
        if frame.node.as_text and not any(name.startswith(_NIL) for name in attributes[::2]):
            return
        fields = frame.fields
        for index in range(0, len(attributes), 2):
            tag, value = attributes[index], attributes[index + 1]
            if tag.startswith(_NIL):
                frame.nil = value in ("true", "1")
                continue
            name = "@" + (self._names.get(tag) or self._name(tag))
            fields[name if name not in fields else "@" + _shown(tag)] = value

    def _apart(self, parent: _Frame, tags: dict[str, str], name: str, tag: str) -> str:
        """The name of an element whose local name two namespaces use below `parent`."""
        first = tags[name]
        if first != _CLASH:
            tags[name] = _CLASH
            old = _shown(first)
            tags["<" + old] = first
            parent.fields = {old if key == name else key: value for key, value in parent.fields.items()}
        shown = _shown(tag)
        if tags.setdefault("<" + shown, tag) != tag:
            shown = "{" + tag.partition(" ")[0] + "}" + name
        if first != _CLASH:
            self._tell("apart", f"{old} and {shown}", "two namespaces share a name: kept apart as {}")
        return shown

    def _name(self, tag: str) -> str:
        parts = tag.split(" ")
        return self._names.setdefault(tag, parts[1] if len(parts) > 1 else tag)

    def _tell(self, kind: str, about: str, sentence: str) -> None:
        if (kind, about) not in self._told and len(self._told) < 20:
            self._told.add((kind, about))
            self._note(f"{self.where()}: {sentence.format(masked(about))}")

    def _bad(self, code: str, what: str, expected: str, got: str = "") -> Exception:
        return bad_xml(code, what, self.where(), expected=expected, got=got)


def _shown(tag: str) -> str:
    """A full name (``uri local prefix``) as its document writes it; without a prefix, the local name."""
    parts = tag.split(" ")
    if len(parts) == 3:
        return f"{parts[2]}:{parts[1]}"
    return parts[1] if len(parts) == 2 else tag
