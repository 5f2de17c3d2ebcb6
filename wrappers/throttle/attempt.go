package throttle

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// The flows with something to guess.
const (
	flowLogin        = "login"
	flowRecovery     = "recovery"
	flowVerification = "verification"
)

// attempt is a submission that can fail, or that makes Kratos send a message.
type attempt struct {
	flow     string
	id       string // of the flow
	address  string // of the client
	certain  bool   // its success can only be that of its subject
	subjects []subject
	buckets  []bucket
}

// subject is what failures are counted for, besides the address of the client.
type subject struct {
	class  string
	value  string
	known  string // the class whose successes make an address known, or ""
	person int64  // of a login, or that of its second factor; 0 if it is not known
}

// maxSubjects is how many identifiers and sessions a submission can have. Forms of Kratos have one.
const maxSubjects = 4

// flowOf returns the flow that a request to a path of Kratos submits, or "".
func flowOf(r *http.Request) string {
	dir, flow := path.Split(path.Clean(strings.ToLower(r.URL.Path)))
	if !strings.HasSuffix(dir, "/self-service/") || flow != flowLogin && flow != flowRecovery && flow != flowVerification {
		return ""
	}
	switch {
	case r.Method == http.MethodPost:
		return flow
	case r.Method == http.MethodGet && flow != flowVerification && r.URL.Query().Has("code"):
		return flow // of a verification, it only shows the form
	}
	return ""
}

// newAttempt returns the attempt of a submission, or nil if it cannot be a guess. It is false if
// the submission has more identifiers than any form.
func (t *Throttle) newAttempt(r *http.Request, flow string, body []byte) (*attempt, bool) {
	query := r.URL.Query()
	contentType := strings.Join(r.Header.Values("Content-Type"), ",")
	f := readFields(contentType, body, query)
	a := &attempt{flow: flow, id: canonicalID(query.Get("flow")), address: t.clientAddress(r)}
	secret := f.has("password", "code", "totp_code", "lookup_secret")
	identifiers := f.canonical("identifier", "password_identifier")
	if !secret && isSafe(readFields(contentType, body, nil)) {
		return nil, true
	}
	if flow == flowLogin {
		sessions := t.sessions(r)
		a.subjects = t.loginSubjects(r.Context(), f, identifiers, sessions)
		a.certain = len(a.subjects) == 1 && isCertain(f, a.subjects[0].class, sessions)
	} else {
		for _, email := range f.canonical("email", "recovery_address", "recovery_confirm_address") {
			a.subjects = append(a.subjects, subject{class: flow, value: email, known: flowLogin})
		}
	}
	if a.id != "" && (len(a.subjects) == 0 || secret && flow != flowLogin) {
		a.subjects = append(a.subjects, subject{class: "flow", value: a.id})
	}
	if len(a.subjects) > maxSubjects || len(identifiers) > 1 {
		return nil, false
	}
	a.buckets = t.buckets(r.Context(), a)
	return a, true
}

// isCertain reports whether a login can only succeed with the secret of its subject. Otherwise it
// could have the identifier of another person beside a passkey or a session of the client.
func isCertain(f fields, class string, sessions []string) bool {
	methods := f.values("method")
	if len(methods) != 1 {
		return false
	}
	switch methods[0] {
	case "password":
		return class == flowLogin
	case "code":
		return class != flowLogin || len(sessions) == 0 && !f.has("address")
	case "totp", "lookup_secret":
		return class != flowLogin
	}
	return false
}

// isSafe reports whether a submission without a secret has a method that does not need one: nothing
// can be guessed with it, and no message is sent.
func isSafe(f fields) bool {
	methods := f.values("method")
	return len(methods) > 0 && !slices.ContainsFunc(methods, func(method string) bool {
		switch method {
		case "oidc", "saml", "passkey", "webauthn", "identifier_first":
			return false
		}
		return true
	})
}

// loginSubjects returns the identifier of a login, and the sessions for which it can be the second
// factor. With both, either could be what Kratos uses, unless the method needs no identifier.
func (t *Throttle) loginSubjects(ctx context.Context, f fields, identifiers, sessions []string) (subjects []subject) {
	methods, class := f.values("method"), flowLogin
	first, second := f.has("password", "code"), f.has("totp_code", "lookup_secret")
	isSecond := !first && len(methods) == 1 && (methods[0] == "totp" || methods[0] == "lookup_secret")
	if !first && !second {
		class = "login message"
	}
	if !isSecond || len(sessions) == 0 {
		for _, identifier := range identifiers {
			subjects = append(subjects, subject{class, identifier, flowLogin, t.keys.number("person", identifier)})
		}
	}
	if len(subjects) == 0 || second || f.has("code") || slices.Contains(methods, "code") {
		for _, session := range sessions {
			subjects = append(subjects, t.secondFactor(ctx, session))
		}
	}
	return subjects
}

// secondFactor returns the subject of a second factor: the one whose login made the session, if the
// throttle has seen it, as another login makes another session.
func (t *Throttle) secondFactor(ctx context.Context, session string) subject {
	const class, ofSession = "second factor", "second factor of a session"
	if person := t.counters.add(ctx, t.keys.name("link", session), 0, linkedFor); person > 0 {
		return subject{class, strconv.FormatInt(person, 10), class, person}
	}
	return subject{class: ofSession, value: session, known: ofSession}
}

