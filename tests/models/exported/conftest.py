"""What makes the files here needs PyTorch, and sets Keras to it: it is a program and no test."""

collect_ignore_glob = ["*.py"]
