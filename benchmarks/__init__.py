"""What ChainWeaver costs, measured against the same work written by hand.

`python -m benchmarks` measures; `results.json` holds the figures that the documentation and the
decision records quote; `python -m benchmarks.plot` draws them.
"""
