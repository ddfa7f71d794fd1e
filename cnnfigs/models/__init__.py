"""The tutorial's networks as Keras models, their training, and their trained weights.

TensorFlow is imported inside functions only: a page whose results are cached is built without it.
"""
