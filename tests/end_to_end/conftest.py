"""What the tests of whole runs share."""

from tests.support.terminal import terminal

__all__ = ["terminal"]
