"""The lines, charges and texts of the M3 order: each order row becomes one of them."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.bench.by_hand.order import Order, Row, related_record
from tests.bench.by_hand.values import (
    Q2,
    Q4,
    Q6,
    TO4,
    FieldError,
    Problems,
    amount,
    child,
    good,
    limited,
    look_up,
    number,
    output,
    same,
    scalar,
    text,
    trimmed,
    words,
)

TAX: Mapping[Any, int] = {"T20": 1, "T5": 2}


def lists(order: Order, out: dict[str, Any]) -> None:
    """Lines, charges and texts: each row becomes one of them."""
    lines: list[dict[str, Any]] = []
    charges: list[dict[str, Any]] = []
    texts: list[dict[str, Any]] = []
    out["lines"], out["charges"], out["texts"] = lines, charges, texts
    found: tuple[Problems, Problems, Problems] = ([], [], [])
    rows = in_order(order, found)
    try:
        parts: Any = shares(good(order.net), rows)
    except FieldError as error:
        parts = error
    for at, row in enumerate(rows):
        product = row.product
        if product.__class__ is FieldError:
            for path, errors in zip(("lines[]", "charges[]", "texts[]"), found, strict=True):
                errors.append((path, product.code))
            continue
        if product is not None and product != 1000:
            lines.append(line(order, row, parts, at, len(lines), found[0]))
            continue
        if row.net.__class__ is FieldError:
            found[1].append(("charges[]", row.net.code))
            found[2].append(("texts[]", row.net.code))
        elif product is not None and row.net is not None:
            if row.net:
                charges.append(charge(order, row, parts, at, len(charges), found[1]))
            else:
                texts.append(note(row, len(texts), found[2]))
    for errors in found:
        order.errors.extend(errors)


def in_order(order: Order, found: tuple[Problems, Problems, Problems]) -> list[Row]:
    """The rows by their sequence, those without one last; what is wrong with it goes to each list."""
    codes = []
    if order.rows.__class__ is FieldError:
        rows, codes = [], [order.rows.code]
    else:
        rows = order.rows
        codes = [row.sequence.code for row in rows if row.sequence.__class__ is FieldError]
        rows = sorted(rows, key=by_sequence)
    for path, errors in zip(("lines[]", "charges[]", "texts[]"), found, strict=True):
        errors.extend([(path, code) for code in codes])
    return rows


def by_sequence(row: Row) -> tuple[bool, int]:
    """Where a row stands."""
    sequence = row.sequence
    return (False, sequence) if sequence.__class__ is int else (True, 0)


def shares(amount: Decimal | None, rows: list[Row]) -> list[Decimal | None]:
    """`amount`, in cents, shared by the nets of the rows; the cents that rounding loses go to the largest."""
    weights = [0 if row.net is None else int(good(row.net).scaleb(4)) for row in rows]
    if amount is None:
        return [None] * len(rows)
    units = int(amount.scaleb(2))
    whole = sum(weights)
    if whole == 0:
        if units:
            raise FieldError("CW-APPORTION")
        units, whole = 1, 100
    sign = -1 if units < 0 else 1
    if whole < 0:
        weights, whole = [-weight for weight in weights], -whole
    products = [abs(units) * weight for weight in weights]
    found = [(2 * abs(part) + whole) // (2 * whole) * (-1 if part < 0 else 1) for part in products]
    missing = sum(products) // whole - sum(found)
    if missing:
        step = 1 if missing > 0 else -1
        left = [part - share * whole for part, share in zip(products, found, strict=True)]
        for index in sorted(range(len(found)), key=lambda at: (-step * left[at], step * at))[: abs(missing)]:
            found[index] += step
    return [Decimal(sign * share).scaleb(-2) for share in found]


def place(errors: Problems, index: int, name: str, code: str) -> None:
    """Notes what is wrong with a field of a line."""
    errors.append((f"lines[{index}].{name}", code))


def short(errors: Problems, index: int, name: str, value: str | None, most: int) -> str | None:
    """A required text of a line, of at most `most` characters."""
    if not value:
        place(errors, index, name, "CW-REQUIRED")
    elif len(value) > most:
        return place(errors, index, name, "CW-TOO-LONG")
    return value


def required(errors: Problems, index: int, name: str, value: Decimal | None) -> str | None:
    """The digits of a required decimal of a line."""
    return place(errors, index, name, "CW-REQUIRED") if value is None else str(value)


def line(order: Order, row: Row, parts: Any, at: int, index: int, errors: Problems) -> dict[str, Any]:
    """One line of the order."""
    data = row.data
    out: dict[str, Any] = {"ALUN": "PCE", "WHLO": None, "DWDT": None}
    try:
        value = data.get("productSku")
        if value.__class__ is not str or not value:
            value = scalar(value)
            value = text(sku(order, data) if value is None else value)
        out["ITNO"] = short(errors, index, "ITNO", value.strip(" ").upper() if value else value, 15)
    except FieldError as error:
        place(errors, index, "ITNO", error.code)
    try:
        value = trimmed(data.get("productName"))
        if value and len(value) > 30:
            value = fit(value, 30)
        out["ITDS"] = short(errors, index, "ITDS", value, 30)
    except FieldError as error:
        place(errors, index, "ITDS", error.code)
    values(row, parts, at, index, errors, out)
    costs(row, index, errors, out)
    if order.warehouse.__class__ is FieldError:
        place(errors, index, "WHLO", order.warehouse.code)
    else:
        out["WHLO"] = short(errors, index, "WHLO", order.warehouse, 3)
    if order.due_day.__class__ is FieldError:
        place(errors, index, "DWDT", order.due_day.code)
    else:
        out["DWDT"] = short(errors, index, "DWDT", order.due_day, 8)
    origin(order, row, index, errors, out)
    return out


def values(row: Row, parts: Any, at: int, index: int, errors: Problems, out: dict[str, Any]) -> None:
    """Quantity, price, value, tax."""
    quantity, net = row.quantity, row.net
    if quantity.__class__ is FieldError:
        place(errors, index, "ORQT", quantity.code)
    else:
        out["ORQT"] = required(errors, index, "ORQT", quantity)
    try:
        share, quantity = good(parts)[at], good(quantity)
        price = None if share is None or quantity is None else ratio(share, quantity)
        out["SAPR"] = required(errors, index, "SAPR", price)
    except FieldError as error:
        place(errors, index, "SAPR", error.code)
    if parts.__class__ is FieldError:
        place(errors, index, "LNAM", parts.code)
    else:
        out["LNAM"] = required(errors, index, "LNAM", parts[at])
    row_value = row.data.get("rowValue")
    if row_value.__class__ is not dict:
        row_value = child(row.data, "rowValue")
    try:
        net, rate = good(net), row_value.get("taxRate")
        rate = TO4[rate] if rate.__class__ is str and rate else number(rate, TO4, Q4)
        tax = None if net is None or rate is None else hundredth(net, rate)
        out["VTAM"] = required(errors, index, "VTAM", tax)
    except FieldError as error:
        place(errors, index, "VTAM", error.code)
    try:
        out["VTCD"] = TAX.get(same(row_value.get("taxCode"), str), 0)
    except FieldError as error:
        place(errors, index, "VTCD", error.code)


def costs(row: Row, index: int, errors: Problems, out: dict[str, Any]) -> None:
    """Discount, cost, and whether the line is part of a bundle."""
    data = row.data
    try:
        value = amount(data.get("discountPercentage"))
        out["DIP1"] = shown = None if value is None else str(value)
        if shown is not None and len(shown) > 5:
            out["DIP1"] = place(errors, index, "DIP1", "CW-TOO-LONG")
    except FieldError as error:
        place(errors, index, "DIP1", error.code)
    try:
        value = data.get("itemCost")
        value = (value if value.__class__ is dict else child(data, "itemCost")).get("value")
        value = TO4[value] if value.__class__ is str and value else number(value, TO4, Q4)
        out["UCOS"] = shown = None if value is None else str(value)
        if shown is not None and len(shown) > 16:
            out["UCOS"] = place(errors, index, "UCOS", "CW-TOO-LONG")
    except FieldError as error:
        place(errors, index, "UCOS", error.code)
    try:
        composition = child(data, "composition")
        out["LTYP"] = "0"
        if same(composition.get("bundleParent"), bool):
            out["LTYP"] = "1"
        elif same(composition.get("bundleChild"), bool):
            out["LTYP"] = "2"
    except FieldError as error:
        place(errors, index, "LTYP", error.code)


def origin(order: Order, row: Row, index: int, errors: Problems, out: dict[str, Any]) -> None:
    """Where the line came from."""
    data = row.data
    try:
        value = data.get("orderRowSequence")
        out["CUPO"] = value = value if value.__class__ is str and value else output(value)
        if value is not None and len(str(value)) > 7:
            out["CUPO"] = place(errors, index, "CUPO", "CW-TOO-LONG")
    except FieldError as error:
        place(errors, index, "CUPO", error.code)
    if order.id.__class__ is FieldError:
        place(errors, index, "POPN", order.id.code)
    else:
        out["POPN"] = short(errors, index, "POPN", f"{order.id}-{row.key}", 30)
    try:
        value = data.get("nominalCode")
        out["CFIN"] = value = value if value.__class__ is str and value else output(value)
        if value is not None and len(str(value)) > 10:
            out["CFIN"] = place(errors, index, "CFIN", "CW-TOO-LONG")
    except FieldError as error:
        place(errors, index, "CFIN", error.code)


def sku(order: Order, data: dict[str, Any]) -> Any:
    """The number of the product that a row names."""
    product = related_record(order.products, data.get("productId"), "product")
    return scalar(child(product, "identity").get("sku"))


def fit(value: str, width: int) -> str:
    """`value` cut to `width` characters, after the last whole word that fits."""
    cut = value[:width]
    if not value[width].isspace() and any(c.isspace() for c in cut.strip()):
        cut = cut[: max(index for index, c in enumerate(cut) if c.isspace())]
    return cut.rstrip() or value[:width]


def ratio(left: Decimal, right: Decimal) -> Decimal:
    """left / right with six decimals."""
    if not right:
        raise FieldError("CW-DIVISION-ZERO")
    try:
        return (left / right).quantize(Q6, ROUND_HALF_UP) + 0
    except ArithmeticError as error:
        raise FieldError("CW-NUMBER-RANGE") from error


def hundredth(left: Decimal, right: Decimal) -> Decimal:
    """left * right / 100 with two decimals."""
    try:
        return (left * right / 100).quantize(Q2, ROUND_HALF_UP) + 0
    except ArithmeticError as error:
        raise FieldError("CW-NUMBER-RANGE") from error


def charge(order: Order, row: Row, parts: Any, at: int, index: int, errors: Problems) -> dict[str, Any]:
    """One charge."""
    out: dict[str, Any] = {}
    try:
        key = f"{words(row.data.get('nominalCode'))}|{words(child(row.data, 'rowValue').get('taxCode'))}"
        value = look_up(order.tables["charge_codes"], key)
        out["CRID"] = limited(errors, f"charges[{index}].CRID", value, 6)
    except FieldError as error:
        errors.append((f"charges[{index}].CRID", error.code))
    try:
        share = good(parts)[at]
        if share is None:
            errors.append((f"charges[{index}].CRAM", "CW-REQUIRED"))
        out["CRAM"] = None if share is None else str(share)
    except FieldError as error:
        errors.append((f"charges[{index}].CRAM", error.code))
    try:
        value = trimmed(row.data.get("productName"))
        out["CRD0"] = value[:30] if value else value
    except FieldError as error:
        errors.append((f"charges[{index}].CRD0", error.code))
    return out


def note(row: Row, index: int, errors: Problems) -> dict[str, Any]:
    """One text."""
    out: dict[str, Any] = {"TYPE": "1", "TYTR": "1"}
    try:
        value = trimmed(row.data.get("productName"))
        out["PARM"] = value[:240] if value else errors.append((f"texts[{index}].PARM", "CW-REQUIRED"))
    except FieldError as error:
        errors.append((f"texts[{index}].PARM", error.code))
    return out
