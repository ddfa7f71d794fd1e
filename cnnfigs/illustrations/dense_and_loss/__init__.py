"""Dense layers, images as numbers, softmax and the loss."""
