"""The visual vocabulary: palette, style, and the shapes that all pictures are made of.

Drawing takes arrays and gives figures. It computes nothing about networks and never imports TensorFlow.
"""
