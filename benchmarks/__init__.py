"""Benchmarks of Hoso: what is claimed is measured here. Results by commit lie in ``results/``."""
