"""PyTorch's answers: what it says of a case, and of a network's nodes from a student's own upstream gradients."""
