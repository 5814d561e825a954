"""What the tests of the run share."""

from tests.support.terminal import terminal

__all__ = ["terminal"]
