"""Sample files and projects: read whole before anything changes, one clear error for what cannot be read."""

import io
import json
import zipfile
from pathlib import Path

import polars as pl
import pytest
from crosswalk_engine.errors import (
    CannotWriteError,
    CrosswalkError,
    MissingFileError,
    RecordError,
    RejectedError,
)
from crosswalk_engine.project.project import load_project
from crosswalk_models.feedback import Decision
from crosswalk_studio.errors import StaleError
from crosswalk_studio.services.desk import Desk
from crosswalk_studio.services.ledger import By, record
from crosswalk_studio.services.projects import begin_project
from crosswalk_studio.services.uploads import MAX_BYTES, add_sample, read_upload
from crosswalk_studio.services.workspace import Workspace

ORDERS = (
    b'{"id": 1, "rows": {"7": {"sku": "A"}}, "net": "1.50"}\n'
    b'{"id": 2, "rows": {"8": {"sku": "B"}}, "net": "2.00"}\n'
)


@pytest.mark.parametrize(
    ("name", "data", "code", "said"),
    [
        ("empty.json", b"", "CW-FILE-EMPTY", "empty"),
        ("blank.ndjson", b"  \n\n", "CW-", ""),
        ("cut.json", b'[{"id": 1}, {"id": ', "CW-", ""),
        ("latin.json", '[{"name": "Müller"}]'.encode("latin-1"), "CW-", ""),
        ("text.json", b"hello, this is no data", "CW-", ""),
        ("bad.ndjson", b'{"id": 1}\n{"id": \n{"id": 3}\n', "CW-RECORDS-BAD", "1 of 3"),
        ("numbers.json", b"[1, 2, 3]", "CW-", ""),
        ("binary.csv", b"a,b\n\x00\x01\x02,1\n", "CW-NUL", "a NUL character"),
        ("picture.png", b"\x89PNG....", "CW-FILE-FORMAT", "not read"),
        ("broken.xlsx", b"PK\x03\x04 no workbook", "CW-NOT-TEXT", "a zip archive"),
        ("open.xml", b"<orders><order><id>1</id></orders>", "CW-", ""),
        ("entity.xml", b'<!DOCTYPE x [<!ENTITY e "y">]><x>&e;</x>', "CW-", ""),
    ],
)
def test_what_cannot_be_read_is_one_clear_error(name: str, data: bytes, code: str, said: str) -> None:
    """Each names the file as the person knows it, and no path of the server."""
    with pytest.raises(CrosswalkError) as caught:
        read_upload(name, data)
    assert caught.value.code.startswith(code)
    assert said in caught.value.what
    assert name in caught.value.where
    assert "/" not in caught.value.where.replace(name, "")


def test_a_file_over_the_limit_is_refused() -> None:
    """One byte more than 20 MB is too much for a sample."""
    with pytest.raises(RecordError, match="too large"):
        read_upload("big.json", b" " * (MAX_BYTES + 1))


def test_json_keeps_its_structure_and_finds_its_key() -> None:
    """Objects keyed by id stay what they are; the id is the field that never repeats."""
    upload = read_upload("orders.ndjson", ORDERS)
    assert (len(upload.records), upload.key) == (2, "id")
    assert "rows[].sku" in upload.shape.paths()


def workbook(rows: list[list[str]]) -> bytes:
    """The smallest XLSX file that holds these texts."""
    cell = '<c t="inlineStr"><is><t>{}</t></is></c>'
    cells = "".join("<row>" + "".join(map(cell.format, row)) + "</row>" for row in rows)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    links = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{links}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{links}"><sheets>'
        '<sheet name="s" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{links}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


def test_tables_become_records() -> None:
    """CSV, XLSX, Parquet and XML give the same two records, all values as the file wrote them."""
    frame = pl.DataFrame({"id": ["007", "8"], "net": ["1.50", "2.00"]})
    parquet = io.BytesIO()
    frame.write_parquet(parquet)
    wanted = [{"id": "007", "net": "1.50"}, {"id": "8", "net": "2.00"}]
    files = {
        "a.csv": b"id;net\n007;1.50\n8;2.00\n",
        "a.parquet": parquet.getvalue(),
        "a.xlsx": workbook([["id", "net"], ["007", "1.50"], ["8", "2.00"]]),
        "a.xml": b"<o><r><id>007</id><net>1.50</net></r><r><id>8</id><net>2.00</net></r></o>",
    }
    for name, data in files.items():
        assert list(read_upload(name, data).records) == wanted, name


def test_a_sample_joins_the_project_and_the_project_still_loads(workspace: Workspace) -> None:
    """The file lies in samples/, project.yaml names it with its key, nothing else has changed."""
    before = {path: path.read_bytes() for path in (workspace.root / "mappings").glob("*.yaml")}
    add_sample(workspace, "shop", "order", read_upload("orders.ndjson", ORDERS))
    project = load_project(workspace.root)
    assert project.manifest.systems["shop"].entities["order"].key == "id"
    assert [path.name for path in project.samples["shop.order"]] == ["shop.order.ndjson"]
    assert "brightpearl.order" in project.samples
    assert {path: path.read_bytes() for path in before} == before
    rows = (workspace.root / "samples/shop.order.ndjson").read_text("utf-8").splitlines()
    assert [json.loads(row)["id"] for row in rows] == [1, 2]


def test_names_that_are_no_file_names_are_refused(workspace: Workspace) -> None:
    """A system or entity with a slash, dots or nothing in it never reaches the disk."""
    upload = read_upload("orders.ndjson", ORDERS)
    for system, entity in (("../x", "order"), ("shop", ""), ("shop", "a/b"), ("", "order")):
        with pytest.raises(RejectedError):
            add_sample(workspace, system, entity, upload)
    assert not (workspace.root.parent / "x").exists()


def test_a_project_begins_empty_and_takes_samples(tmp_path: Path) -> None:
    """A new folder becomes a project that loads; a folder with something in it is left alone."""
    desk = Desk()
    opened = desk.open(begin_project(tmp_path / "fresh", "fresh"))
    add_sample(opened, "shop", "order", read_upload("orders.ndjson", ORDERS))
    assert load_project(opened.root).name == "fresh"
    with pytest.raises(CannotWriteError):
        begin_project(tmp_path, "again")
    with pytest.raises(RejectedError):
        begin_project(tmp_path / "other", "no / name")
    desk.close()


def test_one_studio_a_project(workspace: Workspace) -> None:
    """A second studio on the same folder is told so; a folder that is no project too."""
    with pytest.raises(CrosswalkError, match="another studio"):
        Workspace(workspace.root)
    with pytest.raises(MissingFileError):
        Workspace(workspace.root / "samples")


def test_nothing_is_written_into_a_project_that_was_closed(tmp_path: Path) -> None:
    """Whoever still looks at a project that somebody has switched away from is told so."""
    desk = Desk()
    old = desk.open(begin_project(tmp_path / "old", "old"))
    desk.open(begin_project(tmp_path / "new", "new"))
    decision = Decision("t-1", "2026-11-23T09:00:00Z", "ana", "rule", "reject", mapping="m", target="T")
    with pytest.raises(StaleError, match="not open any more"):
        record(old, decision, By("ana", "t-1"), {})
    assert not (tmp_path / "old" / "decisions").exists()
    desk.close()
