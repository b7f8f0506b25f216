"""Why a pair was scored as it was, in plain sentences whose weights add up to the score."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from crosswalk_models.duplicates.compare import Compared
from crosswalk_models.duplicates.context import STANDINGS
from crosswalk_models.duplicates.expectation import STEPS, Factor
from crosswalk_models.duplicates.ladders import LADDERS
from crosswalk_models.duplicates.meaning import RUNGS, Meaning
from crosswalk_models.duplicates.roles import Role
from crosswalk_models.duplicates.score import Scored
from crosswalk_models.types import Evidence

#: A weight this near to nothing is not worth a sentence.
LEAST_WEIGHT = 0.05
#: One in this many records, or fewer, is called rare.
RARE = 200
_PHRASES = {
    "same": "is the same", "different": "is different", "nearly the same": "is nearly the same",
    "similar": "is similar", "nickname": "is a nickname of the other", "initial": "is the other's initial",
    "same words": "has the same words in another order", "one in the other": "is contained in the other",
    "some words": "shares some words", "similar, other number": "is similar, with another number",
    "same own domain": "has the same domain, which is not a public one",
    "similar mailbox": "has a similar mailbox",
    "same mailbox elsewhere": "has the same mailbox at another host",
    "one digit off": "is one digit off, or day and month are swapped", "two digits off": "is two digits off",
    "same year": "has only the year in common", "one character off": "is one character off",
    "two characters off": "is two characters off", "same district": "is in the same district",
    "within 10 %": "is within 10 %", "within 30 %": "is within 30 %", "within 60 %": "is within 60 %",
}  # fmt: skip
_MEASURES = {
    "names_crossed": "given name and surname changed places",
    "title_jaccard": "words of the titles in common",
    "code_length": "part number in common", "code_conflict": "part numbers that contradict each other",
    "numbers_shared": "numbers of the titles in common", "first_word": "same first word of the title",
    "description_cosine": "likeness of the descriptions", "whole_cosine": "likeness of the whole records",
}  # fmt: skip


class Explainer:
    """Explains pairs of one run; `final` are the log-odds in the end, (m,)."""

    def __init__(
        self, compared: Compared, scored: Scored, final: npt.NDArray[np.floating], meaning: Meaning
    ) -> None:
        self._compared = compared
        self._scored = scored
        self._final = final
        self._meaning = meaning

    def explain(self, pair: int) -> tuple[Evidence, ...]:
        """The evidence for pair number `pair`, strongest first and where all start from last.

        The weights add up to its log-odds.
        """
        parts = sorted(self._factors(pair), key=lambda item: -abs(item.weight))
        rivals = float(self._scored.score[pair] - self._scored.base[pair])
        meant = float(self._meaning.weights[pair])
        taught = float(self._final[pair] - self._scored.score[pair]) - meant
        if rivals < -LEAST_WEIGHT:
            sentence = "another record of the other table competes for the same partner"
            parts.append(Evidence("rivals", "contested", rivals, sentence))
        if abs(taught) > LEAST_WEIGHT:
            parts.append(Evidence("decisions", "learned", taught, "what earlier decisions on such pairs say"))
        parts.extend(self._meant(pair, meant))
        rest = float(self._final[pair]) - sum(item.weight for item in parts)
        parts.append(
            Evidence("start", "all else", rest, "how seldom a compared pair is one, and all smaller signs")
        )
        return tuple(parts)

    def _meant(self, pair: int, weight: float) -> Iterator[Evidence]:
        rung = int(self._meaning.rungs[pair])
        if rung >= 0:
            told = "" if weight else ", which is shown and does not count"
            level = RUNGS[rung]
            yield Evidence("meaning", level, weight, f"the meaning of the names is {level}{told}")

    def _factors(self, pair: int) -> Iterator[Evidence]:
        for factor in self._scored.fitted.factors:
            rung = int(factor.rungs[pair])
            if rung < 0:
                continue
            weight = self._scored.share * float(factor.weights[rung] + self._rarity(factor, pair))
            if abs(weight) >= LEAST_WEIGHT:
                yield self._sentence(factor, rung, pair, weight)

    def _rarity(self, factor: Factor, pair: int) -> float:
        for role, extra in self._scored.fitted.rarity.items():
            if role.value == factor.name:
                return float(extra[pair])
        return 0.0

    def _sentence(self, factor: Factor, rung: int, pair: int, weight: float) -> Evidence:
        if factor.name == "standing":
            return Evidence(
                "standing", STANDINGS[rung], weight, f"among the candidates this one is {STANDINGS[rung]}"
            )
        if factor.name in STEPS:
            level = "none" if rung == 0 else "yes" if len(STEPS[factor.name]) == 1 else f"step {rung}"
            return Evidence(factor.name, level, weight, f"{_MEASURES[factor.name]}: {level}")
        role = Role(factor.name)
        level = LADDERS[role].rungs[rung]
        sentence = f"the {role.value} {_PHRASES[level]}"
        telling = float(self._compared.roles[role].telling[pair])
        if level == "same" and telling > np.log(RARE):
            sentence += f", and no more than one record in {int(np.exp(telling)):,} has it"
        return Evidence(role.value, level, weight, sentence)
