"""Files in, fields and values out."""

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from crosswalk_engine.errors import CrosswalkError, MissingFileError, RecordError
from crosswalk_models.readers import FieldSet, read_fields
from crosswalk_models.readers.field_list import write_field_list
from hypothesis import given
from hypothesis import strategies as st

ORDERS = (
    '{"id":1,"net":"90.8900","price":1.10,"flag":true,"tags":["a","b"],'
    '"orderRows":{"31":{"sku":"K-1","qty":{"magnitude":"2.0000"}},'
    '"32":{"sku":"K-2","qty":{"magnitude":"3.0000"}}}}\n'
    '{"id":2,"net":"1.00","price":3,"flag":false,"tags":[],'
    '"orderRows":{"33":{"sku":"K-1","qty":{"magnitude":"1.0"}}}}\n'
)


def values_of(fields: FieldSet, path: str) -> list[str | None]:
    rows = fields.values.to_pylist()
    return [row["value"] for row in rows if row["field"] == fields.index[path]]


def test_id_keyed_objects_become_one_collection(tmp_path: Path) -> None:
    """An object keyed by id is read as one repeated path, and money keeps its digits."""
    (tmp_path / "o.ndjson").write_text(ORDERS)
    fields = read_fields(tmp_path / "o.ndjson")
    assert fields.paths == (
        "id",
        "net",
        "price",
        "flag",
        "tags[]",
        "orderRows[].sku",
        "orderRows[].qty.magnitude",
    )
    assert fields.records == 2
    assert values_of(fields, "net") == ["90.8900", "1.00"]
    assert values_of(fields, "price") == ["1.10", "3"]
    assert values_of(fields, "orderRows[].qty.magnitude") == ["2.0000", "3.0000", "1.0"]
    assert fields.fields[5].places == 3


def test_limit_reads_the_first_records(tmp_path: Path) -> None:
    """A limit of one reads one record."""
    (tmp_path / "o.ndjson").write_text(ORDERS)
    assert read_fields(tmp_path / "o.ndjson", limit=1).records == 1


def test_csv_keeps_every_cell_as_it_stands(tmp_path: Path) -> None:
    """Leading zeros, trailing zeros and blanks of a CSV survive; the separator is found."""
    (tmp_path / "a.csv").write_text("sku;net;note\n007;1.500;\n008;2.00;x\n")
    fields = read_fields(tmp_path / "a.csv")
    assert values_of(fields, "sku") == ["007", "008"]
    assert values_of(fields, "net") == ["1.500", "2.00"]
    assert values_of(fields, "note") == ["", "x"]


def test_workbook_and_parquet_are_read(tmp_path: Path) -> None:
    """XLSX and Parquet give the same paths; nested Parquet columns become paths below."""
    frame = pl.DataFrame({"sku": ["A-1", "B-2"], "qty": [1, 2]})
    frame.write_parquet(tmp_path / "a.parquet")
    pl.DataFrame({"o": [{"sku": "A", "lines": [{"n": 1}, {"n": 2}]}]}).write_parquet(tmp_path / "n.parquet")
    assert read_fields(tmp_path / "a.parquet").paths == ("sku", "qty")
    assert values_of(read_fields(tmp_path / "a.parquet"), "qty") == ["1", "2"]
    assert read_fields(tmp_path / "n.parquet").paths == ("o.sku", "o.lines[].n")


def test_a_table_may_be_nothing_but_its_header(tmp_path: Path) -> None:
    """A template that is still to be filled, as CSV or XLSX, has its columns and no records."""
    (tmp_path / "a.csv").write_text("sku;net\n")
    pl.DataFrame({"sku": [], "net": []}, schema={"sku": pl.String, "net": pl.String}).write_excel(
        tmp_path / "a.xlsx", table_style=None
    )
    for name in ("a.csv", "a.xlsx"):
        fields = read_fields(tmp_path / name)
        assert (fields.paths, fields.records, fields.values.num_rows) == (("sku", "net"), 0, 0)


def test_parquet_keeps_the_types_that_it_declares(tmp_path: Path) -> None:
    """Dates are ISO texts with the type `date`; floats have their shortest digits."""
    frame = pl.DataFrame({"on": [date(2026, 4, 5)], "net": [1.5], "open": [True], "Net total": [None]})
    frame.write_parquet(tmp_path / "a.parquet")
    fields = read_fields(tmp_path / "a.parquet")
    assert [(item.path, item.type) for item in fields.fields] == [
        ("on", "date"),
        ("net", "number"),
        ("open", "boolean"),
        ("Net total", "null"),
    ]
    assert fields.values["value"].to_pylist() == ["2026-04-05", "1.5", "true", None]


