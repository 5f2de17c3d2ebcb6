package kratos

import (
	"net/http"
	"strconv"
)

// A RequestOption changes the request of one call before it is sent. What an option says is checked
// with the rest of the call: a value or a combination that Kratos would refuse is refused with
// [ErrInvalidArgument], and nothing is sent.
type RequestOption func(*http.Request)

// SessionToken makes a call act for the person whose session token is token (header X-Session-Token).
func SessionToken(token string) RequestOption {
	return func(r *http.Request) { r.Header.Set(headerSessionToken, token) }
}

// Query sets the query parameter name to value, for parameters that no other option or argument
// covers.
func Query(name, value string) RequestOption { return addQuery(name, value) }

// Header sets a header of the request, for a gateway in front of Kratos. Cookies of a person's
// browser are not for it: see [Client.BrowserWithCookies].
func Header(name, value string) RequestOption {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

// values sets a query parameter that may occur several times.
func addQuery(name string, all ...string) RequestOption {
	return func(r *http.Request) {
		q := r.URL.Query()
		q[name] = all
		r.URL.RawQuery = q.Encode()
	}
}

// ReturnTo asks Kratos to send the person's browser to url at the end of the flow that is being
// started, or after a logout. Kratos refuses URLs that its configuration does not allow with
// [ErrReturnToForbidden].
func ReturnTo(url string) RequestOption { return Query("return_to", url) }

// Refresh makes a login flow ask a person who is signed in to log in again; the call needs the
// person's session.
func Refresh() RequestOption { return Query("refresh", "true") }

// RequestAAL asks for a login flow that brings the session to this assurance level; for [AAL2] the
// call needs the person's session.
func RequestAAL(level AAL) RequestOption { return Query("aal", string(level)) }

// LoginChallenge starts a login or registration for the OAuth2 provider that sent the browser with
// this challenge. If the person is signed in, Kratos may accept it at once, and say where to go to
// a navigation only: [FlowClient.Page] makes it one.
func LoginChallenge(challenge string) RequestOption { return Query("login_challenge", challenge) }

// Organization starts a login or registration for the organization with this id. Open-source
// servers have none.
func Organization(id string) RequestOption { return Query("organization", id) }

// Via names the trait, such as "email", whose address gets the code of a second factor. Kratos up
// to v25.4 sends it when [LoginCode] is submitted with the Address. From v26.2 on, it has been sent
// when the flow starts, whose State is "sent_email" then: submit the Code.
func Via(trait string) RequestOption { return Query("via", trait) }

// ReturnSessionTokenExchangeCode makes a native flow hand over a code (SessionTokenExchangeCode)
// with which [Client.ExchangeSessionToken] fetches the session that a social sign-in in the
// system's browser ends in. The flow needs [ReturnTo] as well, and no [SessionToken]. The browser comes
// back there with the parameter code; with flow, a login flow in which the person links the account
// that has the same address already; or with neither: then the flow, fetched again, says why.
func ReturnSessionTokenExchangeCode() RequestOption {
	return Query("return_session_token_exchange_code", "true")
}

// AfterVerificationReturnTo is where a browser goes after the verification that follows a
// registration.
func AfterVerificationReturnTo(url string) RequestOption {
	return Query("after_verification_return_to", url)
}

// TokenizeAs makes [Client.Whoami] return the session as a signed JWT as well, in
// Session.Tokenized, made by the template of this name in Kratos' configuration. Kratos answers 400
// if there is none.
func TokenizeAs(template string) RequestOption { return Query("tokenize_as", template) }

// PageSize sets how many items a page of a list has: 1 to 1000. It is an upper limit: from Kratos
// v25.4 on, a page has at most 500 identities, whatever is asked for. Lists that range over all
// pages yield every item in any case.
func PageSize(items int) RequestOption { return Query("page_size", strconv.Itoa(items)) }

// PageToken goes on with the page that [Page].Next of the page before names. Do not pass a token on
// that came from a stranger: a Kratos whose configuration has the published default for
// secrets.pagination trusts forged ones (GHSA-hgx2-28f8-6g2r).
func PageToken(token string) RequestOption { return Query("page_token", token) }

// CredentialsIdentifier restricts [Admin.Identities] to the identity that logs in with this
// identifier, such as an email address.
func CredentialsIdentifier(identifier string) RequestOption {
	return Query("credentials_identifier", identifier)
}

// PreviewCredentialsIdentifierSimilar restricts [Admin.Identities] to identities with an identifier
// like this one. Kratos may change what that means, and refuses it together with
// [CredentialsIdentifier].
func PreviewCredentialsIdentifierSimilar(identifier string) RequestOption {
	return Query("preview_credentials_identifier_similar", identifier)
}

// OrganizationID restricts [Admin.Identities] to the organization with this id.
func OrganizationID(id string) RequestOption { return Query("organization_id", id) }

// IDs restricts [Admin.Identities] to the identities with these ids, 1 to 500 of them.
func IDs(ids ...string) RequestOption {
	if len(ids) == 0 {
		ids = []string{""} // is refused; no ids at all would list everybody
	}
	return addQuery("ids", ids...)
}

// IncludeCredential adds the secrets of these credentials to identities: password hashes, TOTP
// seeds, backup codes, tokens of providers.
func IncludeCredential(types ...CredentialsType) RequestOption {
	return addQuery("include_credential", toStrings(types)...)
}

// ReadConsistency says whether a list may be a few seconds old; open-source servers read
// consistently in any case.
func ReadConsistency(c Consistency) RequestOption { return Query("consistency", string(c)) }

// Active restricts a list of sessions to those that are active, or are not.
func Active(active bool) RequestOption { return Query("active", strconv.FormatBool(active)) }

// Expand adds these parts, which are null otherwise, to sessions that an administrator reads.
func Expand(parts ...SessionExpandable) RequestOption { return addQuery("expand", toStrings(parts)...) }

// MessageStatus restricts [Admin.CourierMessages] to messages with this status.
func MessageStatus(status CourierMessageStatus) RequestOption { return Query("status", string(status)) }

// Recipient restricts [Admin.CourierMessages] to messages to this address.
func Recipient(address string) RequestOption { return Query("recipient", address) }

func toStrings[S ~string](list []S) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return out
}
