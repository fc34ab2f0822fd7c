"""Regression: do the shipped scenarios still give the same numbers?"""
