//go:build race

package hooks_test

// The race detector allocates as well.
const maxAllocations = 60
