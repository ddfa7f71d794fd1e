"""What exercises ask for."""
