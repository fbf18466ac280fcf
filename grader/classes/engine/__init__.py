"""The same work for every submission, on all cores or a cluster, once and to the end."""
