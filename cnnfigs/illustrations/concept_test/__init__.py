"""The concept test: which ideas a reader has got, and which usual mistakes are left."""