def test_xml_repeats_are_arrays_everywhere(tmp_path: Path) -> None:
    """An element that repeats in one record is a collection in all; attributes are fields."""
    (tmp_path / "o.xml").write_text(
        '<a><o id="1"><l><s>q</s></l><l><s>w</s></l></o><o id="2"><l><s>e</s></l></o></a>'
    )
    fields = read_fields(tmp_path / "o.xml")
    assert fields.paths == ("@id", "l[].s")
    assert values_of(fields, "l[].s") == ["q", "w", "e"]


def test_documents_with_namespaces_have_plain_paths(tmp_path: Path) -> None:
    """Prefixes are dropped, a text beside attributes is `#text`, several documents are records."""
    document = (
        '<?xml version="1.0"?><b:Order xmlns:b="urn:x" id="{0}"><b:Line><b:Qty unit="PCE">{0}.00</b:Qty>'
        "</b:Line><b:Line><b:Qty>2</b:Qty></b:Line></b:Order>\n"
    )
    (tmp_path / "o.xml").write_text(document.format(1) + document.format(2))
    fields = read_fields(tmp_path / "o.xml")
    assert fields.records == 2
    assert {"@id", "Line[].Qty.@unit", "Line[].Qty.#text"} <= set(fields.paths)
    assert values_of(fields, "Line[].Qty.#text") == ["1.00", "2.00"]
    assert "#root" not in fields.paths
    (tmp_path / "p.xml").write_text("<Order><id>1</id></Order>\n<Return><id>2</id></Return>\n")
    assert read_fields(tmp_path / "p.xml").paths == ("#root", "id")


def test_the_element_that_is_a_record_can_be_said(tmp_path: Path) -> None:
    """With `record` the rest of the document is no field."""
    (tmp_path / "o.xml").write_text("<a><head><n>7</n></head><o><id>1</id></o><o><id>2</id></o></a>")
    assert read_fields(tmp_path / "o.xml").paths == ("head.n", "o[].id")
    fields = read_fields(tmp_path / "o.xml", record=("o",))
    assert (fields.paths, fields.records) == (("id",), 2)


def test_xml_with_a_document_type_is_refused(tmp_path: Path) -> None:
    """A document type, and with it any entity, is refused before it is expanded."""
    (tmp_path / "o.xml").write_text('<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>')
    with pytest.raises(RecordError) as caught:
        read_fields(tmp_path / "o.xml")
    assert caught.value.code == "CW-XML-DTD"


