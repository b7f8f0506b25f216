"""Projects: a folder of documents that a person can read in a pull request."""
