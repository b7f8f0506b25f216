"""The rules of a mapping to trees: fields, lists in lists, and the rules of rule sets where they are used."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from crosswalk_engine.errors import ConfigError, masked
from crosswalk_engine.formula import RowScope, TypedFormula
from crosswalk_engine.formula.ir import ROWS, Call, Const, Node
from crosswalk_engine.formula.resolve import Resolver
from crosswalk_engine.formula.stands import Names, locate, names, shape_below, stands_of
from crosswalk_engine.formula.values import Kinds, kind_of
from crosswalk_engine.mapping.clashes import EACH, Targets
from crosswalk_engine.mapping.document import AnyRule, EachRule, Rule, RuleSet, UseRule
from crosswalk_engine.mapping.notes import BAD, Context, Notes
from crosswalk_engine.mapping.rule_limits import constant_value, limit_faults, limits_of
from crosswalk_engine.mapping.scopes import MAX_USES, RuleSets, is_path, substituted, with_row
from crosswalk_engine.mapping.steps import step_fault
from crosswalk_engine.mapping.tree import NO_LIMITS, AnyTree, EachTree, RuleTree, StepTree
from crosswalk_engine.mapping.written import Place, Role
from crosswalk_engine.payload.nearest import did_you_mean
from crosswalk_engine.payload.paths import format_path, parse_path


class Translation:
    """The translation of one mapping's rules."""

    def __init__(self, notes: Notes, rule_sets: RuleSets, mapping: str) -> None:
        self.notes = notes
        self.rule_sets = rule_sets
        self.mapping = mapping
        self.targets = Targets()

    def rules(self, rules: tuple[AnyRule, ...], place: Place, context: Context) -> tuple[AnyTree, ...]:
        """The trees of `rules`, those with problems left out."""
        found: list[AnyTree] = []
        for index, rule in enumerate(rules):
            here = (*place, index)
            if isinstance(rule, UseRule):
                found += self._use(rule, here, context)
                continue
            tree = (
                self._each(rule, here, context)
                if isinstance(rule, EachRule)
                else self._rule(rule, here, context)
            )
            if tree is not None:
                self.notes.places[id(tree)] = (context.doc, here)
                found.append(tree)
        return tuple(found)

    def _rule(self, rule: Rule, place: Place, context: Context) -> RuleTree | None:
        notes = self.notes
        parts = self._target(rule.to, (*place, "to"), context)
        to = format_path(*(parts or _names_or(rule.to)))
        shown = _shown(context, to)
        formula = self._value(rule, place, context, shown)
        when = notes.optional(rule.when, (*place, "when"), context, "when", f"{shown} when", rule)
        faults = [] if formula is None else list(limit_faults(rule, formula.kinds))
        for fault in faults:
            what = f"{shown}: {fault.what}"
            notes.note(context, (*place, fault.option), "CW-MAPPING-LIMIT", what, fault.suggestion)
        if formula is None or parts is None or when is BAD:
            return None
        return RuleTree(
            to,
            parts,
            rule.text,
            formula.node,
            formula.type,
            required=rule.required,
            cut=rule.on_too_long == "cut",
            # Who looks at the tree in spite of the findings must be able to run it.
            limits=NO_LIMITS if faults else limits_of(rule),
            default=rule.default,
            empty=rule.empty or context.empty,
            invalid=rule.on_invalid,
            when=when,
            when_text=rule.when or "",
            levels=context.levels,
        )

    def _value(self, rule: Rule, place: Place, context: Context, shown: str) -> TypedFormula | None:
        """The formula of a rule, or its constant as one."""
        if rule.formula is not None:
            return self.notes.formula(rule.formula, (*place, "formula"), context, "value", shown, rule)
        node, kinds = _constant(rule)
        formula = TypedFormula(rule.text, node, kinds)
        self.notes.keep(formula, (*place, "value"), context, "value", shown, rule)
        return formula

    def _each(self, rule: EachRule, place: Place, context: Context) -> EachTree | None:
        notes = self.notes
        parts = self._target(rule.to.removesuffix("[]"), (*place, "to"), context)
        to = format_path(*(parts or _names_or(rule.to.removesuffix("[]")))) + "[]"
        shown = _shown(context, to)
        when = notes.optional(rule.when, (*place, "when"), context, "when", f"{shown} when", rule)
        stepped = self._steps(rule, place, context, shown)
        if stepped is None:
            return None
        steps, rows = stepped

        def formula(text: str | None, option: Role, context: Context) -> Any:
            return notes.optional(text, (*place, option), context, option, f"{shown} {option}", rule)

        where = formula(rule.where, "where", rows)
        order_by = formula(rule.order_by, "order_by", rows)
        group_by = [formula(text, "group_by", rows) for text in rule.group_by]
        inner = self._group(rule, place, rows, shown, steps[-1])
        keyed_by = formula(rule.keyed_by, "keyed_by", inner)
        above = (*context.above, *(parts or ()), EACH)
        rules = self.rules(rule.rules, (*place, "rules"), inner.within(above=above, prefix=()))
        if parts is None or when is BAD or any(one is BAD for one in (where, order_by, keyed_by, *group_by)):
            return None
        return EachTree(
            to,
            parts,
            steps,
            rules,
            where,
            rule.where or "",
            order_by,
            rule.order_by or "",
            tuple(group_by),
            rule.group_by,
            rule.rows_as,
            keyed_by,
            rule.keyed_by or "",
            rule.required,
            when,
            rule.when or "",
            context.levels,
            rule.empty or context.empty,
        )

    def _steps(
        self, rule: EachRule, place: Place, context: Context, shown: str
    ) -> tuple[tuple[StepTree, ...], Context] | None:
        """The steps of an `each`, and the context of its rows."""
        at = (*place, "each")
        try:
            written_steps = rule.steps
            for path, _ in written_steps:
                parse_path(path)
        except ConfigError as error:
            self.notes.note(context, at, error.code, f"{shown}: {error.what}: {error.got}", error.fix)
            return None
        steps: list[StepTree] = []
        for path, alias in written_steps:
            fault = step_fault(names(path), alias, context.scope)
            if fault is not None:
                what, advice = fault
                self.notes.note(context, at, "CW-MAPPING-EACH", f"{shown}: {what}", advice)
                return None
            scope = context.scope
            parts = substituted(names(path), scope)
            stand = locate(parts, stands_of(scope), scope)
            step = StepTree(stand.base, stand.parts, stand.path, alias, ROWS[len(context.levels)])
            row = RowScope(format_path(*parts), alias, flattens=bool(steps))
            steps.append(step)
            levels = (*context.levels, step.level)
            context = context.within(scope=with_row(scope, row), levels=levels)
        return tuple(steps), context

    def _group(self, rule: EachRule, place: Place, rows: Context, shown: str, step: StepTree) -> Context:
        """The context of the elements: the rows themselves, or groups of them."""
        if rule.rows_as is None:
            return rows
        shape = shape_below(rows.scope.shape, step.path)
        if shape is not None and rule.rows_as in shape.children:
            message = f"{shown}: '{rule.rows_as}' is also a field of the element"
            self.notes.note(rows, (*place, "rows_as"), "CW-MAPPING-EACH", message, "choose another name")
        assert rows.scope.row is not None
        return rows.within(scope=replace(rows.scope, row=replace(rows.scope.row, rows_as=rule.rows_as)))

    def _use(self, rule: UseRule, place: Place, context: Context) -> tuple[AnyTree, ...]:
        """The rules of a rule set, its parameters standing for what is given."""
        found = self.rule_sets.get(rule.use)
        below = () if rule.to is None else self._path(rule.to, (*place, "to"), context)
        fault = None
        if found is None:
            hint = did_you_mean(rule.use, self.rule_sets) or "put it into rules/"
            fault = f"there is no rule set '{masked(rule.use, 60)}'", hint
        elif rule.use in context.using:
            fault = f"the rule set '{rule.use}' uses itself", "take the use out"
        elif len(context.using) > MAX_USES:
            fault = f"rule sets use one another at most {MAX_USES} deep", "put the rules in directly"
        if fault is not None:
            self.notes.note(context, (*place, "use"), "CW-MAPPING-USE", *fault)
        given = None if found is None else self._given(rule, found, place, context)
        if found is None or fault is not None or given is None or below is None:
            return ()
        inside = context.within(
            doc=found,
            scope=replace(context.scope, parameters=given),
            prefix=(*context.prefix, *below),
            using=(*(context.using or (self.mapping,)), rule.use),
        )
        return self.rules(found.rules, ("rules",), inside)

    def _given(self, rule: UseRule, found: RuleSet, place: Place, context: Context) -> dict[str, str] | None:
        """Parameter -> path, as names of the mapping; `None` with what is wrong noted."""
        faults: list[tuple[Place, str, str]] = []
        for name in rule.given:
            if name not in found.parameters:
                what = f"the rule set '{found.name}' has no parameter '{masked(name, 40)}'"
                faults.append(((*place, "given", name), what, did_you_mean(name, found.parameters)))
        for name in found.parameters:
            if name not in rule.given:
                what = f"the parameter '{name}' of the rule set '{found.name}' is not given"
                faults.append(((*place, "use"), what, f"write given: {{{name}: …}}"))
        paths: dict[str, str] = {}
        for name, text in rule.given.items():
            here = (*place, "given", name)
            try:
                parts = substituted(names(text), context.scope)
            except ConfigError as error:
                faults.append((here, f"given {name}: {error.what}: {error.got}", error.fix))
                continue
            resolver = Resolver(replace(context.scope, parameters={}))
            field = resolver.resolve(parts, (0, 0))
            problem = resolver.check_exists(field, resolver.find(field))
            if problem is not None:
                faults.append((here, f"given {name}: {problem.message}", problem.suggestion))
            paths[name] = format_path(*parts)
        for at, what, advice in faults:
            self.notes.note(context, at, "CW-MAPPING-USE", what, advice)
        return None if faults else paths

    def _target(self, to: str, place: Place, context: Context) -> Names | None:
        """The names of a target path that can be built: without ``[]``, once, and not inside another."""
        below = self._path(to, place, context)
        if below is None:
            return None
        parts = (*context.prefix, *below)
        if not is_path(format_path(*parts)):
            message = f"{masked(to, 40)}: with the paths that it is put below, the path is too long"
            self.notes.note(context, place, "CW-MAPPING-TARGET", message, "choose shorter paths")
            return None
        clash = self.targets.add((*context.above, *parts), format_path(*parts))
        if clash is not None:
            message = (
                f"{_shown(context, format_path(*parts))}: clashes with {clash}, which has a rule already"
            )
            self.notes.note(context, place, "CW-MAPPING-TARGET", message, "keep one of the two")
            return None
        return parts

    def _path(self, to: str, place: Place, context: Context) -> Names | None:
        try:
            path = parse_path(to)
        except ConfigError as error:
            self.notes.note(context, place, "CW-MAPPING-TARGET", f"{masked(to)}: {error.what}", error.fix)
            return None
        if path.repeating:
            message = f"{to}: a list is filled by an `each` rule"
            self.notes.note(context, place, "CW-MAPPING-TARGET", message, "use `each`")
            return None
        return path.names


def _constant(rule: Rule) -> tuple[Node, Kinds]:
    """The tree of a constant, and its kind."""
    value = constant_value(rule.value, rule.type)
    kinds = frozenset({kind_of(value)})
    if isinstance(value, date):
        function = "TO_DATETIME" if isinstance(value, datetime) else "TO_DATE"
        return Call(function, (Const(rule.value),)), kinds
    return Const(value), kinds


def _shown(context: Context, to: str) -> str:
    """A target as messages name it: the whole path, ``lines[].ITNO``."""
    above = ""
    for name in context.above:
        above += "[]" if name == EACH else f"{'.' if above else ''}{format_path(name)}"
    return f"{above}.{to}" if above else to


def _names_or(to: str) -> Names:
    """The names of a target, or the whole text when it is no path."""
    return names(to) if is_path(to) else (to,)
