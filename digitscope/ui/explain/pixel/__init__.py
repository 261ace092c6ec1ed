"""One pixel: any value of any layer opened into the numbers it was made from, and its whole way to the answer."""
