"""XML in: what elements become, which of them are the records, and one clear fault for each hostile form."""

import io
from pathlib import Path
from typing import Any

import pytest
from crosswalk_engine.errors import RecordError
from crosswalk_engine.payload.codecs import iter_records
from crosswalk_engine.payload.limits import BULK, Limits
from crosswalk_engine.payload.xml_build import Builder
from crosswalk_engine.payload.xml_options import Node, XmlOptions
from crosswalk_engine.payload.xml_survey import is_document, survey

XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
BOMB = (
    b'<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><lolz>&b;&b;&b;</lolz>'
)


def items(
    raw: bytes | str, name: str = "f.xml", *, limits: Limits = BULK, **options: Any
) -> tuple[list[tuple[int, Any]], list[str]]:
    """Each record with its line, each problem as one line of text; and what a person is told."""
    told: list[str] = []
    stream = io.BytesIO(raw.encode() if isinstance(raw, str) else raw)
    found = iter_records(stream, where=name, limits=limits, xml=XmlOptions(**options), note=told.append)
    return [(line, one.render() if isinstance(one, RecordError) else one) for line, one in found], told


def records(raw: bytes | str, **options: Any) -> list[Any]:
    """The records alone."""
    return [record for _, record in items(raw, **options)[0]]


def fault(raw: bytes | str, name: str = "f.xml", **settings: Any) -> str:
    """The line that the file as a whole is refused with."""
    with pytest.raises(RecordError) as caught:
        items(raw, name, **settings)
    return caught.value.render()


def test_what_elements_become() -> None:
    """Attributes, text beside them, text, nothing, null, CDATA, and entities of XML's own."""
    raw = (
        f'<o v="1" {XSI}><t> a &amp; b </t><e/><n xsi:nil="true"/><q u="PCE">2</q><u u="x"/>'
        "<c><![CDATA[<x>&amp;]]></c></o>"
    )
    assert records(raw) == [
        {
            "#root": "o",
            "@v": "1",
            "t": " a & b ",
            "e": "",
            "n": None,
            "q": {"@u": "PCE", "#text": "2"},
            "u": {"@u": "x"},
            "c": "<x>&amp;",
        }
    ]


def test_an_element_that_repeats_anywhere_is_a_list_everywhere() -> None:
    """Two lines in the second order make the one line of the first a list too."""
    raw = "<os><o><i>1</i><l>a</l></o><o><i>2</i><l>b</l><l>c</l></o></os>"
    assert records(raw) == [{"i": "1", "l": ["a"]}, {"i": "2", "l": ["b", "c"]}]


def test_a_mapping_says_what_is_a_list_an_object_or_a_text() -> None:
    """`repeated` makes lists; a path read with #text makes objects, one read without it texts."""
    raw = '<o><l>a</l><q>2</q><d u="x">3</d></o>'
    found = records(raw, look=False, repeated={("l",)}, read={("q", "#text"), ("d",)})
    assert found == [{"#root": "o", "l": ["a"], "q": {"#text": "2"}, "d": "3"}]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("<os>\n<o><i>1</i></o>\n<o><i>2</i></o></os>", [(2, {"i": "1"}), (3, {"i": "2"})]),
        ("<os><o><i>1</i></o></os>", [(1, {"#root": "os", "o": {"i": "1"}})]),
        ("<os><o>1</o><o>2</o></os>", [(1, {"#root": "os", "o": ["1", "2"]})]),
        (
            "<os><o><i>1</i></o><o><i>2</i></o><n>3</n></os>",
            [(1, {"#root": "os", "o": [{"i": "1"}, {"i": "2"}], "n": "3"})],
        ),
        ("<o>x</o>", [(1, {"#root": "o", "#text": "x"})]),
    ],
)
def test_which_elements_are_the_records(raw: str, expected: list[Any]) -> None:
    """A root that holds only repeats of one structured element is a list of records, any other is one."""
    assert items(raw)[0] == expected


