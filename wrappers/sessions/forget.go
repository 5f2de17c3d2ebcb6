package sessions

import (
	"context"
	"net/http"
	"time"

	"github.com/kratoskit/kratos-go/internal/access"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// Forget removes the session of a request from the cache: the next request with its credential asks
// Kratos.
func (g *Guard) Forget(r *http.Request) { g.forget(r.Context(), access.CredentialOf(g.client, r)) }

// ForgetToken is [Guard.Forget] for a session token.
func (g *Guard) ForgetToken(ctx context.Context, token string) {
	if token != "" {
		g.forget(ctx, access.Credential{Kind: access.Token, Value: token})
	}
}

// ForgetIdentity removes all sessions of an identity from the cache, for example after it was
// disabled, or after its sessions were revoked.
func (g *Guard) ForgetIdentity(ctx context.Context, id string) {
	if g.cache == nil || id == "" {
		return
	}
	g.counts.forgotten.Add(1)
	at := time.Now()
	g.cache.forgetIdentity(id, at)
	if g.shared != nil {
		g.shared.forgetIdentity(ctx, id, at, g)
	}
}

func (g *Guard) forget(ctx context.Context, c access.Credential) {
	if g.cache == nil || c.Kind == access.None {
		return
	}
	g.counts.forgotten.Add(1)
	k, at := g.cache.newKey(c), time.Now()
	g.cache.forget(k)
	if g.shared != nil {
		g.shared.forget(ctx, k, at, g)
	}
}

// endsOthers has the operations that can end other sessions of the identity.
var endsOthers = map[string]bool{"updateSettingsFlow": true, "updateRecoveryFlow": true, "disableMySession": true, "disableMyOtherSessions": true}

// forgetChange forgets the sessions that a request of the client may have changed.
func (g *Guard) forgetChange(change kratos.SessionChange) {
	ctx := context.Background()
	credentials, succeeded := access.ReadChange(change)
	for _, c := range credentials {
		identity := ""
		if endsOthers[change.Operation] {
			identity = g.identityOf(ctx, c, succeeded)
		}
		g.forget(ctx, c)
		g.ForgetIdentity(ctx, identity)
	}
}

// identityOf returns the identity of a credential; "" if it is unknown. Kratos is asked only after a
// change that succeeded: a person waits, and Kratos may be down.
func (g *Guard) identityOf(ctx context.Context, c access.Credential, ask bool) string {
	k := g.cache.newKey(c)
	if e, ok := g.cache.entries.GetIfPresent(k); ok {
		return e.session.Identity.ID
	}
	if g.shared != nil {
		if e := g.shared.get(ctx, k, g); e != nil {
			return e.session.Identity.ID
		}
	}
	if !ask {
		return ""
	}
	q := question{credential: c}
	if c.Kind == access.Cookie {
		q.request = &http.Request{Header: http.Header{"Cookie": {(&http.Cookie{Name: c.Name, Value: c.Value}).String()}}}
	}
	if c.Kind == access.Cookies {
		q.request = &http.Request{Header: http.Header{"Cookie": {c.Value}}}
	}
	if a := g.ask(ctx, q.call(g), false); a.err == nil {
		return a.session.Identity.ID
	}
	return ""
}
