package kratostest

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/kratoskit/kratos-go/internal/recorded"
)

// traces are what a request refers to, or a response has.
type traces map[string]bool

var longBase64 = regexp.MustCompile(`(?:[A-Za-z0-9_+/-]|%2[BbFf]){40,}(?:=|%3[Dd]){0,2}`)

// tracesOf returns the ids, tokens and cookies in texts; and the addresses.
func tracesOf(texts ...string) traces {
	found := traces{}
	for _, text := range texts {
		for _, pattern := range []*regexp.Regexp{uuidPattern, tokenPattern, longBase64, labAddress} {
			for _, value := range pattern.FindAllString(plain(text), -1) {
				if !strings.HasPrefix(value, "csrf_token_") {
					found[strings.NewReplacer("%2F", "/", "%3D", "=").Replace(value)] = true
				}
			}
		}
	}
	return found
}

// shares reports whether two exchanges have a trace in common.
func (t traces) shares(other traces) bool {
	for value := range t {
		if other[value] {
			return true
		}
	}
	return false
}

// dependencies returns the exchanges of a scenario that are wanted, and those they depend on: the
// first ones whose responses have what a request refers to, and those before that changed it.
func dependencies(scenario []*exchange, wanted map[string]bool) []*exchange {
	requests, responses := make([]traces, len(scenario)), make([]traces, len(scenario))
	for i, e := range scenario {
		requests[i] = tracesOf(append(headerTexts(e.Request.Headers), e.Request.URL, e.Request.Body)...)
		responses[i] = tracesOf(append(headerTexts(recorded.Header(e.response.header)), e.response.body)...)
	}
	owners, someone := ownersOf(scenario)
	needed := map[int]bool{}
	var need func(i int)
	need = func(i int) {
		if needed[i] {
			return
		}
		needed[i] = true
		for value := range requests[i] {
			if source := sourceOf(value, i, scenario, requests, responses); source >= 0 {
				need(source)
			}
		}
		for j := range i {
			if changes := scenario[j].Request.Method != "GET" || strings.HasPrefix(scenario[j].Op, "_"); !changes {
				continue
			}
			if requests[i].shares(requests[j]) || scenario[j].response.status < 400 && (owners[i].shares(owners[j]) || owners[i][someone]) {
				need(j)
			}
		}
		if j := shownBy(i, scenario); j >= 0 {
			need(j)
		}
	}
	for i, e := range scenario {
		if wanted[e.key()] {
			need(i)
		}
	}
	var found []*exchange
	for i, e := range scenario {
		if needed[i] {
			found = append(found, e)
		}
	}
	return found
}

// shownBy returns the exchange that reads the form after a submission with a code, which shows
// whether the code was right; or -1.
func shownBy(i int, scenario []*exchange) int {
	if scenario[i].submitted["code"] == "" || scenario[i].response.status != http.StatusSeeOther {
		return -1
	}
	for j, next := range scenario[i+1:] {
		if next.flowID() == scenario[i].flowID() {
			return i + 1 + j
		}
	}
	return -1
}

// ownersOf returns the people that each exchange is about, as one of the sessions, addresses, ids
// and flows that belong together; and who it is if no response shows whose a session is.
func ownersOf(scenario []*exchange) (owners []traces, someone string) {
	someone = "someone"
	parent := map[string]string{}
	var root func(string) string
	root = func(v string) string {
		if parent[v] == "" || parent[v] == v {
			parent[v] = v
			return v
		}
		parent[v] = root(parent[v])
		return parent[v]
	}
	values, known := make([][]string, len(scenario)), map[string]bool{}
	for i, e := range scenario {
		values[i] = personal(e, known)
		for _, v := range values[i] {
			parent[root(v)] = root(values[i][0])
		}
	}
	for v := range known {
		known[root(v)] = true
	}
	for i, e := range scenario {
		found := traces{}
		for _, v := range values[i] {
			found[root(v)] = true
		}
		if len(sessionsIn(e.Request.Headers)) > 0 && !found.shares(known) {
			found[someone] = true
		}
		owners = append(owners, found)
	}
	return owners, someone
}

// personal returns the sessions, addresses, ids and flows of an exchange, and adds the addresses and
// the ids of people to known.
func personal(e *exchange, known map[string]bool) []string {
	addresses := labAddress.FindAllString(plain(e.Request.Body), -1)
	found := append(sessionsIn(e.Request.Headers), uuidPattern.FindAllString(e.Request.URL, -1)...)
	if !strings.HasPrefix(e.Op, "list") && !strings.HasPrefix(e.Op, "batch") { // of many people
		for _, person := range e.identities {
			addresses = append(append(addresses, person.id), labAddress.FindAllString(string(person.traits), -1)...)
		}
		found = append(found, tokenPattern.FindAllString(e.response.body, -1)...)
		found = append(found, sessionsIn(recorded.Header{"Cookie": setCookies(e)})...)
	}
	for _, a := range addresses {
		known[a] = true
	}
	return append(found, addresses...)
}

// setCookies returns the cookies that a response sets, as a request sends them.
func setCookies(e *exchange) []string {
	var lines []string
	for _, line := range e.response.header["Set-Cookie"] {
		if c, err := http.ParseSetCookie(line); err == nil {
			lines = append(lines, c.Name+"="+c.Value)
		}
	}
	return lines
}

// headerTexts returns the values of a header.
func headerTexts(h recorded.Header) []string {
	var texts []string
	for _, values := range h {
		texts = append(texts, values...)
	}
	return texts
}

// sourceOf returns the exchange that a value of request i is from: the first one whose response has
// it, or else the first one that shows whose it is; or -1.
func sourceOf(value string, i int, scenario []*exchange, requests, responses []traces) int {
	for j := range i {
		if responses[j][value] {
			return j
		}
	}
	for j, e := range scenario {
		if requests[j][value] && e.response.status < 300 && len(e.identities) > 0 {
			return j
		}
	}
	return -1
}
