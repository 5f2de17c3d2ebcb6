package kratostest

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/server"
)

// replayer sends the requests of the recordings of one server to a Kratos.
type replayer struct {
	t      testing.TB
	k      *Kratos
	engine *server.Server
	*rewriter

	addresses map[string]string // of recorded flows
	codes     map[string]string // recorded code to code of the Kratos
	right     map[string]bool   // the codes of the scenario that were right
	secrets   []string          // recorded TOTP secrets
	offset    time.Duration     // the clock of the Kratos
	previous  time.Time         // when the last recorded response was sent
	seen      map[string]bool   // recorded session tokens, cookies and addresses
	last      string            // the person of the scenario that signed in last
}

func newReplayer(t testing.TB, version, config string) *replayer {
	k, engine := labKratos(t, version, config)
	name, _, _ := strings.Cut(config, " ")
	port := labPorts[version] + labOffsets[name]
	return &replayer{
		t: t, k: k, engine: engine, rewriter: newRewriter(k, fmt.Sprintf("127.0.0.1:%d", port+3), fmt.Sprintf("127.0.0.1:%d", port+4)),
		addresses: map[string]string{}, codes: map[string]string{}, seen: map[string]bool{},
	}
}

// client sends requests as they are, and does not follow redirects.
var oracleClient = &http.Client{
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Timeout:       20 * time.Second,
}

// scenario replays a scenario and calls judge with each exchange and the response of the Kratos:
// nil for exchanges that are left out, which are not sent.
func (p *replayer) scenario(exchanges []*exchange, judge func(*exchange, *reply)) {
	p.right = rightCodes(exchanges)
	p.previous = time.Time{}
	p.people(exchanges)
	for _, e := range exchanges {
		p.wait(e)
		if e.leftOut != "" {
			p.keepSession(e)
			p.note(e)
			p.remember(e)
			judge(e, nil)
			continue
		}
		if e.Config == "broken" && e.response.status >= 300 {
			p.k.Fail("", 1, DatabaseDown())
		}
		p.signIn(exchanges, e)
		actual := p.send(e)
		p.note(e)
		p.learnHeaders(e.response.header, actual.header)
		p.learnBodies(e.response.json, actual.json)
		p.remember(e)
		judge(e, actual)
	}
}

// keepSession learns that a session has another cookie after an exchange that is left out.
func (p *replayer) keepSession(e *exchange) {
	for _, sent := range sessionsIn(e.Request.Headers) {
		for _, line := range e.response.header["Set-Cookie"] {
			if c, err := http.ParseSetCookie(line); err == nil && c.Name == "ory_kratos_session" && p.values[sent] != "" {
				p.learn(c.Value, p.values[sent])
			}
		}
	}
}

// wait moves the clock of the Kratos as far as that of the recorded server went.
func (p *replayer) wait(e *exchange) {
	now, err := http.ParseTime(e.Response.Headers.Get("Date"))
	if err != nil {
		return
	}
	if gap := now.Sub(p.previous); !p.previous.IsZero() && gap >= time.Second && (strings.HasPrefix(e.Config, "short") || e.Config == "prod") {
		gap += 300 * time.Millisecond
		p.k.Advance(gap)
		p.offset += gap
	}
	p.previous = now
}

// remember notes what later requests refer to.
func (p *replayer) remember(e *exchange) {
	p.secrets = append(p.secrets, totpSecrets(e.Response.Body)...)
}

// totpSecrets returns the TOTP secrets in a body.
func totpSecrets(body string) []string {
	_, after, ok := strings.Cut(body, `"context":{"secret":"`)
	if !ok {
		return nil
	}
	secret, _, _ := strings.Cut(after, `"`)
	return []string{secret}
}

