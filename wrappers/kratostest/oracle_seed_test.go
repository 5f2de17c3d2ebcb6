package kratostest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/kratoskit/kratos-go/internal/recorded"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/server"
)

// labPassword is the password of the people of the recorded servers.
const labPassword = "correct-horse-42-battery"

// labAddress matches the addresses of the people of the recorded servers: a name and a number.
var labAddress = regexp.MustCompile(`\b(?:[a-z0-9-]+)-\d+@example\.org|\+49\d{8,}`)

// signIn makes the sessions that a request uses, and whose creation was not recorded.
func (p *replayer) signIn(scenario []*exchange, e *exchange) {
	credentials := sessionsIn(e.Request.Headers)
	if e.Op == "performNativeLogout" {
		credentials = tokenPattern.FindAllString(e.Request.Body, -1)
	}
	for _, credential := range credentials {
		if p.seen[credential] || len(credential) < 30 { // shorter ones are wrong on purpose
			continue
		}
		p.seen[credential] = true
		owner := p.owner(scenario, credential)
		if owner == "" && (errorID(e.response) == "security_identity_mismatch" || strangers[e.Scenario] == e.Op) {
			owner = p.addPerson(server.Person{Traits: json.RawMessage(`{"email":"` + p.otherAddress(scenario) + `"}`), Password: labPassword, Verified: true})
		} else {
			p.last = cmp.Or(owner, p.last)
		}
		if owner == "" && p.last == "" {
			p.last = p.addPerson(server.Person{Traits: json.RawMessage(fmt.Sprintf(`{"email":"of-session-%d@example.org"}`, e.N)), Password: labPassword, Verified: true})
		}
		_, token, cookie, err := p.engine.SignIn(cmp.Or(owner, p.last))
		if err != nil {
			p.t.Errorf("%s: %v", e.key(), err)
			continue
		}
		if strings.HasPrefix(credential, "ory_st_") {
			p.learn(credential, token)
		} else {
			p.learn(credential, cookie)
		}
	}
}

// strangers are the operations of a scenario that another person than that of the scenario begins
// with, which the response does not show.
var strangers = map[string]string{"native/sessions": "disableMySession"}

// otherAddress returns the address of the other person in a scenario with two.
func (p *replayer) otherAddress(scenario []*exchange) string {
	for _, e := range scenario {
		for _, a := range labAddress.FindAllString(plain(e.Request.Body), -1) {
			if strings.HasPrefix(a, "other-") {
				return a
			}
		}
	}
	return "of-another-person@example.org"
}

// errorID returns the id of the error in a response, or "".
func errorID(r *reply) string {
	body, _ := r.json.(map[string]any)
	e, _ := body["error"].(map[string]any)
	id, _ := e["id"].(string)
	return id
}

// addPerson makes a person and returns its id.
func (p *replayer) addPerson(person server.Person) string {
	id, err := p.engine.AddPerson(person)
	if err != nil {
		p.t.Errorf("%s: %v", person.Traits, err)
	}
	return id
}

// note notes the sessions in a response, and the identities.
func (p *replayer) note(e *exchange) {
	for _, token := range tokenPattern.FindAllString(e.Response.Body, -1) {
		p.seen[token] = true
	}
	for _, line := range e.Response.Headers["Set-Cookie"] {
		if c, err := http.ParseSetCookie(line); err == nil {
			p.seen[c.Value] = true
		}
	}
}

// sessionsIn returns the session token and the session cookie of a request.
func sessionsIn(h recorded.Header) []string {
	found := tokenPattern.FindAllString(h.Get("X-Session-Token")+" "+h.Get("Authorization"), -1)
	for _, line := range h["Cookie"] {
		cookies, err := http.ParseCookie(line)
		if err != nil {
			continue
		}
		for _, c := range cookies {
			if c.Name == "ory_kratos_session" {
				found = append(found, c.Value)
			}
		}
	}
	return found
}

