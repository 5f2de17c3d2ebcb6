package kratos

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/internal/transport"
)

// A CallOption changes the request of one call before it is sent. What an option says is checked with the rest of the call:
// a value or a combination that Kratos would refuse is refused with [ErrInvalid], and nothing is sent.
type CallOption func(*http.Request)

// Token makes a call act for the person whose session token is token (header X-Session-Token).
func Token(token string) CallOption {
	return func(r *http.Request) { r.Header.Set(headerSessionToken, token) }
}

// Query sets the query parameter name to value, for parameters that no other option or argument covers.
func Query(name, value string) CallOption { return values(name, value) }

// Header sets a header of the request, for a gateway in front of Kratos. Cookies of a person's
// browser are not for it: see [Client.BrowserWithCookies].
func Header(name, value string) CallOption {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

// values sets a query parameter that may occur several times.
func values(name string, all ...string) CallOption {
	return func(r *http.Request) {
		q := r.URL.Query()
		q[name] = all
		r.URL.RawQuery = q.Encode()
	}
}

// ReturnTo asks Kratos to send the person's browser to url at the end of the flow that is being started, or after a logout.
// Kratos refuses URLs that its configuration does not allow with [ErrReturnToForbidden].
func ReturnTo(url string) CallOption { return Query("return_to", url) }

// Refresh makes a login flow ask a person who is signed in to log in again; the call needs the person's session.
func Refresh() CallOption { return Query("refresh", "true") }

// RequestAAL asks for a login flow that brings the session to this assurance level; for [AAL2] the call needs the person's session.
func RequestAAL(level AAL) CallOption { return Query("aal", string(level)) }

// LoginChallenge starts a login or registration for the OAuth2 provider that sent the browser with this challenge. If the person
// is signed in, Kratos may accept it at once, and say where to go to a navigation only: [Flows.Page] makes it one.
func LoginChallenge(challenge string) CallOption { return Query("login_challenge", challenge) }

// Organization starts a login or registration for the organization with this id. Open-source servers have none.
func Organization(id string) CallOption { return Query("organization", id) }

// Via names the trait, such as "email", whose address gets the code of a second factor. Kratos up to v25.4 sends it when [LoginCode] is
// submitted with the Address. From v26.2 on, it has been sent when the flow starts, whose State is "sent_email" then: submit the Code.
func Via(trait string) CallOption { return Query("via", trait) }

// ReturnSessionTokenExchangeCode makes a native flow hand over a code (SessionTokenExchangeCode) with which
// [Client.ExchangeSessionToken] fetches the session that a social sign-in in the system's browser ends in. The flow needs [ReturnTo]
// as well, and no [Token]. The browser comes back there with the parameter code; with flow, a login flow in which the person
// links the account that has the same address already; or with neither: then the flow, fetched again, says why.
func ReturnSessionTokenExchangeCode() CallOption {
	return Query("return_session_token_exchange_code", "true")
}

// AfterVerificationReturnTo is where a browser goes after the verification that follows a registration.
func AfterVerificationReturnTo(url string) CallOption {
	return Query("after_verification_return_to", url)
}

// TokenizeAs makes [Client.Whoami] return the session as a signed JWT as well, in Session.Tokenized, made by the template of
// this name in Kratos' configuration. Kratos answers 400 if there is none.
func TokenizeAs(template string) CallOption { return Query("tokenize_as", template) }

// PageSize sets how many items a page of a list has: 1 to 1000. It is an upper limit: from Kratos
// v25.4 on, a page has at most 500 identities, whatever is asked for. Lists that range over all
// pages yield every item in any case.
func PageSize(items int) CallOption { return Query("page_size", strconv.Itoa(items)) }

// PageToken goes on with the page that [Page].Next of the page before names. Do not pass a token on that came from a stranger: a Kratos
// whose configuration has the published default for secrets.pagination trusts forged ones (GHSA-hgx2-28f8-6g2r).
func PageToken(token string) CallOption { return Query("page_token", token) }

// CredentialsIdentifier restricts [Admin.Identities] to the identity that logs in with this identifier, such as an email address.
func CredentialsIdentifier(identifier string) CallOption {
	return Query("credentials_identifier", identifier)
}

// PreviewCredentialsIdentifierSimilar restricts [Admin.Identities] to identities with an identifier like this one. Kratos
// may change what that means, and refuses it together with [CredentialsIdentifier].
func PreviewCredentialsIdentifierSimilar(identifier string) CallOption {
	return Query("preview_credentials_identifier_similar", identifier)
}

// OrganizationID restricts [Admin.Identities] to the organization with this id.
func OrganizationID(id string) CallOption { return Query("organization_id", id) }

// IDs restricts [Admin.Identities] to the identities with these ids, 1 to 500 of them.
func IDs(ids ...string) CallOption {
	if len(ids) == 0 {
		ids = []string{""} // is refused; no ids at all would list everybody
	}
	return values("ids", ids...)
}

// IncludeCredential adds the secrets of these credentials to identities: password hashes, TOTP seeds, backup codes, tokens
// of providers.
func IncludeCredential(types ...CredentialsType) CallOption {
	return values("include_credential", texts(types)...)
}

// ReadConsistency says whether a list may be a few seconds old; open-source servers read consistently in any case.
func ReadConsistency(c Consistency) CallOption { return Query("consistency", string(c)) }

// Active restricts a list of sessions to those that are active, or are not.
func Active(active bool) CallOption { return Query("active", strconv.FormatBool(active)) }

// Expand adds these parts, which are null otherwise, to sessions that an administrator reads.
func Expand(parts ...SessionExpandable) CallOption { return values("expand", texts(parts)...) }

// MessageStatus restricts [Admin.CourierMessages] to messages with this status.
func MessageStatus(status CourierMessageStatus) CallOption { return Query("status", string(status)) }

// Recipient restricts [Admin.CourierMessages] to messages to this address.
func Recipient(address string) CallOption { return Query("recipient", address) }

func texts[S ~string](list []S) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return out
}

