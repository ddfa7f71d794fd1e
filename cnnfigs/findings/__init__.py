"""What an experienced eye finds in a network: rules on its records and, with images, on what its layers give.

A rule is a small pure function that yields what it finds; :mod:`cnnfigs.findings.rules` has what all share, and each
other module the rules of one topic. None needs Keras.
"""
