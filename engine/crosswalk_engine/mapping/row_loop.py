"""The loop over the rows of a list in generated code."""

from crosswalk_engine.formula.code import Root
from crosswalk_engine.formula.emit_rows import RowSet
from crosswalk_engine.formula.ir import ScopeName
from crosswalk_engine.formula.layout import Field
from crosswalk_engine.mapping.code_page import Page
from crosswalk_engine.mapping.tree import EachTree


class RowLoop:
    """A loop over rows, in which formulas stand at the current one."""

    def __init__(
        self,
        page: Page,
        each: EachTree,
        rows: RowSet,
        layouts: dict[ScopeName, Field | None],
        *,
        numbered: bool,
        stored: bool = False,
    ) -> None:
        self.page, self.each, self.rows, self.layouts = page, each, rows, layouts
        emitter = page.emitter
        target = rows.target(emitter.key_var)
        if stored:
            self.head = f"for {emitter.at_var}, ({target},) in {rows.var}:"
        elif numbered:
            self.head = f"for {emitter.at_var}, ({target}) in enumerate({rows.var}):"
        else:
            self.head = f"for {target} in {rows.var}:"

    def __enter__(self) -> None:
        page, emitter = self.page, self.page.emitter
        self.block = page.writer.block(self.head)
        self.block.__enter__()
        self.scope = emitter.scoped()
        self.scope.__enter__()
        self.outer = emitter.roots
        prelude = page.writer.hole()
        roots: dict[str, Root] = {
            step.scope: Root(step.scope, ".".join(step.path), prelude, self.layouts[step.scope])
            for step in self.each.steps
        }
        emitter.roots = {**emitter.roots, **roots}
        for node, operand in self.rows.columns:
            emitter.caches[-1][node] = operand

    def __exit__(self, *exc: object) -> None:
        self.page.emitter.roots = self.outer
        self.scope.__exit__(None, None, None)
        self.block.__exit__(None, None, None)
