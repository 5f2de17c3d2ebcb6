package doctor

import (
	"context"
	"slices"
	"strings"
)

// exam is a run of the checks. A URL or configuration that is not given, or not usable, is empty.
type exam struct {
	ctx                 context.Context
	opts                Options
	public, admin, site string
	config              *Config
	login               *flow  // of a browser, nil until firstLogin has started it
	problem             string // why --public or --admin is not usable
	findings            []Finding
}

// needs are the inputs of a check.
type needs uint

const (
	needPublic needs = 1 << iota
	needAdmin
	needSite
	needConfig
)

// inputs names the needs, in the order in which missing ones are reported.
var inputs = []struct {
	need needs
	name string
}{{needPublic, "--public"}, {needAdmin, "--admin"}, {needSite, "--site"}, {needConfig, "--config"}}

type check struct {
	name  string // for people, after "not checked:"
	needs needs
	run   func(*exam)
}

// checks are all checks, in the order in which they run. [exam.reachable] is
// the first, because it empties URLs that are not usable.
var checks = []check{
	{"which API is at which URL", 0, (*exam).reachable},
	{"access to the admin API", needPublic, (*exam).adminExposed},
	{"the address of the admin API", needConfig, (*exam).adminAddress},
	{"cookies", needPublic, (*exam).cookies},
	{"cookies at the site", needPublic | needSite, (*exam).cookiesAtSite},
	{"session cookies in the configuration", needConfig, (*exam).cookieConfig},
	{"CORS", needPublic | needSite, (*exam).cors},
	{"return URLs", needPublic, (*exam).foreignReturnURL},
	{"return URLs to the site", needPublic | needSite, (*exam).returnURL},
	{"the default return URL", needSite | needConfig, (*exam).defaultReturnURL},
	{"hosts in forms", needPublic, (*exam).formHosts},
	{"hosts of pages", needPublic | needSite, (*exam).pageHosts},
	{"hosts of pages in the configuration", needSite | needConfig, (*exam).pageHostsConfig},
	{"the CSRF round trip", needPublic, (*exam).csrf},
	{"queued messages", needAdmin, (*exam).courier},
	{"the clock", needPublic, (*exam).clock},
	{"passkeys at the site", needPublic | needSite, (*exam).passkeys},
	{"passkeys in the configuration", needSite | needConfig, (*exam).passkeyConfig},
	{"caching", needPublic, (*exam).caching},
	{"the cache of sessions", needPublic | needConfig, (*exam).sessionCache},
	{"the lifetime of cached sessions", needConfig, (*exam).sessionCacheConfig},
	{"identity schemas", needPublic, (*exam).schemas},
	{"recovery in native apps", needPublic, (*exam).recovery},
	{"hooks after a registration", needConfig, (*exam).hooks},
	{"secrets", needConfig, (*exam).secrets},
	{"settings for development", needConfig, (*exam).development},
}

func (e *exam) examine() {
	skipped := map[needs][]string{}
	for _, c := range checks {
		if missing := e.missing(c.needs); missing != 0 {
			skipped[missing] = append(skipped[missing], c.name)
			continue
		}
		c.run(e)
	}
	for _, input := range inputs {
		if names := skipped[input.need]; names != nil {
			e.report("not-checked", strings.Join(names, ", ")+": not checked, "+e.absence(input.need), "add "+input.name)
		}
	}
}

// missing returns the first input that is missing, or 0.
func (e *exam) missing(n needs) needs {
	has := map[needs]bool{needPublic: e.public != "", needAdmin: e.admin != "", needSite: e.site != "", needConfig: e.config != nil}
	for _, input := range inputs {
		if n&input.need != 0 && !has[input.need] {
			return input.need
		}
	}
	return 0
}

func (e *exam) absence(n needs) string {
	switch {
	case n == needPublic && e.opts.Public != "":
		return "because --public is not usable"
	case n == needAdmin && e.opts.Admin != "":
		return "because --admin is not usable"
	}
	for _, input := range inputs {
		if input.need == n {
			return "without " + input.name
		}
	}
	return ""
}

// report adds a finding, once for each kind and text.
func (e *exam) report(id, what, fix string, evidence ...string) {
	k, ok := kinds[id]
	if !ok {
		panic("doctor: no kind of finding is named " + id)
	}
	f := Finding{ID: id, Severity: k.severity, What: what, Why: k.why, Fix: fix, Evidence: strings.Join(evidence, "; ")}
	same := func(other Finding) bool { return other.ID == id && other.What == what }
	if !slices.Contains(e.opts.Ignore, id) && !slices.ContainsFunc(e.findings, same) {
		e.findings = append(e.findings, f)
	}
}

// unchecked reports a check that was not possible.
func (e *exam) unchecked(check, why, fix string) {
	e.report("not-checked", check+": not checked, because "+why, fix)
}
