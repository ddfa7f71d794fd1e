"""Claims of the tutorial, measured: many small trainings, and the record of each.

An *experiment* is a question with the *trials* that answer it (``catalog``). A trial is one training, with a
small description (``trials``, ``training``, ``images``); its outcome is one JSON record (``records``). Trials are made
here or on a Dask cluster (``making``, ``cluster``), and compared by paired differences (``statistics``).
"""
