"""What the rows of a log add up to: kernels, one noun a file, each with the measures made of it.

Each row adds to a few sums of everything that it belongs to: the mall, its agency, its service and
so on, on its weekday and in its hour. A measure is one of the sums over another, by their names.
Times are added up in whole µs, so a sum is exact and no order of the rows could change it.
"""
