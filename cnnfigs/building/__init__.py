"""What a build computes before its pages are read: each run once, on all processors, in processes that start warm."""
