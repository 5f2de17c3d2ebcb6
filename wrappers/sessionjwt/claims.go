package sessionjwt

import (
	"context"
	"math"
	"strconv"
	"time"

	"github.com/kratoskit/kratos-go/internal/jsonv2"
)

// Claims are the verified claims of a token. Packages fmt and log/slog print none of them.
type Claims[C any] struct {
	unlogged[Claims[C]]

	// Subject is sub: the id of the identity, or its external id if the template has a
	// subject_source that says so. It is never empty.
	Subject string
	// SessionID is sid.
	SessionID string
	// Issuer is iss.
	Issuer string
	// Audience is aud, and empty unless the claims mapper sets it.
	Audience []string
	// ID is jti. Kratos makes another for each token.
	ID string
	// ExpiresAt is exp. It is never zero.
	ExpiresAt time.Time
	// NotBefore is nbf, and IssuedAt is iat; zero if the token lacks it.
	NotBefore, IssuedAt time.Time
	// Custom has the claims as a type of the program: a struct with fields for those that the
	// mapper adds, a map[string]any, or a json.RawMessage. Names of claims are case-sensitive.
	Custom C
}

type claimsKey[C any] struct{}

// ClaimsFromContext returns the claims of [Verifier.Require], or nil. C is that of the [Verifier].
func ClaimsFromContext[C any](ctx context.Context) *Claims[C] {
	claims, _ := ctx.Value(claimsKey[C]{}).(*Claims[C])
	return claims
}

// ContextWithClaims sets the result of [ClaimsFromContext], in a test say.
func ContextWithClaims[C any](ctx context.Context, claims *Claims[C]) context.Context {
	return context.WithValue(ctx, claimsKey[C]{}, claims)
}

// registered are the claims that Kratos sets, and aud: RFC 7519, section 4.1.
type registered struct {
	Issuer    string      `json:"iss"`
	Subject   string      `json:"sub"`
	SessionID string      `json:"sid"`
	Audience  audience    `json:"aud"`
	ID        string      `json:"jti"`
	ExpiresAt numericDate `json:"exp"`
	NotBefore numericDate `json:"nbf"`
	IssuedAt  numericDate `json:"iat"`
}

// decodeRegistered decodes the claims of a payload.
func decodeRegistered(payload []byte) (*registered, error) {
	claims := new(registered)
	switch {
	case !isObject(payload):
		return nil, newError(ErrMalformed, "the payload is not a JSON object with distinct names")
	case jsonv2.Unmarshal(payload, claims) != nil:
		return nil, newError(ErrMalformed, "a registered claim has the wrong type")
	case claims.Subject == "":
		return nil, newError(ErrMalformed, "it has no sub")
	case claims.ExpiresAt.IsZero():
		return nil, newError(ErrMalformed, "it has no exp")
	}
	return claims, nil
}

// newClaims completes the claims by those of the payload that C has.
func newClaims[C any](from *registered, payload []byte) (*Claims[C], error) {
	claims := &Claims[C]{
		Subject:   from.Subject,
		SessionID: from.SessionID,
		Issuer:    from.Issuer,
		Audience:  from.Audience,
		ID:        from.ID,
		ExpiresAt: from.ExpiresAt.Time,
		NotBefore: from.NotBefore.Time,
		IssuedAt:  from.IssuedAt.Time,
	}
	if jsonv2.Unmarshal(payload, &claims.Custom) != nil {
		return nil, newError(ErrMalformed, "a claim does not fit the Go type")
	}
	return claims, nil
}

// audience is a string or an array of strings.
type audience []string

func (a *audience) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		*a = make(audience, 1)
		return jsonv2.Unmarshal(b, &(*a)[0])
	}
	return jsonv2.Unmarshal(b, (*[]string)(a))
}

// maxDate is the end of the year 9999, in seconds since 1970.
const maxDate = 253402300799

// numericDate is a number of seconds since 1970.
type numericDate struct{ time.Time }

func (d *numericDate) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	seconds, err := strconv.ParseFloat(string(b), 64) // fails for a JSON string
	if err != nil {
		return err
	}
	if seconds < 0 || seconds > maxDate {
		return strconv.ErrRange
	}
	integer, fraction := math.Modf(seconds)
	d.Time = time.Unix(int64(integer), int64(fraction*1e9))
	return nil
}
