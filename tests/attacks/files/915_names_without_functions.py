# Defines what is asked for as things that can't be called, and as builtins; must be an error.
# status: error failed
relu_forward = print
relu_backward = type
