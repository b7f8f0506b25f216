"""The code of single rules and checks."""

from crosswalk_engine.formula.code import Operand
from crosswalk_engine.formula.ir import Call, Const
from crosswalk_engine.formula.values import BOOLEAN, DECIMAL, INTEGER, TEXT, to_json_value
from crosswalk_engine.mapping.code_page import Inside, Made, Page
from crosswalk_engine.mapping.faults import check_fields, check_spot, rule_spot
from crosswalk_engine.mapping.settle import REJECTED, Settler
from crosswalk_engine.mapping.tree import NO_LIMITS, CheckTree, Limits, RuleTree
from crosswalk_engine.mapping.unset import source_fields
from crosswalk_engine.payload.paths import format_path

_COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")
#: Decimals with up to so many digits after the point are never written with an exponent.
_PLAIN_SCALE = 6


def write_rule(page: Page, rule: RuleTree, inside: Inside) -> Made:
    """Writes the lines of one rule."""
    spot = rule_spot(rule, inside.above)
    settler = Settler(rule, spot)
    made = Made(rule.parts, page.emitter.temp("x"), rule.when is not None or rule.empty != "write")
    if rule.when is None and page.fast is not None and (text := _constant(rule, settler)) is not None:
        return Made(rule.parts, text)
    label = f"{spot.path()}: {rule.text}"
    on_error = (
        f"fault(errors, {page.spot(spot, label)}, error, {inside.place})" if rule.when is not None else ""
    )
    test = page.condition(rule.when, "when", on_error)
    with page.only_if(test, made):
        name = page.spot(settler, label)
        if page.fast is None:
            _careful(page, rule, made.name, name, inside)
        elif rule.invalid != "reject":
            failed = f"{name}.failed(error, errors, warnings, {inside.place})"
            with page.guarded(f"{made.name} = {_written(page, rule, failed)}", "if errors: raise Careful"):
                _quick(page, rule, made.name, name, inside)
        else:
            _quick(page, rule, made.name, name, inside)
    return made


def _constant(rule: RuleTree, settler: Settler) -> str | None:
    """The output of a rule that always gives the same, as Python text; `None` when it does not."""
    if not isinstance(rule.node, Const) or rule.empty != "write":
        return None
    errors: list[object] = []
    value = settler.value(rule.node.value, errors, errors)  # type: ignore[arg-type]
    return None if errors or value is REJECTED else repr(to_json_value(value))


def _careful(page: Page, rule: RuleTree, result: str, name: str, inside: Inside) -> None:
    on_error = f"{name}.failed(error, errors, warnings, {inside.place})"
    with page.attempt(f"{result} = {_written(page, rule, on_error)}"):
        operand = page.emitter.emit(rule.node)
        settled = f"{name}.value({operand.name}, errors, warnings, {inside.place})"
        if not _is_simple(rule) or rule.empty != "write":
            page.line(f"{result} = {_written(page, rule, settled)}")
            return
        page.line(f"{result} = {output(operand)}")
        if test := _breaks(rule, operand, result):
            page.line(f"if {test}: {result} = written({settled})")


def _is_simple(rule: RuleTree) -> bool:
    """Whether nothing can be wrong with a value but that it is missing or too long."""
    return Limits(max_length=rule.limits.max_length) == rule.limits and rule.default is None


def _written(page: Page, rule: RuleTree, settled: str) -> str:
    if rule.empty == "write":
        return f"written({settled})"
    return f"written_or_kept({settled}, ({_raws(page, rule)}))"


def _raws(page: Page, rule: RuleTree) -> str:
    """Expressions for the raw values of the fields that decide what no value means."""
    fields = source_fields(rule.node) if rule.empty == "keep" else []
    return "".join(f"{page.emitter.raw_or_unset(field)}, " for field in fields)


def _quick(page: Page, rule: RuleTree, result: str, name: str, inside: Inside) -> None:
    """The value of a rule in a clean record: what does not fit is left to the careful code."""
    operand = page.emitter.emit(rule.node)
    settled = f"{name}.value({operand.name}, errors, warnings, {inside.place})"
    if not _is_simple(rule):
        page.line(f"{result} = {settled}")
        page.line("if errors: raise Careful")
        page.line(f"{result} = {_written(page, rule, result)}")
        return
    page.line(f"{result} = {output(operand)}")
    if test := _breaks(rule, operand, result):
        page.line(f"if {test}:")
        page.line(f"    {result} = {settled}")
        page.line("    if errors: raise Careful")
    if rule.empty != "write" and _perhaps_blank(operand):
        page.line(f"if {result} is None or {result} == '': {result} = kept(({_raws(page, rule)}))")


def _perhaps_blank(operand: Operand) -> bool:
    return operand.nullable or not operand.kinds or bool(operand.kinds & TEXT)


def _breaks(rule: RuleTree, operand: Operand, result: str) -> str:
    """A test of whether a value is missing where it must not, or too long; '' when it cannot be."""
    is_text, tests = operand.kinds <= TEXT, []
    if rule.required and _perhaps_blank(operand):
        tests.append(f"not {result}" if is_text else f"{result} is None or {result} == ''")
    if rule.limits != NO_LIMITS:
        length = f"len({result})" if is_text or operand.kinds == DECIMAL else f"len(str({result}))"
        some = f"{result} is not None and " if not tests and operand.nullable else ""
        tests.append(f"{some}{length} > {rule.limits.max_length!r}")
    return " or ".join(tests)


def output(operand: Operand) -> str:
    """An expression for the JSON form of a value."""
    name = operand.name
    if operand.kinds <= TEXT | INTEGER | BOOLEAN:
        return name
    if operand.kinds <= DECIMAL:
        known = operand.scale is not None and operand.scale <= _PLAIN_SCALE
        text = f"str({name})" if known else f"plain({name})"
        return f"None if {name} is None else {text}" if operand.nullable else text
    return f"{name} if {name}.__class__ is str else to_json_value({name})"


def write_check(page: Page, check: CheckTree) -> None:
    """Writes the lines of one check."""
    spot = page.spot(check_spot(check), f"check: {check.text}")
    on_error = f"fault(errors, {spot}, error)"
    test = page.condition(check.when, "when", on_error)
    if not test:
        _check(page, check, spot, on_error)
        return
    with page.writer.block(f"if {test}:"), page.emitter.scoped():
        _check(page, check, spot, on_error)


def _check(page: Page, check: CheckTree, spot: str, on_error: str) -> None:
    emitter, node = page.emitter, check.node
    if page.fast is not None:
        page.line(f"if not ({page.truth(node, 'the check')}): raise Careful")
        return
    root = emitter.roots["record"]
    fields = ", ".join(
        f"({format_path(*path.parts)!r}, {emitter.raw(root, path.parts, safe=True)})"
        for path in check_fields(check)
    )
    with page.attempt(on_error):
        sides = "None"
        if isinstance(node, Call) and node.name in _COMPARISONS:
            left, right = (emitter.emit(arg) for arg in node.args)
            sides = f"({left.name}, {node.name!r}, {right.name})"
            name = emitter.truth(emitter.call_on(node, [left, right]), "the check")
        else:
            name = emitter.truth(emitter.emit(node), "the check")
        page.line(f"if {name} is not True: check_failed(errors, {spot}, {sides}, [{fields}])")
