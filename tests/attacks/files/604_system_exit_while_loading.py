# Raises SystemExit while the file is loaded; must count as an error like another.
# status: error
# says: SystemExit
raise SystemExit(0)
