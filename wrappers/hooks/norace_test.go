//go:build !race

package hooks_test

const maxAllocations = 40
