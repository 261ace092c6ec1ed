"""Measurements that README quotes: ratios side by side in one run, and what a person waits."""