// A check refuses a request that must not be sent as it is; it runs after the call's options.
type check func(*http.Request) error

// edit makes of a call's options, and of checks on the outcome, what the generated client takes.
func edit(opts []CallOption, checks ...check) []gen.RequestEditorFn {
	if len(opts)+len(checks) == 0 {
		return nil
	}
	return []gen.RequestEditorFn{func(_ context.Context, r *http.Request) error {
		for _, opt := range opts {
			if opt == nil {
				return argumentError("a call option is nil")
			}
			opt(r)
		}
		if err := headers(r); err != nil {
			return err
		}
		for _, check := range checks {
			if err := check(r); err != nil {
				return err
			}
		}
		return nil
	}}
}

// headers refuses headers that cannot be sent.
func headers(r *http.Request) error {
	for name, values := range r.Header {
		if name == "" || strings.ContainsFunc(name, func(c rune) bool { return c <= ' ' || c >= 0x7f || strings.ContainsRune(`()<>@,;:\"/[]?={}`, c) }) {
			return argumentError("a header has a name that cannot be sent")
		}
		if !slices.ContainsFunc(values, func(v string) bool { return !headerValue(v) }) {
			continue
		}
		return argumentError("the header " + name + " has a character that no header has")
	}
	return nil
}

func headerValue(v string) bool {
	return !strings.ContainsFunc(v, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f })
}

// once returns a context whose requests are not repeated, though they are GET requests.
func once(ctx context.Context) context.Context {
	return transport.With(ctx, func(o *transport.Options) { o.Once = true })
}

// streamed returns a context for requests whose responses are decoded while they arrive.
func streamed(ctx context.Context) context.Context {
	return transport.With(ctx, func(o *transport.Options) { o.Stream = true })
}

// interactivePause is how long a request is held between two attempts, where somebody waits for a page.
const interactivePause = time.Second

// interactive returns a context for requests that somebody waits for.
func interactive(ctx context.Context) context.Context {
	return transport.With(ctx, func(o *transport.Options) { o.MaxPause = interactivePause })
}

const headerSessionToken = "X-Session-Token"

// browserCall refuses to act for a person other than the one whose browser it is.
func browserCall(r *http.Request) error {
	if r.Header.Get(headerSessionToken) != "" {
		return argumentError("a call for a browser has no session token")
	}
	if r.Header.Get("Cookie") != "" {
		return argumentError("a call for a browser has the cookies of that browser: Client.BrowserWithCookies takes others")
	}
	return nil
}

// nativeCall refuses what makes Kratos refuse a native call, or what would give it a person that the caller did not mean.
func nativeCall(r *http.Request) error {
	if r.Header.Get("Cookie") != "" {
		return argumentError("a native call has no header Cookie: Client.Browser and Client.BrowserWithCookies act for a browser")
	}
	if r.Header.Get("Origin") != "" {
		return argumentError("a native call has no header Origin")
	}
	return nil
}

// forPerson refuses a native call that acts for a person if nothing in it says for whom.
func forPerson(r *http.Request) error {
	if err := nativeCall(r); err != nil {
		return err
	}
	if r.Header.Get(headerSessionToken) == "" {
		return noSessionError("the call has no session token: add kratos.Token(token), which must not be empty")
	}
	return nil
}

// paged refuses a size that no page has.
func paged(r *http.Request) error {
	q := r.URL.Query()
	if size := q.Get("page_size"); q.Has("page_size") {
		if n, err := strconv.Atoi(size); err != nil || n < 1 || n > 1000 {
			return argumentError("a page has 1 to 1000 items")
		}
	}
	if q.Has("page_token") && q.Get("page_token") == "" {
		return argumentError("the page token is empty: there is no page after the last")
	}
	return nil
}

// filters are the parameters that restrict lists.
var filters = [...]string{"ids", "credentials_identifier", "preview_credentials_identifier_similar", "organization_id", "active", "status", "recipient"}

// filteredBy refuses filters that a list does not know, which would list everything, and empty ones, which do the same.
func filteredBy(names ...string) check {
	return func(r *http.Request) error {
		q := r.URL.Query()
		for _, name := range filters {
			switch {
			case !q.Has(name):
			case !slices.Contains(names, name):
				return argumentError("this list is not restricted by " + name)
			case q.Get(name) == "":
				return argumentError("the filter " + name + " is empty, and would list everything")
			}
		}
		if q.Has("page") || q.Has("per_page") {
			return argumentError("pages are asked for with PageSize and PageToken")
		}
		return nil
	}
}

// oneFilter refuses filters for identities that Kratos does not take together, or would take for none.
func oneFilter(r *http.Request) error {
	q := r.URL.Query()
	if q.Has("credentials_identifier") && q.Has("preview_credentials_identifier_similar") {
		return argumentError("CredentialsIdentifier and PreviewCredentialsIdentifierSimilar exclude each other")
	}
	if len(q["ids"]) > 500 || slices.Contains(q["ids"], "") {
		return argumentError("IDs takes 1 to 500 ids, none of them empty")
	}
	return nil
}

// segment refuses an id that would make the path of a call that of another.
func segment(name, id string) error {
	switch id {
	case "":
		return argumentError(name + " is empty")
	case ".", "..":
		return argumentError(name + " is a relative path")
	}
	for i := range len(id) {
		if c := id[i]; c <= ' ' || c == 0x7f || c == '/' || c == '\\' || c == '?' || c == '#' {
			return argumentError(name + " has a character that no id has")
		}
	}
	return nil
}
