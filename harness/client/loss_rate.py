"""Estimate how often responses are lost, to distinguish losses by the network from the behaviour of the target.

On a good network a few repeats show that a target never responds to a request; on a bad one ten responses in a row may
be lost by chance. The estimate comes from requests that got no response at first and one when they were sent again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

# A sequence of losses with a smaller probability is not attributed to chance.
_UNLIKELY = 1e-6
_MIN_REPEATS = 3


@dataclass
class LossRate:
    """Counts responses, and losses of responses that were received when the request was sent again.

    Attributes:
        received: the number of responses received.
        lost: the number of losses before them.

    """

    received: int = 0
    lost: int = 0

    def repeats(self) -> int:
        """Return how many losses in a row have a probability below 1e-6; at least 3."""
        # The rule of succession: without a loss so far, the rate may still be above 0.
        rate = (self.lost + 1) / (self.received + self.lost + 2)
        return max(_MIN_REPEATS, math.ceil(math.log(_UNLIKELY) / math.log(rate)))
