"""What filters look for, and what they make of an image."""
