"""The command line ``cnnfigs``: one module for each thing that it does, imported only when it is asked for."""
