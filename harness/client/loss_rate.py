"""Telling a habit of the target from chance: by how often what happened once happens anyway.

On a good network a few repeats are enough to see that a target always does something; on a bad one the same may happen
ten times in a row by accident. How bad a network is shows in what was lost once and not when it was sent again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

# What is as unlikely as this by chance is none.
_UNLIKELY = 1e-6
_FEWEST = 3


@dataclass
class LossRate:
    """Counts what came through at once and what was lost before it came through.

    Attributes:
        through: how often something came through.
        lost: how often something was lost that came through when it was sent again.

    """

    through: int = 0
    lost: int = 0

    def repeats(self) -> int:
        """How often something has to be lost again until that is no chance."""
        # By the rule of succession, since a rate of nothing lost so far is not a rate of nothing.
        rate = (self.lost + 1) / (self.through + self.lost + 2)
        return max(_FEWEST, math.ceil(math.log(_UNLIKELY) / math.log(rate)))
