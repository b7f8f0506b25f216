"""Make `weights.json`: logistic regressions over labelled sets, each set weighing the same.

    python -m crosswalk_models.duplicates.train DATA --people NAME … --products NAME …

DATA holds one folder a set: ``records.csv`` with ``clusters.csv`` (id, cluster), or ``a.csv`` and ``b.csv``
    with ``pairs.csv`` (id_a, id_b[, label]).
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from crosswalk_models.artifacts import write_artifact
from crosswalk_models.duplicates.blocking import candidate_pairs
from crosswalk_models.duplicates.compare import Compared, compare
from crosswalk_models.duplicates.context import standing
from crosswalk_models.duplicates.expectation import rung_shares
from crosswalk_models.duplicates.fields import Comparable, make_comparable
from crosswalk_models.duplicates.matrix import column_names, columns, feature_matrix
from crosswalk_models.duplicates.records import Records, read_records
from crosswalk_models.duplicates.roles import Entity, Role, find_roles
from crosswalk_models.duplicates.score import (
    KIND,
    PRODUCT_MEASURES,
    RECORD_MEASURES,
    Opinion,
    Prior,
    score_pairs,
)
from crosswalk_models.duplicates.truth import read_truth

#: Pairs taken from each set, so that a large set neither dominates nor slows the fit.
MOST_PAIRS = 20_000
#: Shares of the records in the sampled variants, and the bounds of their size and of their true pairs.
_SHARES = (0.5, 0.12)
LEAST_SAMPLED, MOST_SAMPLED, LEAST_TRUE = 300, 8_000, 5
#: Roles that no variant lacks.
_NEEDED = frozenset({Role.TITLE})
#: Strength of the L2 penalty on weights of standardised columns, per mean loss of a pair.
PENALTY = 1e-4


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """A set with its candidate pairs compared and `true` saying which are matches, (m,)."""

    name: str
    data: Comparable
    compared: Compared
    true: npt.NDArray[np.bool_]
    truth: npt.NDArray[np.int64]


def load_set(folder: Path, entity: Entity | None = None) -> LabelledSet:
    """Read, block and compare one labelled set."""
    records, truth = _read(folder)
    return make_set(folder.name, records, truth, entity)


def make_set(
    name: str,
    records: Records,
    truth: npt.NDArray[np.int64],
    entity: Entity | None = None,
    without: frozenset[Role] = frozenset(),
) -> LabelledSet:
    """Block and compare `records` as if they had no columns of the roles `without`."""
    roles, kind = find_roles(records, entity)
    roles = {column: Role.IGNORED if role in without else role for column, role in roles.items()}
    data = make_comparable(records, roles, kind)
    pairs = candidate_pairs(data)
    packed = pairs.left * len(records) + pairs.right
    return LabelledSet(name, data, compare(data, pairs), np.isin(packed, truth), truth)


def load_variants(folder: Path, entity: Entity | None = None) -> list[LabelledSet]:
    """The set and variants of it: some lack half of the columns, some are samples in which duplicates are
    rare.

    So the opinion neither leans on a column's being there nor on duplicates' being frequent.
    """
    records, truth = _read(folder)
    found = [make_set(folder.name, records, truth, entity)]
    roles = [item.role for item in found[0].data.fields if item.role not in _NEEDED]
    chooser = np.random.default_rng(0)
    for share in _SHARES:
        part, known = _sample(records, truth, share, chooser)
        if len(known) >= LEAST_TRUE:
            found.append(make_set(folder.name, part, known, entity))
        if len(roles) > 2 and len(known) >= LEAST_TRUE:
            gone = chooser.choice(len(roles), max(1, len(roles) // 2), replace=False)
            found.append(make_set(folder.name, part, known, entity, frozenset(roles[row] for row in gone)))
    return found


def _read(folder: Path) -> tuple[Records, npt.NDArray[np.int64]]:
    linked = (folder / "a.csv").exists()
    records = read_records(
        folder / ("a.csv" if linked else "records.csv"), folder / "b.csv" if linked else None
    )
    return records, read_truth(folder, records)


def _sample(
    records: Records, truth: npt.NDArray[np.int64], share: float, chooser: np.random.Generator
) -> tuple[Records, npt.NDArray[np.int64]]:
    """A random `share` of the records: the share of duplicates among them falls with its square."""
    n = len(records)
    count = int(min(MOST_SAMPLED, max(LEAST_SAMPLED, share * n), n))
    kept = np.sort(chooser.choice(n, count, replace=False))
    place = np.full(n, -1)
    place[kept] = np.arange(count)
    left, right = place[truth // n], place[truth % n]
    both = (left >= 0) & (right >= 0)
    columns = {name: [values[row] for row in kept] for name, values in records.columns.items()}
    part = Records(tuple(records.ids[row] for row in kept), columns, records.side[kept])
    return part, np.sort(left[both] * count + right[both])


def train(sets: Sequence[LabelledSet], *, products: bool) -> Prior:
    """Opinions and usual rungs for people and companies, or for products."""
    kind = "products" if products else "records"
    measures = PRODUCT_MEASURES if products else RECORD_MEASURES
    usual = {kind: _usual([rung_shares(item.compared, item.true, measures) for item in sets])}
    first = _fit([(item, feature_matrix(item.compared, len(item.data))) for item in sets])
    if not products:
        return Prior({"records": first}, usual)
    prior = Prior({"products, first": first, "products, second": first}, usual)
    placed = []
    for item in sets:
        # The standing a pair has in use: by the mix of the first opinion and the fit that starts from it.
        scored = score_pairs(item.data, item.compared, prior)
        place = standing(scored.base, item.compared.pairs, len(item.data))
        placed.append((item, feature_matrix(item.compared, len(item.data), place)))
    return Prior({"products, first": first, "products, second": _fit(placed)}, usual)


def _usual(shares: Sequence[dict[str, npt.NDArray[np.float64]]]) -> dict[str, list[float]]:
    """The mean of the sets' shares, by factor."""
    names = sorted({name for found in shares for name in found})
    means = {name: np.mean([found[name] for found in shares if name in found], axis=0) for name in names}
    return {name: [round(float(value), 4) for value in mean] for name, mean in means.items()}


