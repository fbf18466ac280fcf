# Loops for ever while the file is loaded; must be stopped at the time limit.
# status: timeout
# seconds: 0.3
while True:
    pass