// sessions returns the credentials of a request, each of which Kratos could use.
func (t *Throttle) sessions(r *http.Request) (found []string) {
	add := func(value string) {
		if value != "" && !slices.Contains(found, value) {
			found = append(found, value)
		}
	}
	for _, cookie := range r.Cookies() {
		if t.isSessionCookie(cookie.Name) {
			add(canonicalCookie(cookie.Value))
		}
	}
	add(r.Header.Get("X-Session-Token"))
	if scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " "); strings.EqualFold(scheme, "Bearer") {
		add(strings.TrimSpace(token))
	}
	return found
}

// canonicalCookie returns the value of a session cookie as Kratos has set it: Kratos decodes its
// base64 without regard to the unused bits of the last character.
func canonicalCookie(value string) string {
	for _, encoding := range []*base64.Encoding{base64.URLEncoding, base64.RawURLEncoding, base64.StdEncoding, base64.RawStdEncoding} {
		if decoded, err := encoding.DecodeString(value); err == nil {
			return base64.RawURLEncoding.EncodeToString(decoded)
		}
	}
	return value
}

func (t *Throttle) isSessionCookie(name string) bool {
	return name == t.cookie || strings.HasPrefix(name, "ory_session_")
}

// buckets returns the counters of an attempt. Those of an address that is known for all subjects
// are not needed.
func (t *Throttle) buckets(ctx context.Context, a *attempt) (buckets []bucket) {
	unknown := len(a.subjects) == 0
	for _, s := range a.subjects {
		known := s.known != "" && a.address != "" && t.counters.add(ctx, t.knownName(s, a.address), 0, knownFor) > 0
		unknown = unknown || !known
		buckets = append(buckets, t.subjectBucket(s, a.address, known))
	}
	if unknown && a.address != "" {
		buckets = append(buckets, bucket{
			t.keys.name("address", a.address), t.address.free, addressWindow,
			[]gate{{t.keys.name("address gate", a.address), t.address.longest}},
		})
	}
	return buckets
}

// subjectBucket returns the counter of a subject. From a known address, only its own attempts
// count.
func (t *Throttle) subjectBucket(s subject, address string, known bool) bucket {
	b := bucket{free: t.identifier.free, window: identifierWindow}
	shared := gate{t.keys.name("gate", s.class, s.value), max(t.identifier.longest/addressesPerIdentifier, time.Second)}
	switch {
	case known:
		b.count = t.keys.name("known failures", s.class, s.value, address)
		b.gates = []gate{{t.keys.name("known gate", s.class, s.value, address), t.identifier.longest}}
	case address == "":
		b.count, b.gates = t.keys.name("failures", s.class, s.value), []gate{shared}
	default:
		b.count = t.keys.name("failures", s.class, s.value)
		b.gates = []gate{shared, {t.keys.name("gate", s.class, s.value, address), t.identifier.longest}}
	}
	return b
}

// knownName returns the name of the counter of successes from an address.
func (t *Throttle) knownName(s subject, address string) string {
	return t.keys.name("known", s.known, s.value, address)
}

// canonicalID returns the id of a flow in one of the forms that Kratos accepts for a UUID.
func canonicalID(id string) string {
	id = strings.TrimPrefix(strings.ToLower(id), "urn:uuid:")
	return strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' || c >= 'a' && c <= 'f' {
			return c
		}
		return -1
	}, id)
}

// canonicalIdentifier returns an identifier without surrounding space and case, and a phone number
// without punctuation and extension: Kratos reads many spellings of one. Letters end a number, so
// that one with letters for digits shares its counter with others.
func canonicalIdentifier(identifier string) string {
	identifier = strings.ToLower(strings.TrimSpace(identifier))
	if number, ok := phoneNumber(identifier); ok {
		return number
	}
	if strings.Trim(identifier, "+0123456789 ().-/\u00a0") != "" {
		return identifier
	}
	return strings.Map(func(c rune) rune {
		if c == '+' || c >= '0' && c <= '9' {
			return c
		}
		return -1
	}, identifier)
}

// phoneNumber returns the digits of an international phone number.
func phoneNumber(text string) (string, bool) {
	text = strings.TrimSpace(strings.TrimPrefix(text, "tel:"))
	text = strings.TrimLeft(text, "( ")
	if !strings.HasPrefix(text, "+") && !strings.HasPrefix(text, "\uff0b") || strings.Contains(text, "@") {
		return "", false
	}
	number := []byte("+")
	for _, c := range text {
		switch digit := digitOf(c); {
		case digit >= 0:
			number = append(number, byte('0'+digit))
		case c == ';' || c == ',' || c == '#' || unicode.IsLetter(c):
			return string(number), true
		}
	}
	return string(number), true
}

// digitOf returns the value of a decimal digit of any script, or -1.
func digitOf(c rune) int {
	if c < 0x80 {
		if '0' <= c && c <= '9' {
			return int(c - '0')
		}
		return -1
	}
	for _, r := range unicode.Nd.R16 {
		if rune(r.Lo) <= c && c <= rune(r.Hi) {
			return int(c-rune(r.Lo)) % 10
		}
	}
	for _, r := range unicode.Nd.R32 {
		if rune(r.Lo) <= c && c <= rune(r.Hi) {
			return int(c-rune(r.Lo)) % 10
		}
	}
	return -1
}

// hasFlow reports whether a URL has the flow of an attempt, which means that its form is shown
// again.
func (a *attempt) hasFlow(location string) bool {
	u, err := url.Parse(location)
	return err == nil && a.id != "" && canonicalID(u.Query().Get("flow")) == a.id
}
