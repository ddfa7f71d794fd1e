"""Pictures, tables and numbers of convolutional networks, computed from real model runs.

Import what you use from its own module, for example
``from cnnfigs.illustrations.windows.padding import Padding``: a page's imports then say what it depends on.
"""
