"""What a layer or a network did with an input: arrays out, no drawing.

A *run* is a frozen dataclass of arrays, numbers and text, so that it can be kept on disk.
"""
