"""Texts in, nothing readable out: spans, words, sentences, features and their audit."""
