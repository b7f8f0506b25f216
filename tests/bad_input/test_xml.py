"""B20 to B22: XML that would read files, grow without end, or say two things at once."""

import pytest

from tests.bad_input.desk import Case, Check, mapped, rejected

ORDER = "<Orders><Order><id>1</id><net>12.30</net></Order><Order><id>2</id><net>1.00</net></Order></Orders>"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
CASES = [
    mapped(
        "B20",
        "a billion laughs",
        "bad.xml",
        f'<?xml version="1.0"?><!DOCTYPE o [<!ENTITY l0 "ha">{LAUGHS}]><o><Order><id>&l9;</id></Order></o>',
    ),
    mapped(
        "B20",
        "one entity of 100,000 letters many times",
        "bad.xml",
        f'<!DOCTYPE o [<!ENTITY a "{"a" * 100_000}">]><o><Order><id>{"&a;" * 1_000}</id></Order></o>',
    ),
    mapped(
        "B20",
        "an entity that reads a file",
        "bad.xml",
        '<!DOCTYPE o [<!ENTITY f SYSTEM "file:///etc/passwd">]><o><Order><id>&f;</id></Order></o>',
    ),
    mapped("B20", "a bare DTD", "bad.xml", f"<!DOCTYPE Orders>{ORDER}"),
    mapped(
        "B20", "a DTD elsewhere", "bad.xml", f'<!DOCTYPE Orders SYSTEM "http://127.0.0.1:9/o.dtd">{ORDER}'
    ),
    mapped(
        "B20",
        "XInclude is an element like any other",
        "good.xml",
        '<Orders><Order><id>1</id><x:include xmlns:x="http://www.w3.org/2001/XInclude" '
        'href="/etc/passwd"/></Order>'
        "<Order><id>2</id></Order></Orders>",
        leaves=("out.ndjson",),
        accepted=True,
    ),
    mapped("B21", "100,000 levels", "bad.xml", "<a>" * 100_000 + "</a>" * 100_000),
    mapped(
        "B21",
        "2,000 attributes",
        "bad.xml",
        "<Orders><Order " + " ".join(f'a{n}="1"' for n in range(2_000)) + "><id>1</id></Order></Orders>",
    ),
    rejected("B21", "cut off", "bad.xml", ORDER[:60]),
    mapped("B21", "a tag that closes another", "bad.xml", "<Orders><Order><id>1</net></Order></Orders>"),
    mapped(
        "B21", "an encoding that it is not in", "bad.xml", f'<?xml version="1.0" encoding="UTF-16"?>{ORDER}'
    ),
    mapped(
        "B21",
        "text between elements",
        "bad.xml",
        "<Orders><Order><id>1</id>loose words<net>1</net></Order>"
        "<Order><id>2</id><net>2</net></Order></Orders>",
        leaves=("out.ndjson",),
        accepted=True,
    ),
    mapped("B22", "a prefix that nobody declared", "bad.xml", ORDER.replace("<id>1</id>", "<s:id>1</s:id>")),
    mapped(
        "B22",
        "one name in two namespaces",
        "good.xml",
        '<o xmlns:a="urn:a" xmlns:b="urn:b"><Order><a:id>1</a:id><b:id>2</b:id><net>1</net></Order>'
        "<Order><a:id>1</a:id><net>1</net></Order></o>",
        leaves=("out.ndjson",),
        accepted=True,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_bad_xml(case: Case, check: Check) -> None:
    """What is said and left is the golden text of the catalogue's row."""
    check(case)
