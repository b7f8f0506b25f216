"""The right half of the Mappings page: one target's candidates, evidence, formula and live preview."""

import uuid
from typing import Any

import streamlit as st
from crosswalk_engine.errors import CrosswalkError
from crosswalk_engine.formula import check_formula
from crosswalk_models.types import Suggestion

from crosswalk_studio.components.formula import formula_field
from crosswalk_studio.markdown import percent, plain
from crosswalk_studio.services.ledger import By
from crosswalk_studio.services.mapper import Mapper
from crosswalk_studio.services.preview import Preview
from crosswalk_studio.services.proposals import rule_preview
from crosswalk_studio.services.targets import TargetRow, formula_of
from crosswalk_studio.views import formula_help, frame, history

#: Candidates less likely than this are shown only among the first three.
LIKELY = 0.05
WORDS = {
    "suggested": ("blue", "◇ suggested"),
    "accepted": ("green", "✓ accepted"),
    "manual": ("violet", "✎ edited"),
    "rejected": ("gray", "✕ rejected"),
    "open": ("gray", "· open"),
}


def show(mapper: Mapper, row: TargetRow) -> None:
    """Everything about one target."""
    _head(row)
    if row.result and row.rule is None:
        st.info("The target fills this field itself; there is nothing to map.", icon=":material/info:")
        return
    rank = _candidates(mapper, row)
    formula = _formula(mapper, row, rank)
    _preview(rule_preview(mapper.bench(), row, formula))
    history.thread(mapper.workspace, "rule", mapper.name, row.path)


def _head(row: TargetRow) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"### {plain(row.path)} {'· ' + plain(row.label) if row.label else ''}", anchors=False)
        color, word = WORDS[row.state]
        st.badge(word, color=color)
        if row.info is not None:
            st.badge(row.info.form, color="gray")
        if row.required:
            st.badge("required", color="red" if row.rule is None else "gray")
    if row.info is not None and row.info.help:
        st.caption(plain(row.info.help))


def _candidates(mapper: Mapper, row: TargetRow) -> int:
    """The candidates, and why the chosen one is put forward; gives its rank, 0 when there is none."""
    if not row.suggestions:
        if mapper.suggestions() is not None:
            st.caption("The matcher has no candidate for this field. Write the formula below.")
        return 0
    likely = [item for item in row.suggestions if item.rank <= 3 or item.probability >= LIKELY]
    by_rank = {item.rank: item for item in likely}
    key = f"candidate {mapper.name} {row.path}"

    def label(rank: int) -> str:
        item = by_rank[rank]
        return f"{plain(item.source)} · {percent(item.probability)}"

    left, right = st.columns([3, 1], vertical_alignment="center")
    chosen = left.radio(
        "Candidates", list(by_rank), format_func=label, key=key, index=0, label_visibility="collapsed"
    )
    rank = int(chosen or likely[0].rank)
    replaces = row.rule is not None
    if not replaces or rank != likely[0].rank:
        tip = "Puts it in place of the rule." if replaces else "The same as the key A in the list."
        word = "Replace" if replaces else "Accept"
        if right.button(word, key=f"use {key}", icon=":material/check:", type="primary", help=tip):
            _run(lambda: mapper.accept(row.path, _by(row), rank=rank))
    _evidence(by_rank[rank])
    return rank


def _evidence(item: Suggestion) -> None:
    strongest = "; ".join(reason.sentence.rstrip(".") for reason in item.evidence[:2])
    with st.expander(f"**Why {percent(item.probability)}** · {plain(strongest, 150)}"):
        rows = [
            {
                "Weight": f"{reason.weight:+.2f}",
                "Reason": plain(f"{reason.comparator}: {reason.level}"),
                "In words": plain(
                    reason.sentence + (f" ({', '.join(reason.examples[:3])})" if reason.examples else "")
                ),
            }
            for reason in item.evidence
        ]
        st.table(rows, border="horizontal", hide_index=True)
        st.caption(
            plain(f"Log-odds, scored by {item.model}: above zero speaks for it, below against. They add up.")
        )


