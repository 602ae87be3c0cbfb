"""For the tests of plugin authors: run one plugin object as the core would, without a library.

::

    from circletake.testing import moving_frames, run_scorer

    def test_a_black_take_is_dark():
        frames, seconds = moving_frames(level=0)
        assert run_scorer(Bright(), frames, seconds).scores[0].value == 0
"""

from circletake.testing.contract import check_plugin
from circletake.testing.scorers import moving_frames, run_scorer

__all__ = ["check_plugin", "moving_frames", "run_scorer"]