// owner returns whose a session is: that of the first response to its use that has an identity.
func (p *replayer) owner(scenario []*exchange, credential string) string {
	for _, e := range scenario {
		if !slices.Contains(sessionsIn(e.Request.Headers), credential) || e.response.status >= 400 {
			continue
		}
		for _, i := range e.identities {
			if owner := p.values[i.id]; owner != "" {
				return owner
			}
		}
	}
	return ""
}

// people makes the people of a scenario whose creation was not recorded.
func (p *replayer) people(scenario []*exchange) {
	p.last = ""
	made := map[string]bool{} // addresses
	add := func(person server.Person, recordedID string, addresses ...string) {
		for _, a := range addresses {
			if made[a] || p.seen[a] {
				return
			}
		}
		for _, a := range addresses {
			made[a], p.seen[a] = true, true
		}
		id := p.addPerson(person)
		p.last = cmp.Or(p.last, id)
		if recordedID != "" {
			p.learn(recordedID, id)
		}
	}
	known := map[string]person{} // those that responses of the scenario have, by address
	for _, e := range scenario {
		for _, i := range e.identities {
			for _, a := range labAddress.FindAllString(string(i.traits), -1) {
				if _, ok := known[a]; !ok {
					known[a] = i
				}
			}
		}
	}
	for _, e := range scenario {
		body := plain(e.Request.Body)
		if creates(e) {
			for _, a := range labAddress.FindAllString(body, -1) {
				p.seen[a] = true
			}
		}
		if e.leftOut != "" {
			body = ""
		}
		if strings.HasPrefix(e.Op, "list") { // of all people, unless it is filtered
			body = plain(strings.ToLower(e.Request.URL))
		} else {
			for _, i := range e.identities {
				body += " " + string(i.traits)
			}
		}
		for _, a := range labAddress.FindAllString(body, -1) {
			i := known[a]
			made := server.Person{
				SchemaID: cmp.Or(i.schemaID, "default"), Traits: i.traits, Password: labPassword, Verified: e.Op != "updateVerificationFlow",
				MetadataPublic: i.public, MetadataAdmin: i.admin,
			}
			if made.Traits == nil {
				made.Traits = json.RawMessage(`{"email":"` + a + `"}`)
			}
			if change, ok := seedOverrides[e.Scenario]; ok {
				change(&made, a)
			}
			if made.Traits == nil {
				p.seen[a] = true
				continue
			}
			add(made, i.id, labAddress.FindAllString(string(made.Traits), -1)...)
		}
	}
	p.recoveredPeople(scenario)
}

// seedOverrides change the people of a scenario. One without traits is not made.
var seedOverrides = map[string]func(p *server.Person, address string){
	"cont/login/unverified": func(p *server.Person, _ string) { p.Verified = false },
	"cont/recovery/native":  func(p *server.Person, _ string) { p.Verified = false }, // the recovery verifies one address
}

// recoveredPeople makes the ids that an administrator recovers accounts by those of a person of the
// scenario, if no response has them.
func (p *replayer) recoveredPeople(scenario []*exchange) {
	for _, e := range scenario {
		id := e.submitted["identity_id"]
		if !strings.HasPrefix(e.Op, "createRecovery") || id == "" || e.response.status >= 300 || p.values[id] != "" {
			continue
		}
		if slices.ContainsFunc(scenario, func(c *exchange) bool { return c.Op == "createIdentity" && strings.Contains(c.Response.Body, id) }) {
			continue
		}
		if p.last == "" {
			p.last = p.addPerson(server.Person{Traits: json.RawMessage(fmt.Sprintf(`{"email":"recovered-%d@example.org"}`, e.N)), Password: labPassword, Verified: true})
		}
		p.learn(id, p.last)
	}
}

// creates reports whether the addresses in a request are of people that it creates, or changes.
func creates(e *exchange) bool {
	switch e.Op {
	case "createIdentity", "batchPatchIdentities", "updateRegistrationFlow", "updateIdentity", "patchIdentity", "updateSettingsFlow":
		return true
	}
	return false
}

// plain returns a body without percent-encoding of @ and +.
func plain(body string) string {
	return strings.NewReplacer("%40", "@", "%2B", "+").Replace(body)
}