def _formula(mapper: Mapper, row: TargetRow, rank: int) -> str:
    start = _start(mapper, row, rank)
    bench = mapper.bench()
    turn = f"{mapper.name} {row.path} {rank} {row.head.id if row.head else ''}"
    st.markdown("**Formula**")
    settings = st.session_state.get(f"settings {turn}", {})

    def save(text: str) -> None:
        _run(lambda: mapper.save(row.path, text, settings, _by(row), rank=rank), again=False)

    formula = formula_field(
        "formula",
        turn,
        start,
        lambda text: check_formula(text, bench.scope(row.path)),
        label=f"Formula for {row.path}",
        placeholder="e.g. UPPER(TRIM(reference))",
        save=save,
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        changed = formula.strip() != formula_of(row.rule)
        if st.button("Save formula", key=f"save {turn}", icon=":material/save:", disabled=not formula.strip(),
                     help="Ctrl+Enter in the field does the same."):  # fmt: skip
            _run(lambda: mapper.save(row.path, formula, settings, _by(row), rank=rank))
        with st.popover("Rule settings", icon=":material/tune:"):
            st.session_state[f"settings {turn}"] = _settings(row, turn)
        with st.popover("Functions", icon=":material/function:"):
            formula_help.show()
        if changed and row.rule is not None:
            st.caption("not saved yet")
    return formula


def _start(mapper: Mapper, row: TargetRow, rank: int) -> str:
    """What the field starts from: the rule, or what the chosen candidate leads to."""
    first = row.suggestions[0].rank if row.suggestions else 0
    if row.rule is not None and rank in (0, first):
        return formula_of(row.rule)
    chosen = next((item for item in row.suggestions if item.rank == rank), None)
    return mapper.proposal(row, chosen).formula if chosen is not None else ""


def _settings(row: TargetRow, turn: str) -> dict[str, Any]:
    rule = row.rule or {}
    info = row.info
    required = st.checkbox("Required", bool(rule.get("required", row.required)), key=f"required {turn}",
                           help="A record without this value is rejected.")  # fmt: skip
    known = info.length if info is not None and info.kind == "text" else None
    length = st.number_input("Longest, in characters", 1, 10_000, rule.get("max_length", known),
                             key=f"length {turn}")  # fmt: skip
    cut = st.checkbox("Cut longer texts", rule.get("on_too_long") == "cut", key=f"cut {turn}",
                      help="Otherwise a longer text rejects the record.")  # fmt: skip
    note = st.text_input("Note", str(rule.get("note", "")), max_chars=300, key=f"note {turn}")
    return {
        "required": required,
        "max_length": None if length is None else int(length),
        "on_too_long": "cut" if cut and length is not None else "reject",
        "note": note.strip() or None,
    }


def _preview(found: Preview) -> None:
    if found.problems or not found.tried:
        if not found.problems:
            st.caption("The preview appears here as soon as there is a formula and there are samples.")
        return
    good = found.tried - found.failed
    parts = [f"**{good}** of {found.tried} sample values fine"]
    if found.failed:
        parts.append(f":red[✕ {found.failed} with a problem]")
    if found.empty:
        parts.append(f"{found.empty} empty")
    parts.append(f"{found.distinct} different · gives {found.type}")
    st.markdown("**Preview** · " + " · ".join(parts))
    table = []
    for row in found.rows:
        cells: dict[str, str] = {
            "": "✕" if row.problem else "△" if row.warning else "✓",
            "Record": row.record,
        }
        cells |= {"Result": row.value, "Remark": row.problem or row.warning}
        cells |= dict(zip(found.inputs, row.inputs, strict=False))
        table.append(cells)
    if not any(row.problem or row.warning for row in found.rows):
        table = [{key: value for key, value in cells.items() if key != "Remark"} for cells in table]
    narrow = {"": st.column_config.TextColumn(width=28), "Record": st.column_config.TextColumn(width=90)}
    tall = min(320, 38 + 28 * len(table))
    st.dataframe(table, hide_index=True, row_height=28, height=tall, column_config=narrow)


def _by(row: TargetRow) -> By:
    return By(frame.actor(), uuid.uuid4().hex, row.head.id if row.head else "")


def _run(act: Any, *, again: bool = True) -> None:
    """Do it, say what is wrong with it, and show the page as it is then."""
    try:
        act()
    except CrosswalkError as error:
        st.toast(plain(error.what), icon=":material/error:", duration="long")
        return
    st.toast("Saved", icon=":material/check:")
    if again:
        st.rerun(scope="fragment")