def test_json_schema_gives_described_fields(tmp_path: Path) -> None:
    """References, required marks, descriptions and enumerations of a schema are read; a loop is cut."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$defs": {
            "money": {"type": "object", "properties": {"value": {"type": "string"}, "parent": {"$ref": "#"}}}
        },
        "type": "object",
        "required": ["status"],
        "properties": {
            "status": {"type": "string", "enum": ["open", "paid"], "description": "State of the order"},
            "lines": {"type": "array", "items": {"properties": {"net": {"$ref": "#/$defs/money"}}}},
            "rows": {"type": "object", "additionalProperties": {"properties": {"sku": {"type": "string"}}}},
        },
    }
    (tmp_path / "s.json").write_text(json.dumps(schema))
    fields = read_fields(tmp_path / "s.json")
    assert fields.kind == "schema"
    status = fields.fields[fields.index["status"]]
    assert (status.description, status.required, status.samples) == (
        "State of the order",
        True,
        ("open", "paid"),
    )
    assert {"lines[].net.value", "rows[].sku"} <= set(fields.paths)


def test_field_lists_echo_paths_verbatim(tmp_path: Path) -> None:
    """Paths of a field list come back letter by letter, samples as texts."""
    (tmp_path / "x_fields.csv").write_text(
        "path,type,description,samples\n"
        'BEG/e03[Q=1],,Purchase Order Number,"[""1.50"", 2.50, null]"\nplain,,,\n'
    )
    fields = read_fields(tmp_path / "x_fields.csv")
    assert fields.paths == ("BEG/e03[Q=1]", "plain")
    assert fields.fields[0].samples == ("1.50", "2.50")
    assert fields.kind == "fields"


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8", exclude_categories=("C",)), min_size=1),
            st.lists(
                st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=5),
                max_size=3,
            ),
        ),
        min_size=1,
        max_size=5,
        unique_by=lambda pair: pair[0],
    ).filter(lambda rows: all(path.strip() for path, _ in rows))
)
def test_a_field_list_survives_being_written(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, list[str]]]
) -> None:
    """Reading what was written gives the same paths and samples."""
    folder = tmp_path_factory.mktemp("lists")
    lines = ["path,type,description,samples"]
    lines += [
        ",".join('"' + cell.replace('"', '""') + '"' for cell in (path, "", "", json.dumps(samples)))
        for path, samples in rows
    ]
    (folder / "a_fields.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    first = read_fields(folder / "a_fields.csv")
    write_field_list(first, folder / "b_fields.csv")
    second = read_fields(folder / "b_fields.csv")
    assert [(item.path, item.samples) for item in second.fields] == [
        (item.path, item.samples) for item in first.fields
    ]


def test_repeated_paths_count_once(tmp_path: Path) -> None:
    """Of two fields with one path the first stays, and only its values."""
    (tmp_path / "x_fields.csv").write_text('path,samples\na,"[""1""]"\na,"[""2""]"\nb,"[""3""]"\n')
    fields = read_fields(tmp_path / "x_fields.csv").without_repeats()
    assert fields.paths == ("a", "b")
    assert [(row["field"], row["value"]) for row in fields.values.to_pylist()] == [(0, "1"), (1, "3")]


BAD = {
    "empty.ndjson": (b"", "CW-EMPTY"),
    "empty.csv": (b" \n", "CW-EMPTY"),
    "empty.xlsx": (b"", "CW-EMPTY"),
    "cut.json": (b'{"a": [1, 2', "CW-JSON-TRUNCATED"),
    "latin.csv": (b"name\nJos\xe9\n", "CW-ENCODING"),
    "binary.csv": (b"a,b\n\x00\x01,2\n", "CW-NUL"),
    "noise.xlsx": (b"this is no workbook", "CW-NOT-XLSX"),
    "noise.parquet": (b"PAR1 not really", "CW-PARQUET"),
    "open.xml": (b"<a><b></a>", "CW-XML-SYNTAX"),
    "text.json": (b"hello", "CW-NOT-JSON"),
    "numbers.json": (b"[1, 2]", "CW-JSON-SHAPE"),
    "bare.ndjson": (b"{}\n{}\n", "CW-FILE-NO-FIELDS"),
    "none_fields.csv": (b"name\nx\n", "CW-FIELDS-COLUMNS"),
    "odd_fields.csv": (b"path,samples\na,nope\n", "CW-FIELDS-SAMPLES"),
    "blank_fields.csv": (b"path,type\n,x\n", "CW-FIELDS-PATH"),
    "nul_fields.csv": (b'path,samples\na,"[""\\u0000""]"\n', "CW-FIELDS-SAMPLES"),
    "archive.csv": (b"PK\x03\x04 a zip archive", "CW-NOT-TEXT"),
    "paper.csv": (b"%PDF-1.7\n", "CW-NOT-TEXT"),
    "ragged.csv": (b"a,b\n1\n", "CW-CSV-ROW"),
    "twice.csv": (b"a,a\n1,2\n", "CW-CSV-HEADER"),
    "a.docx": (b"x", "CW-NOT-RECORDS"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_give_one_clear_error(tmp_path: Path, name: str) -> None:
    """Each kind of unusable file gives its coded error, with the file named."""
    raw, code = BAD[name]
    (tmp_path / name).write_bytes(raw)
    with pytest.raises(CrosswalkError) as caught:
        read_fields(tmp_path / name)
    assert caught.value.code == code
    assert name.rpartition(".")[0] in caught.value.where


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    """No file and a folder in its place give exit code 66, each with its own words."""
    for place in (tmp_path / "no.json", tmp_path):
        with pytest.raises(MissingFileError) as caught:
            read_fields(place)
        assert caught.value.exit_code == 66
    assert "folder" in caught.value.what


def test_a_schema_that_doubles_forty_times_is_told_at_once(tmp_path: Path) -> None:
    """Each definition has two parts that refer to the one before: 2^39 parts."""
    definitions = {"n0": {"type": "string"}}
    for number in range(1, 40):
        before = {"$ref": f"#/$defs/n{number - 1}"}
        definitions[f"n{number}"] = {"type": "object", "properties": {"a": before, "b": before}}
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/n39"}},
        "$defs": definitions,
    }
    (tmp_path / "s.json").write_text(json.dumps(schema))
    with pytest.raises(RecordError, match=r"CW-SCHEMA-SIZE.*200,000 parts"):
        read_fields(tmp_path / "s.json")
