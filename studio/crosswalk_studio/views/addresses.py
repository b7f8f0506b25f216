"""Addresses: those that would hold an order, each with what is wrong and what was probably meant."""

import uuid
from functools import partial

import streamlit as st
from crosswalk_engine.addresses import Address
from crosswalk_engine.errors import CrosswalkError, RejectedError
from crosswalk_models.feedback import Decision

from crosswalk_studio.components.queue import Action, Badge, Filter, Item, Operation, Tone, review_list
from crosswalk_studio.errors import StaleError
from crosswalk_studio.markdown import plain
from crosswalk_studio.services.addresses import PARTS, AddressBoard, AddressBook, AddressCase, address_board
from crosswalk_studio.services.ledger import By
from crosswalk_studio.services.workspace import Workspace
from crosswalk_studio.views import frame, history

ACTIONS = (
    Action("a", "accept", "Right as it is", "accepted"),
    Action("c", "correct", "Take correction", "manual"),
    Action("x", "reject", "Undeliverable", "rejected"),
)
FILTERS = (
    Filter("review", "To review", ("warning", "error")),
    Filter("accepted", "Let pass", ("accepted",)),
    Filter("manual", "Corrected", ("manual",)),
    Filter("rejected", "Undeliverable", ("rejected",)),
    Filter("all", "All"),
)
LABELS = dict(zip(PARTS, ("Line 1", "Line 2", "Town", "State or county", "Postcode", "Country"), strict=True))


def show() -> None:
    """The page."""
    opened = frame.workspace()
    frame.head("Addresses", "Delivery addresses of the sample orders that the flow would hold for a person.")
    if frame.broken_project(opened):
        return
    with st.spinner("Checking the addresses"):
        board = address_board(opened)
    if board.reason:
        frame.empty("No addresses are checked", f"{board.reason}.", icon=":material/location_off:")
        return
    if not board.cases:
        frame.empty("All addresses pass", f"{board.checked} addresses of the samples were checked.",
                    icon=":material/verified:")  # fmt: skip
        return
    _review(opened)


@st.fragment(key="address review")
def _review(opened: Workspace) -> None:
    frame.still(opened)
    board = address_board(opened)
    passing = board.checked - sum(len(case.records) for case in board.cases)
    st.caption(f"{board.checked} addresses checked, {passing} pass. The rest is below.")
    left, right = st.columns([10, 9], gap="medium")
    with left:
        chosen = review_list(
            "addresses",
            f"{opened.tag}/addresses",
            lambda: [_item(case) for case in address_board(opened).cases],
            partial(_apply, opened),
            label="Addresses to review",
            actions=ACTIONS,
            filters=FILTERS,
            empty="Nothing left here. Choose another filter.",
        )
    with right:
        if chosen is not None:
            _detail(opened, _case(address_board(opened), chosen))


def _case(board: AddressBoard, name: str) -> AddressCase:
    found = next((case for case in board.cases if case.id == name), None)
    if found is None:
        raise StaleError(name, "this address is not there any more")
    return found


def _apply(opened: Workspace, operation: Operation) -> None:
    case = _case(address_board(opened), operation.item)
    by = By(frame.actor(), operation.id, operation.seen)
    book = AddressBook(opened)
    if operation.kind == "accept":
        book.accept(case, by)
    elif operation.kind == "correct" and case.best is not None:
        book.correct(case, case.best.address, by, suggested=True)
    elif operation.kind == "reject":
        book.reject(case, by)
    elif operation.kind == "undo":
        book.undo(case, by)
    else:
        raise RejectedError("CW-STUDIO-ACTION", "there is no suggestion to take", where=case.id)


def _item(case: AddressCase) -> Item:
    best = case.best
    entered = case.entered
    tone: Tone = "bad" if case.result.verdict.value == "REJECT" else "warn"
    can = ["accept", "reject", "undo"] + (["correct"] if best is not None else [])
    note = "no suggestion"
    if best is not None:
        parts = [getattr(best.address, part) for part in best.address.changes_to(entered)]
        note = "→ " + ", ".join(value for value in parts if value)
    return Item(
        id=case.id,
        group=entered.country.upper() or "no country",
        title=entered.line1 or "no street",
        sub=" ".join(value for value in (entered.postcode, entered.city) if value),
        note=note,
        state=case.state,
        p=best.probability if best is not None else None,
        flags=(),
        badges=(Badge(case.result.verdict.value.lower(), tone, "; ".join(case.reasons)),),
        can=tuple(can),
        seen=case.head.id if case.head else "",
    )


def _detail(opened: Workspace, case: AddressCase) -> None:
    orders = ", ".join(case.records[:4]) + (" …" if len(case.records) > 4 else "")
    st.markdown(f"### {plain(case.entered.line1 or 'No street')}")
    st.caption(plain(f"Orders {orders} · {case.path} · the policy would {case.action} them"))
    for reason in case.reasons:
        st.markdown(f":orange[△] {plain(reason)}")
    _side_by_side(case)
    for number, offer in enumerate(case.result.suggestions[:3], start=1):
        with st.container(border=True):
            reasons = "; ".join(offer.reasons) or "as it would be written"
            st.markdown(f"**Suggestion {number}** · {offer.probability:.0%}  \n{plain(reasons)}")
            if number > 1 and st.button(
                "Take this one", key=f"take {case.id} {number}", icon=":material/check:"
            ):
                _run(partial(AddressBook(opened).correct, case, offer.address, _by(case), suggested=True))
    _correct(opened, case)
    history.thread(opened, "address", "", case.id)


def _side_by_side(case: AddressCase) -> None:
    offer = case.corrected or (case.best.address if case.best is not None else None)
    heading = "Corrected by a person" if case.corrected else "Suggested"
    rows = []
    for part in PARTS:
        entered = getattr(case.entered, part)
        row = {"": LABELS[part], "Entered": entered}
        if offer is not None:
            new = getattr(offer, part)
            row |= {heading: new, " ": "≠" if new != entered else ""}
        rows.append(row)
    st.dataframe(
        rows, hide_index=True, row_height=30, column_config={" ": st.column_config.TextColumn(width=28)}
    )


def _correct(opened: Workspace, case: AddressCase) -> None:
    start = case.corrected or (case.best.address if case.best else case.entered)
    with st.expander("Write a correction"), st.form(f"correct {case.id}", border=False):
        values = {
            part: st.text_input(LABELS[part], getattr(start, part), max_chars=120, key=f"{part} {case.id}")
            for part in PARTS
        }
        reason = (
            "The order stays held until the source says the same: correct it there, the next event brings it."
        )
        st.caption(reason)
        if st.form_submit_button("Save correction", icon=":material/save:"):
            corrected = Address(**{part: value.strip() for part, value in values.items()})
            _run(partial(AddressBook(opened).correct, case, corrected, _by(case), suggested=False))


def _by(case: AddressCase) -> By:
    return By(frame.actor(), uuid.uuid4().hex, case.head.id if case.head else "")


def _run(act: "partial[Decision]") -> None:
    try:
        act()
    except CrosswalkError as error:
        st.toast(plain(error.what), icon=":material/error:", duration="long")
        return
    st.toast("Saved", icon=":material/check:")
    st.rerun(scope="fragment")
