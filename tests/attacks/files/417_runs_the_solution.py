# Reads the worked solution and runs it; must be unable to read it.
# status: error
with open("@PROJECT@/solutions/ex21_relu.py") as file:
    exec(file.read())
