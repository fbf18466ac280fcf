"""Course platforms: what is uploaded to one, and what grades a submission there."""
