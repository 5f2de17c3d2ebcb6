//go:build browser && !full

package browser

// covered reports whether a scenario runs on a view: each on the default one and, in turn, on two
// others.
func covered(scenario, view int) bool {
	others := len(views) - 1
	return view == 0 || view == 1+2*scenario%others || view == 1+(2*scenario+1)%others
}
