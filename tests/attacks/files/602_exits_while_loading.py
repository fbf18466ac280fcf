# Ends its process with success while the file is loaded; must earn nothing for it.
# status: error
# says: ended its own process
import os

os._exit(0)