// send sends the request of an exchange to the Kratos.
func (p *replayer) send(e *exchange) *reply {
	p.link(e)
	if address := e.submitted.address(); address != "" {
		p.addresses[e.flowID()] = address
	}
	target := p.rewrite(p.secretsIn(e, p.pageToken(e.Request.URL)))
	body := p.rewrite(p.secretsIn(e, e.Request.Body))
	if shortened, ok := strings.CutSuffix(body, "… (shortened)"); ok { // it was larger than Kratos reads
		body = shortened + strings.Repeat("x", 6<<20)
	}
	req, err := http.NewRequest(e.Request.Method, target, strings.NewReader(body))
	if err != nil {
		p.t.Fatalf("%s: %v", e, err)
	}
	for name, values := range e.Request.Headers {
		for _, value := range values {
			req.Header.Add(name, p.rewrite(value))
		}
	}
	req.Header.Del("Content-Length")
	resp, err := oracleClient.Do(req)
	if err != nil {
		return newReply(0, http.Header{}, err.Error())
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatalf("%s: %v", e, err)
	}
	return newReply(resp.StatusCode, resp.Header, string(text))
}

// secretsIn replaces the codes in a body or a URL.
func (p *replayer) secretsIn(e *exchange, text string) string {
	return submittedCode.ReplaceAllStringFunc(text, func(match string) string {
		m := submittedCode.FindStringSubmatch(match)
		return m[1] + m[2] + p.secret(e, m[1], m[3])
	})
}

// secret returns the value of the Kratos for a recorded code of a field.
func (p *replayer) secret(e *exchange, field, code string) string {
	switch field {
	case "totp_code":
		return p.totpCode(e, code)
	case "lookup_secret":
		return p.value(code)
	}
	if actual, ok := p.values[code]; ok { // an administrator's
		return actual
	}
	if !p.right[code] {
		return code
	}
	if actual, ok := p.codes[code]; ok {
		return actual
	}
	actual := p.lastCode(p.addresses[e.flowID()])
	if actual == "" {
		return code
	}
	p.codes[code] = actual
	return actual
}

// lastCode returns the code in the last message to an address, or in the last message of all.
func (p *replayer) lastCode(address string) string {
	for _, to := range []string{address, ""} {
		mails := p.engine.Mails(to)
		for i := len(mails) - 1; i >= 0; i-- {
			if mails[i].Code != "" {
				return mails[i].Code
			}
		}
	}
	return ""
}

// totpCode returns a code of the authenticator app that a recorded code is of.
func (p *replayer) totpCode(e *exchange, code string) string {
	now, err := http.ParseTime(e.Response.Headers.Get("Date"))
	if err != nil {
		return code
	}
	for i := len(p.secrets) - 1; i >= 0; i-- {
		secret := p.secrets[i]
		if !validTOTP(code, secret, now) {
			continue
		}
		actual, err := totp.GenerateCode(p.value(secret), time.Now().Add(p.offset))
		if err != nil {
			return code
		}
		return actual
	}
	return code
}

// validTOTP reports whether a code is of a secret, about that time.
func validTOTP(code, secret string, now time.Time) bool {
	for _, d := range []time.Duration{-30 * time.Second, 0, 30 * time.Second} {
		if valid, err := totp.GenerateCode(secret, now.Add(d)); err == nil && valid == code {
			return true
		}
	}
	return false
}

// link learns the token and the flow in the link of the last message, for an exchange that opens
// the link.
func (p *replayer) link(e *exchange) {
	u, err := url.Parse(e.Request.URL)
	if err != nil || !strings.HasSuffix(e.Op, "Link") {
		return
	}
	token := u.Query().Get("token")
	if _, known := p.values[token]; known || token == "" {
		return
	}
	mails := p.engine.Mails("")
	for i := len(mails) - 1; i >= 0; i-- {
		link, err := url.Parse(mails[i].Link)
		if err != nil || link.Path != u.Path || link.Query().Get("token") == "" {
			continue
		}
		p.learn(token, link.Query().Get("token"))
		if _, known := p.values[u.Query().Get("flow")]; !known {
			p.learn(u.Query().Get("flow"), link.Query().Get("flow"))
		}
		return
	}
}
