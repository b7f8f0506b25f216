"""What a profile says of files."""

import json
from pathlib import Path

import pytest
from crosswalk_models.profile import FieldProfile, profile_files, render
from crosswalk_models.profile.masking import is_personal_name, looks_personal, mask, mask_value

ROWS = [
    {
        "id": 100 + number,
        "customerId": 7 + number % 3,
        "placedOn": f"2026-03-{1 + number % 28:02d}T10:00:00+00:00",
        "day": f"202603{1 + number % 28:02d}",
        "net": f"{number}.50",
        "email": f"person{number}@example.net",
        "telephone": f"0117 496 0{number:03d}",
        "country": ["GB", "DE", "FR"][number % 3],
        "paid": number % 2 == 0,
        "note": "" if number % 4 else "call before delivery, please",
        "gone": None,
    }
    for number in range(40)
]


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    path = tmp_path / "orders.ndjson"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return path


def field(profile: object, path: str) -> FieldProfile:
    return next(item for item in profile.files[0].fields if item.path == path)  # type: ignore[attr-defined]


def test_types_are_guessed_from_nearly_all_values(orders: Path) -> None:
    """Each column of the example gets the type that its values and its name show."""
    found = {item.path: item.type for item in profile_files([orders]).files[0].fields}
    assert found == {
        "id": "integer",
        "customerId": "integer",
        "placedOn": "datetime",
        "day": "date",
        "net": "decimal",
        "email": "email",
        "telephone": "phone",
        "country": "country",
        "paid": "boolean",
        "note": "text",
        "gone": "empty",
    }


def test_figures_are_exact(orders: Path) -> None:
    """Counts, gaps, extremes and lengths are those of the rows; 39.50 stays above 4.50."""
    profile = profile_files([orders])
    net, note, gone = (field(profile, path) for path in ("net", "note", "gone"))
    assert (net.least, net.most, net.form, net.distinct) == ("0.5", "39.5", "2 decimals", 40)
    assert sum(bin_.count for bin_ in net.histogram) == 40
    assert len(net.histogram) == 10
    assert (note.filled, note.blanks, note.nulls, note.absent) == (10, 30, 0, 0)
    assert (gone.filled, gone.nulls) == (0, 40)
    assert field(profile, "day").form == "yyyyMMdd"
    assert field(profile, "country").patterns[0].value == "AA"
    assert field(profile, "country").top[0].count == 14


def test_keys_identify_records(orders: Path) -> None:
    """Only the field that is always filled, never repeats and holds no words or moments may be a key."""
    assert profile_files([orders]).files[0].keys == ("id", "email")


def test_foreign_keys_need_coverage_and_a_name(orders: Path, tmp_path: Path) -> None:
    """A field refers to the file whose ids cover it; small numbers alone do not make a reference."""
    customers = tmp_path / "customers.csv"
    customers.write_text("id,name\n7,A\n8,B\n9,C\n")
    (tmp_path / "colours.csv").write_text("code,rank\n7,1\n8,2\n9,3\n10,4\n")
    profile = profile_files([orders, customers, tmp_path / "colours.csv"])
    guesses = [(key.path, key.to_file, key.to_path, key.coverage) for key in profile.foreign_keys]
    assert guesses == [("customerId", "customers.csv", "id", 1.0)]


def test_personal_values_are_masked_unless_asked_for(orders: Path) -> None:
    """E-mail addresses and phone numbers show their form only; with the switch they are shown."""
    hidden, shown = profile_files([orders]), profile_files([orders], show_values=True)
    assert field(hidden, "email").examples[0] == "p••••••@e••••••.n••"
    assert field(shown, "email").examples[0] == "person0@example.net"
    assert "person0@example.net" not in json.dumps(hidden.to_json())
    assert field(hidden, "net").examples[0] == "0.50"


def test_the_table_says_what_it_left_out(orders: Path) -> None:
    """The printed table has a line a field, no line wider than asked, and tells of the masking."""
    text = render(profile_files([orders]), width=120)
    lines = text.splitlines()
    assert lines[0] == "orders.ndjson: 40 records, 11 fields, may be identified by id, email"
    assert len(lines) == 3 + 11 + 1
    assert max(map(len, lines)) <= 120
    assert lines[-1] == "* 2 fields look personal; their values are masked"


@pytest.mark.parametrize(
    ("path", "personal"),
    [
        ("parties.delivery.addressLine1", True),
        ("parties.customer.addressFullName", True),
        ("parties.customer.email", True),
        ("address.CUA1", True),
        ("billing_address.street[0]", True),
        ("first_name", True),
        ("parties.customer.countryIsoCode", False),
        ("orderRows[].productName", False),
        ("warehouse.name", False),
        ("contactId", False),
        ("emailStatus", False),
    ],
)
def test_personal_fields_are_known_by_name(path: str, personal: bool) -> None:
    """Names, streets, e-mail and phone fields are personal; products, codes and ids are not."""
    assert is_personal_name(path) is personal


def test_masking_keeps_the_form() -> None:
    """The first character of each word stays, the rest becomes dots; order numbers are no phone numbers."""
    assert mask("Priya Raman") == "P•••• R••••"
    assert mask_value("14 Alma Road", "addressLine1") == "1• A••• R•••"
    assert looks_personal("+44 117 496 0181")
    assert not looks_personal("2026-03-09")
    assert not looks_personal("100482")
