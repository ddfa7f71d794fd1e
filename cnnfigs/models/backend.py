"""Keras, set up so that the same machine gives the same numbers twice."""

import os
from functools import cache
from types import ModuleType

#: Sums of floating-point numbers depend on how many threads share them, so the number is fixed.
THREADS = 2


@cache
def load_keras() -> ModuleType:
    """Import Keras on TensorFlow with a fixed number of threads and deterministic operations.

    Where a program has already started TensorFlow with other settings, those are left as they are.

    Returns
    -------
    module
        The ``keras`` package.
    """
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    # Start-up messages of the C++ side would otherwise stand in every page.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    import keras
    import tensorflow as tf

    try:
        tf.config.threading.set_intra_op_parallelism_threads(THREADS)
        tf.config.threading.set_inter_op_parallelism_threads(1)
        tf.config.experimental.enable_op_determinism()
    except RuntimeError:  # TensorFlow has started already, with settings that are not ours to change
        pass
    loaded: ModuleType = keras
    return loaded
