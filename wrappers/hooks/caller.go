package hooks

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/kratoskit/kratos-go/internal/redact"
)

// A Caller is how Kratos authenticates itself: [APIKey] or [BasicAuth]. The zero value is not
// valid.
type Caller struct {
	redact.Struct[Caller]

	header string // of an API key; "" for HTTP Basic
	user   string
	secret string // that Config prints
	sums   [][sha256.Size]byte
}

// APIKey returns a caller with a key in a header. Keys in older are accepted as well, for rotation.
// It panics unless the header has a valid name, and each key 16 visible ASCII characters or more.
func APIKey(header, key string, older ...string) Caller {
	if !isToken(header) {
		panic("hooks: APIKey needs the name of a header")
	}
	return newCaller("APIKey", Caller{header: http.CanonicalHeaderKey(header), secret: key}, older)
}

// BasicAuth returns a caller with HTTP Basic authentication (RFC 7617). Passwords in older are
// accepted as well, for rotation. It panics unless the user has a name without a colon, and each
// password 16 visible ASCII characters or more.
func BasicAuth(user, password string, older ...string) Caller {
	if !isVisible(user) || strings.Contains(user, ":") {
		panic("hooks: BasicAuth needs a user without a colon")
	}
	return newCaller("BasicAuth", Caller{user: user, secret: password}, older)
}

const minSecret = 16 // characters

func newCaller(name string, c Caller, older []string) Caller {
	for _, secret := range append([]string{c.secret}, older...) {
		if len(secret) < minSecret || !isVisible(secret) {
			panic("hooks: " + name + " needs secrets of at least 16 visible ASCII characters")
		}
		c.sums = append(c.sums, c.sum(c.user, secret))
	}
	return c
}

// Authenticate sets the credentials in a request, as Kratos does.
func (c Caller) Authenticate(r *http.Request) {
	c.mustBeValid("Authenticate")
	if c.header == "" {
		r.SetBasicAuth(c.user, c.secret)
		return
	}
	r.Header.Set(c.header, c.secret)
}

// accepts compares the credentials of a request with all that are valid, in constant time.
func (c Caller) accepts(r *http.Request) bool {
	user, secret := "", ""
	if c.header == "" {
		user, secret, _ = r.BasicAuth()
	} else if values := r.Header[c.header]; len(values) == 1 {
		secret = values[0]
	}
	got, matches := c.sum(user, secret), 0
	for i := range c.sums {
		matches |= subtle.ConstantTimeCompare(got[:], c.sums[i][:])
	}
	return matches == 1
}

// sum returns a hash of credentials, which all have the same length.
func (c Caller) sum(user, secret string) [sha256.Size]byte {
	return sha256.Sum256([]byte(user + ":" + secret)) // a user has no colon
}

func (c Caller) mustBeValid(name string) {
	if len(c.sums) == 0 {
		panic("hooks: " + name + " needs a Caller of APIKey or BasicAuth")
	}
}

// config returns the member auth of Kratos' configuration.
func (c Caller) config() (kind string, config json.RawMessage) {
	if c.header == "" {
		return "basic_auth", mustMarshal(struct {
			User     string `json:"user"`
			Password string `json:"password"`
		}{c.user, c.secret})
	}
	return "api_key", mustMarshal(struct {
		Name  string `json:"name"`
		Value string `json:"value"`
		In    string `json:"in"`
	}{c.header, c.secret, "header"})
}

func isVisible(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return s != ""
}

// isToken reports whether s is a token of RFC 9110, 5.6.2, such as the name of a header.
func isToken(s string) bool { return isVisible(s) && !strings.ContainsAny(s, `"(),/:;<=>?@[\]{}`) }
