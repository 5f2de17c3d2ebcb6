package sessions

import (
	"cmp"
	"net/url"
	"slices"
	"time"

	"github.com/kratoskit/kratos-go/internal/access"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// A Need is what a session has to fulfil besides being valid. No session fulfils the zero Need.
type Need struct {
	name      string
	fulfilled func(s *kratos.Session, now time.Time) bool
	err       error // matched by the NeedError
	flow      string
	query     url.Values
}

// AAL2 needs a second factor in the session ([kratos.ErrAAL2Required]).
func AAL2() Need {
	return Need{
		name:      "aal2",
		fulfilled: func(s *kratos.Session, _ time.Time) bool { return s.AAL == kratos.AAL2 },
		err:       kratos.ErrAAL2Required,
		flow:      "login",
		query:     url.Values{"aal": {string(kratos.AAL2)}},
	}
}

// Fresh needs a login within the last d, by authenticated_at ([kratos.ErrRefreshRequired]). A
// person who is remembered for weeks has to log in again before a dangerous change. It panics unless
// d is positive.
func Fresh(d time.Duration) Need {
	if d <= 0 {
		panic("sessions: Fresh needs a positive duration")
	}
	return Need{
		name:      "fresh",
		fulfilled: func(s *kratos.Session, now time.Time) bool { return now.Sub(s.AuthenticatedAt) <= d },
		err:       kratos.ErrRefreshRequired,
		flow:      "login",
		query:     url.Values{"refresh": {"true"}},
	}
}

// VerifiedAddress needs at least one verified address ([kratos.ErrAddressNotVerified]).
func VerifiedAddress() Need {
	return Need{
		name: "verified_address",
		fulfilled: func(s *kratos.Session, _ time.Time) bool {
			return slices.ContainsFunc(s.Identity.VerifiableAddresses, func(a kratos.VerifiableAddress) bool { return a.Verified })
		},
		err:  kratos.ErrAddressNotVerified,
		flow: "verification",
	}
}

// That needs a condition of the caller's, such as a role in the metadata ([kratos.ErrForbidden]).
// The name is returned to clients. It panics without a name or function.
func That(name string, fulfilled func(*kratos.Session) bool) Need {
	if name == "" || fulfilled == nil {
		panic("sessions: That needs a name and a function")
	}
	return Need{
		name:      name,
		fulfilled: func(s *kratos.Session, _ time.Time) bool { return fulfilled(copySession(s)) }, // it may change it
		err:       kratos.ErrForbidden,
	}
}

// A NeedError is that a session does not fulfil a [Need]. It matches the error in the
// documentation of the need.
type NeedError struct {
	// Need is the name of the need: aal2, fresh, verified_address, or that of [That].
	Need string
	// RedirectTo is where a browser fulfils the need, or "".
	RedirectTo string

	err error
}

// Error returns the name of the need.
func (e *NeedError) Error() string {
	return "kratos: the session does not fulfil the need " + e.Need + ": " + e.err.Error()
}

// Unwrap returns the error that the need stands for.
func (e *NeedError) Unwrap() error { return e.err }

// unmet returns the first need that a session does not fulfil, or nil.
func unmet(needs []Need, s *kratos.Session, now time.Time) *Need {
	for i := range needs {
		if needs[i].fulfilled == nil || !needs[i].fulfilled(s, now) {
			return &needs[i]
		}
	}
	return nil
}

func (g *Guard) needError(n *Need) error {
	e := &NeedError{Need: n.name, err: cmp.Or(n.err, kratos.ErrForbidden)}
	switch {
	case n.flow == "login" && g.loginPage != "":
		e.RedirectTo = g.loginPage + "?" + n.query.Encode()
	case n.flow != "":
		e.RedirectTo = access.PageURL(g.client, n.flow, n.query)
	}
	return e
}