def _fit(sets: Sequence[tuple[LabelledSet, npt.NDArray[np.float32]]]) -> Opinion:
    """Weights that keep their signs: L2-penalised logistic loss under bounds, each set weighing the same."""
    chooser = np.random.default_rng(0)
    rows, answers, shares = [], [], []
    for item, features in sets:
        count = min(MOST_PAIRS, len(features))
        chosen = chooser.choice(len(features), count, replace=False)
        rows.append(features[chosen])
        answers.append(item.true[chosen])
        shares.append(np.full(count, 1 / count / len(sets)))
    features = np.concatenate(rows).astype(np.float64)
    scale = np.where(features.std(axis=0) > 0, features.std(axis=0), 1.0)
    features /= scale
    sign = np.where(np.concatenate(answers), 1.0, -1.0)
    share = np.concatenate(shares)

    def loss(point: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        margin = sign * (features @ point[:-1] + point[-1])
        push = -share * sign / (1 + np.exp(np.clip(margin, -500, 500)))
        slope = np.append(features.T @ push + 2 * PENALTY * point[:-1], push.sum())
        return float(share @ np.logaddexp(0, -margin) + PENALTY * point[:-1] @ point[:-1]), slope

    bounds = [(0, None) if column.sign > 0 else (None, 0) for column in columns()] + [(None, None)]
    start = np.zeros(features.shape[1] + 1)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 1500})
    return Opinion(np.asarray(found.x[:-1] / scale, np.float64), float(found.x[-1]))


def main(arguments: Sequence[str] | None = None) -> None:
    """Train on the named sets and write `weights.json` beside this module."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--people", nargs="+", required=True, help="sets of people and companies")
    parser.add_argument("--products", nargs="+", required=True)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("weights.json"))
    chosen = parser.parse_args(arguments)
    people = train(
        [item for name in chosen.people for item in load_variants(chosen.data / name)], products=False
    )
    products = train(
        [item for name in chosen.products for item in load_variants(chosen.data / name, Entity.PRODUCT)],
        products=True,
    )
    opinions = {
        name: {"bias": round(opinion.bias, 6), "weights": [round(float(w), 6) for w in opinion.weights]}
        for name, opinion in {**people.opinions, **products.opinions}.items()
    }
    card = {
        "trained_on": {"records": chosen.people, "products": chosen.products},
        "method": "logistic regression with L2 penalty and signs kept, each set weighing the same",
    }
    usual = {**people.usual, **products.usual}
    content = {"columns": list(column_names()), "opinions": opinions, "usual": usual}
    write_artifact(chosen.out, kind=KIND, name="duplicate-finder", version=1, card=card, content=content)


if __name__ == "__main__":
    main()
