package main

import (
	"fmt"
	"go/build"
	"slices"
)

// target is a bound for a measurement, and the measured value.
type target struct {
	name, measured, bound string
	missed                bool
}

func atMost(name string, measured, most float64) target {
	return target{name, number(measured), "≤ " + number(most), measured > most}
}

func atLeast(name string, measured, least float64) target {
	return target{name, number(measured), "≥ " + number(least), measured < least}
}

func below(name string, measured, bound float64) target {
	return target{name, number(measured), "< " + number(bound), measured >= bound}
}

func atMostPercent(name string, measured, most float64) target {
	t := atMost(name, measured, most)
	t.measured, t.bound = t.measured+" %", t.bound+" %"
	return t
}

// byVersion returns the bound for this version of Go, because encoding/json of Go 1.27 is faster
// and linked anyway.
func byVersion(go126, go127 float64) float64 {
	if hasJSONv2() {
		return go127
	}
	return go126
}

func hasJSONv2() bool { return slices.Contains(build.Default.ReleaseTags, "go1.27") }

// number formats a number with three digits, or as an integer from 100 on.
func number(v float64) string {
	if v >= 100 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.3g", v)
}
