"""What an ImageNet network sees in a photo."""
