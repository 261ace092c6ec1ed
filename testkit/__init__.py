"""What tests, benchmarks and the documentation's pictures share: servers, a browser, a pen, visitors, drawings."""
