"""The computation graph of a forward, and the arithmetic of each step; it judges nothing."""
