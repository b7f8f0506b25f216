"""Sentence embeddings, local and lazy: nothing is loaded before the first text that is not in the cache.

`Embedder` is the way in. It never downloads: a model is a folder on this machine. Without one it says so,
and the matcher works on names and values alone.
"""

from crosswalk_models.embed.embedder import Embedder, NoEmbedder, TextEncoder, default_embedder

__all__ = ["Embedder", "NoEmbedder", "TextEncoder", "default_embedder"]
