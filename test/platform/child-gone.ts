// A child for ask-child.test.ts that ends before it can hear anything.

process.exit(3)