def test_records_by_their_path() -> None:
    """`record` names the element; what stands beside is told and passed over."""
    raw = "<b><h>x</h><os><o><i>1</i></o><z/><o><i>2</i></o></os></b>"
    found, told = items(raw, record=("os", "o"))
    assert found == [(1, {"i": "1"}), (1, {"i": "2"})]
    assert [note.partition(": ")[2] for note in told] == [
        "<h> stands beside the records and is passed over",
        "<z> stands beside the records and is passed over",
    ]


def test_a_list_that_turns_out_to_hold_more_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind the part that is looked at first, another element is a fault with the way out of it."""
    monkeypatch.setattr("crosswalk_engine.payload.xml_survey.WINDOW", 10_000)
    raw = b"<os>" + b"<o><i>1</i></o>" * 10_000 + b"<sum/></os>"
    found, _ = items(raw, look=False)
    assert len(found) == 10_001
    assert found[-1][1] == (
        "CW-XML-SHAPE it is not plain which elements are the records · at f.xml:1:150005 · got <sum>"
        " after <o> · fix: say it: --record o"
    )


def test_text_behind_the_end() -> None:
    """The record before it is read, the rest is named."""
    found, _ = items("<o><i>1</i></o>\nrest")
    assert found == [
        (1, {"#root": "o", "i": "1"}),
        (2, "CW-XML-SYNTAX text stands outside of a document · at f.xml:2:1 · fix: remove it"),
    ]


DOCUMENTS = '<?xml version="1.0"?><o><i>1</i></o>\n<o><i>2</i></o>\n'


def test_documents_one_after_another() -> None:
    """One a line, or pretty and concatenated, each is a record, whatever it holds."""
    expected = [{"#root": "o", "i": "1"}, {"#root": "o", "i": "2"}]
    assert records(DOCUMENTS) == expected
    assert (
        records('<?xml version="1.0"?>\n<o>\n <i>1</i>\n</o>\n<?xml version="1.0"?>\n<o><i>2</i></o>')
        == expected
    )
    assert records("<o><i>1</i></o><o><i>2</i></o>") == expected


def test_a_bad_line_does_not_hide_the_others() -> None:
    """Of documents a line, the broken one is named with its line."""
    found, _ = items(DOCUMENTS + "<o><i>3</o>\n\n<o><i>4</i></o>\n")
    assert [line for line, _ in found] == [1, 2, 3, 5]
    assert (
        found[2][1]
        == "CW-XML-SYNTAX an end tag does not match the open element · at f.xml:3:10 · fix: close it"
    )


def test_what_stands_before_a_fault_is_read() -> None:
    """A list that is cut off gives its whole records, then the fault."""
    found, _ = items("<os><o><i>1</i></o>\n<o><i>2</i></o>\n<o><i>3")
    assert [record for _, record in found[:2]] == [{"i": "1"}, {"i": "2"}]
    assert found[2] == (
        3,
        "CW-XML-TRUNCATED the XML ends before it is complete · at f.xml:3:8 · fix: fetch or copy it whole",
    )


def test_names_of_two_namespaces_are_kept_apart_and_told() -> None:
    """Only below the parent where they clash; elsewhere prefixes are dropped."""
    raw = (
        '<p:o xmlns:p="u1" xmlns:q="u2"><a><p:n>1</p:n><q:n>2</q:n><q:n>3</q:n></a><b><p:n>4</p:n></b></p:o>'
    )
    found, told = items(raw, look=False)
    assert found == [(1, {"#root": "o", "a": {"p:n": "1", "q:n": ["2", "3"]}, "b": {"n": "4"}})]
    assert told == ["f.xml:1:53: two namespaces share a name: kept apart as p:n and q:n"]


def test_names_of_two_default_namespaces() -> None:
    """Without a prefix, the second one has its namespace in the name."""
    found, _ = items('<o xmlns="u1"><n>1</n><n xmlns="u2">2</n><n>3</n></o>', look=False)
    assert found == [(1, {"#root": "o", "n": ["1", "3"], "{u2}n": "2"})]


def test_mixed_content_is_told() -> None:
    """Text between elements is put together in #text."""
    found, told = items("<o><m>a<b/>c</m></o>")
    assert found == [(1, {"#root": "o", "m": {"b": "", "#text": "ac"}})]
    assert told == ["f.xml:1:13: text between elements is put together in #text, at o.m"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252", "iso-8859-15"])
def test_declared_encodings(encoding: str) -> None:
    """XML says its encoding itself, and is read by it."""
    name = "utf-8" if encoding == "utf-8-sig" else encoding
    raw = f'<?xml version="1.0" encoding="{name}"?><o><n>é€</n></o>'.encode(encoding)
    assert records(raw) == [{"#root": "o", "n": "é€"}]


#: What is refused, and the whole line that says so.
GOLDEN = {
    "a document type": (
        b"<?xml version='1.0'?>\n<!DOCTYPE o>\n<o/>",
        (
            "CW-XML-DTD the document has a document type, which is never read · at f.xml:2:12 · got <!DOCTYPE"
            " · expected XML without a document type · fix: remove the declaration"
        ),
    ),
    "billion laughs": (
        BOMB,
        (
            "CW-XML-DTD the document has a document type, which is never read · at f.xml:1:16 · got <!DOCTYPE"
            " · expected XML without a document type · fix: remove the declaration"
        ),
    ),
    "an external entity": (
        b'<!DOCTYPE o [<!ENTITY x SYSTEM "file:///etc/passwd">]><o>&x;</o>',
        (
            "CW-XML-DTD the document has a document type, which is never read · at f.xml:1:13 · got <!DOCTYPE"
            " · expected XML without a document type · fix: remove the declaration"
        ),
    ),
    "an entity of HTML": (
        b"<o><n>a&nbsp;b</n></o>",
        (
            "CW-XML-ENTITY an entity is not one of the five that XML has of itself · at f.xml:1:8"
            " · got &nbsp; · fix: write the character itself, or &amp; for an ampersand"
        ),
    ),
    "an undeclared prefix": (
        b"<o>\n <ext:n>1</ext:n></o>",
        (
            "CW-XML-PREFIX a prefix is not declared · at f.xml:2:2 · got 'ext:'"
            ' · fix: declare it, e.g. xmlns:p="…", at the root'
        ),
    ),
    "129 levels": (
        b"<a>" * 129,
        "CW-XML-DEPTH the XML is nested too deep · at f.xml:1:385 · expected at most 128 levels",
    ),
    "1,001 attributes": (
        b"<o " + b" ".join(b'a%d="1"' % n for n in range(1001)) + b"/>",
        (
            "CW-XML-ATTRIBUTES an element has too many attributes · at f.xml:1:1 · got 1,001"
            " · expected at most 1,000"
        ),
    ),
    "bytes of another encoding": (
        "<o><n>Zoë</n></o>".encode("latin-1"),
        (
            "CW-XML-ENCODING the text is not of the declared encoding · at f.xml:1:9"
            " · got byte 0xEB; it looks like cp1252 (Windows, Western European)"
            " · fix: save it as UTF-8, or declare its encoding"
        ),
    ),
    "an unknown encoding": (
        b'<?xml version="1.0" encoding="klingon"?><o/>',
        (
            "CW-XML-ENCODING the declared encoding is not read · at f.xml:1:31 · got encoding klingon"
            " · expected UTF-8 · fix: save it as UTF-8"
        ),
    ),
    "an encoding of several bytes": (
        b'<?xml version="1.0" encoding="shift_jis"?><o/>',
        (
            "CW-XML-ENCODING the declared encoding is not read · at f.xml:1:31 · got encoding shift_jis"
            " · expected UTF-8 · fix: save it as UTF-8"
        ),
    ),
    "UTF-16 declared, UTF-8 written": (
        b'<?xml version="1.0" encoding="utf-16"?><o/>',
        (
            "CW-XML-ENCODING the bytes are not of the declared encoding · at f.xml:1:31 · got encoding utf-16"
            " · fix: save it as UTF-8"
        ),
    ),
    "a control character": (
        b"<o><n>a\x01</n></o>",
        "CW-XML-CHAR XML has no place for a control character · at f.xml:1:8 · got U+0001 · fix: remove it",
    ),
    "a NUL written out": (
        b"<o>&#0;</o>",
        "CW-XML-CHAR a character reference names no character of XML · at f.xml:1:4 · fix: remove it",
    ),
    "an attribute twice": (
        b"<o a='1' a='2'/>",
        "CW-XML-SYNTAX an attribute stands twice in one element · at f.xml:1:10 · fix: keep one of the two",
    ),
    "cut off": (
        b"<o><n>1</n>",
        "CW-XML-TRUNCATED the XML ends before it is complete · at f.xml:1:12 · fix: fetch or copy it whole",
    ),
    "JSON": (
        b'{"a": 1}',
        (
            "CW-NOT-XML this is not XML · at f.xml:1:1 · got JSON · expected XML"
            " · fix: name the file .json or .ndjson"
        ),
    ),
    "a web page": (
        b"<!DOCTYPE html><html/>",
        "CW-NOT-TEXT this is a web page (HTML) · at f.xml · expected XML in UTF-8",
    ),
    "nothing": (b" \n ", "CW-EMPTY the file is empty · at f.xml · expected XML"),
}


@pytest.mark.parametrize("what", GOLDEN)
def test_golden_faults(what: str) -> None:
    """One line: what is wrong, where, what was found, what to do."""
    raw, expected = GOLDEN[what]
    assert fault(raw) == expected


def test_a_hundred_thousand_levels_cost_nothing() -> None:
    """The depth is refused when it is reached, not after the whole was read."""
    assert fault(b"<a>" * 100_000).startswith("CW-XML-DEPTH ")


def test_a_record_has_a_size() -> None:
    """A record of a list may have 5 MB, a whole document as much as a sample."""
    limits = Limits(file_bytes=None, record_bytes=100_000)
    small, large = b"<o><i>1</i></o>", b"<o><i>" + b"x" * 200_000 + b"</i></o>"
    found, _ = items(b"<os>" + small * 2 + large + b"</os>", limits=limits)
    assert [record for _, record in found[:2]] == [{"i": "1"}, {"i": "1"}]
    assert "CW-TOO-LARGE one record is too large" in found[2][1]
    assert fault(b"<o>" + b"<i>1</i>" * 20_000 + b"</o>", limits=Limits(file_bytes=100_000)).startswith(
        "CW-TOO-LARGE the file is too large for a sample · at f.xml · got 0.2 MB"
    )


def test_content_decides_where_the_name_says_nothing(tmp_path: Path) -> None:
    """Standard input and files of other names are read as what they hold."""
    assert items(DOCUMENTS, "-")[0][0][1] == {"#root": "o", "i": "1"}
    path = tmp_path / "order.bod"
    path.write_text("<o><i>1</i></o>")
    assert [record for _, record in iter_records(path)] == [{"#root": "o", "i": "1"}]


def test_white_space_between_records_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the text outside of records one character is kept, whatever stands there; the records are whole."""
    monkeypatch.setattr("crosswalk_engine.payload.xml_feed.CHUNK", 16)
    found, told = items("<os>\n" + "  <o>\n <i>1</i>\n  </o>\n" * 3 + "</os>")
    assert [record for _, record in found] == [{"i": "1"}] * 3
    assert told == []
    builder = Builder(("o",), Node(), BULK, told.append)
    builder.start("os", [])
    for _ in range(1000):
        builder.text("\n stray")
    assert builder._open[-1].text == "s"
    builder.end("os")
    assert told == [": text outside the records is passed over, in <os>"]


def test_the_survey_ends_where_elements_are_too_deep() -> None:
    """No path is kept of levels that no reader would take."""
    raw = b"<os><o>" + b"<a><a/>" * 10_000
    look = survey(iter([raw[at : at + 100] for at in range(0, len(raw), 100)]), None, repeats=True)
    assert max(map(len, look.repeated), default=0) < 128
    assert not is_document(b"<a>" * 129 + b"</a>" * 129)
    assert is_document(b"<a>" * 128 + b"</a>" * 128)
