package kratos

import (
	"net/http"
	"strconv"
)

// A CallOption changes the request of one call before it is sent. What an option says is checked
// with the rest of the call: a value or a combination that Kratos would refuse is refused with
// [ErrInvalid], and nothing is sent.
type CallOption func(*http.Request)

// Token makes a call act for the person whose session token is token (header X-Session-Token).
func Token(token string) CallOption {
	return func(r *http.Request) { r.Header.Set(headerSessionToken, token) }
}

// Query sets the query parameter name to value, for parameters that no other option or argument
// covers.
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

// ReturnTo asks Kratos to send the person's browser to url at the end of the flow that is being
// started, or after a logout. Kratos refuses URLs that its configuration does not allow with
// [ErrReturnToForbidden].
func ReturnTo(url string) CallOption { return Query("return_to", url) }

// Refresh makes a login flow ask a person who is signed in to log in again; the call needs the
// person's session.
func Refresh() CallOption { return Query("refresh", "true") }

// RequestAAL asks for a login flow that brings the session to this assurance level; for [AAL2] the
// call needs the person's session.
func RequestAAL(level AAL) CallOption { return Query("aal", string(level)) }

// LoginChallenge starts a login or registration for the OAuth2 provider that sent the browser with
// this challenge. If the person is signed in, Kratos may accept it at once, and say where to go to
// a navigation only: [Flows.Page] makes it one.
func LoginChallenge(challenge string) CallOption { return Query("login_challenge", challenge) }

// Organization starts a login or registration for the organization with this id. Open-source
// servers have none.
func Organization(id string) CallOption { return Query("organization", id) }

// Via names the trait, such as "email", whose address gets the code of a second factor. Kratos up
// to v25.4 sends it when [LoginCode] is submitted with the Address. From v26.2 on, it has been sent
// when the flow starts, whose State is "sent_email" then: submit the Code.
func Via(trait string) CallOption { return Query("via", trait) }

// ReturnSessionTokenExchangeCode makes a native flow hand over a code (SessionTokenExchangeCode)
// with which [Client.ExchangeSessionToken] fetches the session that a social sign-in in the
// system's browser ends in. The flow needs [ReturnTo] as well, and no [Token]. The browser comes
// back there with the parameter code; with flow, a login flow in which the person links the account
// that has the same address already; or with neither: then the flow, fetched again, says why.
func ReturnSessionTokenExchangeCode() CallOption {
	return Query("return_session_token_exchange_code", "true")
}

// AfterVerificationReturnTo is where a browser goes after the verification that follows a
// registration.
func AfterVerificationReturnTo(url string) CallOption {
	return Query("after_verification_return_to", url)
}

// TokenizeAs makes [Client.Whoami] return the session as a signed JWT as well, in
// Session.Tokenized, made by the template of this name in Kratos' configuration. Kratos answers 400
// if there is none.
func TokenizeAs(template string) CallOption { return Query("tokenize_as", template) }

// PageSize sets how many items a page of a list has: 1 to 1000. It is an upper limit: from Kratos
// v25.4 on, a page has at most 500 identities, whatever is asked for. Lists that range over all
// pages yield every item in any case.
func PageSize(items int) CallOption { return Query("page_size", strconv.Itoa(items)) }

// PageToken goes on with the page that [Page].Next of the page before names. Do not pass a token on
// that came from a stranger: a Kratos whose configuration has the published default for
// secrets.pagination trusts forged ones (GHSA-hgx2-28f8-6g2r).
func PageToken(token string) CallOption { return Query("page_token", token) }

// CredentialsIdentifier restricts [Admin.Identities] to the identity that logs in with this
// identifier, such as an email address.
func CredentialsIdentifier(identifier string) CallOption {
	return Query("credentials_identifier", identifier)
}

// PreviewCredentialsIdentifierSimilar restricts [Admin.Identities] to identities with an identifier
// like this one. Kratos may change what that means, and refuses it together with
// [CredentialsIdentifier].
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

// IncludeCredential adds the secrets of these credentials to identities: password hashes, TOTP
// seeds, backup codes, tokens of providers.
func IncludeCredential(types ...CredentialsType) CallOption {
	return values("include_credential", texts(types)...)
}

// ReadConsistency says whether a list may be a few seconds old; open-source servers read
// consistently in any case.
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
