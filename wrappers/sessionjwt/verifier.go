package sessionjwt

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

const defaultLeeway = 10 * time.Second

// Rules are what a token has to fulfill, besides a valid signature, a sub and an exp.
type Rules struct {
	// Issuer is the iss that tokens must have, exactly. That of Kratos is serve.public.base_url of
	// its configuration, with its slash at the end, unless the claims mapper replaces it.
	Issuer string
	// AnyIssuer accepts every issuer, and tokens without one.
	AnyIssuer bool
	// Audience is one that tokens must have in aud. If it is empty, tokens must not have an aud:
	// RFC 7519, section 4.1.3.
	Audience string
	// Algorithms are those that are accepted, such as "ES256": RFC 7518, section 3.1. Empty means
	// ES256, ES384, ES512, EdDSA, RS256, RS384, RS512, PS256, PS384 and PS512. No others are
	// supported: "none" is not signed, and HS256, HS384 and HS512 have symmetric keys.
	Algorithms []string
	// Leeway is the difference between the clocks of Kratos and of this program that is accepted.
	// 0 means 10 seconds, and a negative value none.
	Leeway time.Duration
	// MaxAge is the time since iat after which a token is rejected, although it has not expired. It
	// makes iat required. 0 means no limit.
	MaxAge time.Duration
	// Now returns the time, for tests. Nil is time.Now.
	Now func() time.Time
}

// algorithms are all that are supported.
var algorithms = []jose.SignatureAlgorithm{
	jose.ES256, jose.ES384, jose.ES512, jose.EdDSA, jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512,
}

// Verifier verifies tokens. C is the type of [Claims].Custom; struct{} for none.
type Verifier[C any] struct {
	redacted[Verifier[C]]

	verifier *verifier
}

// verifier is what does not depend on the type of the claims.
type verifier struct {
	keys       *Keys
	rules      Rules
	algorithms []jose.SignatureAlgorithm
}

// New returns a [Verifier], or fails with [kratos.ErrInvalidArgument] if the rules have no issuer,
// an algorithm that is not supported or a negative MaxAge.
func New[C any](keys *Keys, rules Rules) (*Verifier[C], error) {
	v, err := newVerifier(keys, rules)
	if err != nil {
		return nil, err
	}
	return &Verifier[C]{verifier: v}, nil
}

func newVerifier(keys *Keys, rules Rules) (*verifier, error) {
	v := &verifier{keys: keys, rules: rules}
	for _, name := range rules.Algorithms {
		algorithm := jose.SignatureAlgorithm(name)
		if !slices.Contains(algorithms, algorithm) {
			return nil, argumentError("an algorithm of the rules is not supported: none, HS256, HS384 and HS512 never are")
		}
		v.algorithms = append(v.algorithms, algorithm)
	}
	switch {
	case keys == nil || keys.state.Load() == nil:
		return nil, argumentError("the keys are not from KeysFromURL, KeysFromFile or KeysFromJSON")
	case rules.Issuer == "" && !rules.AnyIssuer:
		return nil, argumentError("the rules have no Issuer: set it to serve.public.base_url of Kratos' configuration, or set AnyIssuer")
	case rules.Issuer != "" && rules.AnyIssuer:
		return nil, argumentError("the rules have both Issuer and AnyIssuer")
	case rules.MaxAge < 0:
		return nil, argumentError("MaxAge is negative")
	}
	if len(v.algorithms) == 0 {
		v.algorithms = algorithms
	}
	if rules.Leeway == 0 {
		v.rules.Leeway = defaultLeeway
	}
	v.rules.Leeway = max(v.rules.Leeway, 0)
	if rules.Now == nil {
		v.rules.Now = time.Now
	}
	return v, nil
}

func argumentError(text string) error {
	return fmt.Errorf("kratos: sessionjwt.New: %w: %s", kratos.ErrInvalidArgument, text)
}

// Verify returns the claims of a token, which is a Session.Tokenized, or fails with one of the
// errors of this package: deny access after any. [ErrKeys] says nothing about the token: respond
// with 503, to others with 401. A session that was revoked verifies until its token expires.
func (v *Verifier[C]) Verify(ctx context.Context, token string) (*Claims[C], error) {
	claims, payload, err := v.verifier.verify(ctx, token)
	if err != nil {
		return nil, err
	}
	return newClaims[C](claims, payload)
}

// verify returns the claims and the payload that they are from.
func (v *verifier) verify(ctx context.Context, token string) (*registered, []byte, error) {
	h, err := parseHeader(token)
	if err != nil {
		return nil, nil, err
	}
	if !slices.Contains(v.algorithms, h.Algorithm) {
		return nil, nil, newError(ErrAlgorithm, "it is not among those of the rules")
	}
	keys, err := v.keys.find(ctx, h.KeyID)
	if err != nil {
		return nil, nil, err
	}
	payload, err := verifySignature(token, h, keys)
	if err != nil {
		return nil, nil, err
	}
	claims, err := decodeRegistered(payload)
	if err != nil {
		return nil, nil, err
	}
	return claims, payload, v.rules.check(claims)
}

// check checks the claims by the rules.
func (r *Rules) check(claims *registered) error {
	now := r.Now()
	switch {
	case !r.AnyIssuer && claims.Issuer != r.Issuer:
		return newError(ErrIssuer, "it is not that of the rules")
	case r.Audience == "" && len(claims.Audience) > 0:
		return newError(ErrAudience, "the rules have none, and the token has")
	case r.Audience != "" && !slices.Contains(claims.Audience, r.Audience):
		return newError(ErrAudience, "that of the rules is missing")
	case claims.NotBefore.After(now.Add(r.Leeway)):
		return newError(ErrNotYetValid, "its nbf is in the future")
	case claims.IssuedAt.After(now.Add(r.Leeway)):
		return newError(ErrNotYetValid, "its iat is in the future")
	case !now.Before(claims.ExpiresAt.Add(r.Leeway)):
		return newError(ErrExpired, "its exp is in the past")
	case r.MaxAge > 0 && now.Sub(claims.IssuedAt.Time) > r.MaxAge+r.Leeway:
		return newError(ErrTooOld, "its iat is missing, or longer ago than the MaxAge of the rules")
	}
	return nil
}
