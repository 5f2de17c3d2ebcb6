package doctor

// kind is what all findings with an ID have in common.
type kind struct {
	severity Severity
	why      string
}

// kinds are all kinds of findings.
var kinds = map[string]kind{
	"not-checked": {Info, "A fault in it would not be found."},

	"unreachable":        {Error, "Browsers and programs get no response."},
	"not-kratos":         {Error, "Requests go to another server, or to a path that Kratos does not have."},
	"ports-swapped":      {Error, "Programs and browsers call the wrong API, and the admin API, which has no authentication, may be exposed."},
	"admin-exposed":      {Error, "The admin API has no authentication: anyone who reaches it can take over every account."},
	"admin-bound-public": {Error, "The admin API has no authentication: anyone who reaches it can take over every account."},
	"admin-bound-all":    {Warning, "Without a firewall, anyone who reaches the machine reaches the admin API, which has no authentication."},

	"cookie-missing":    {Error, "Without the cookie, every form is refused as a CSRF violation."},
	"cookie-domain":     {Error, "Without the cookie, every form is refused as a CSRF violation, and logins do not last."},
	"cookie-site":       {Warning, "The server of the site sees no session, and cannot read flows. Scripts that call Kratos do not need this."},
	"cookie-cross-site": {Error, "Scripts of the site get 401 or CSRF violations, and the server of the site sees no session."},
	"cookie-samesite":   {Error, "Without the cookie, every form is refused as a CSRF violation."},
	"cookie-strict":     {Warning, "A person who comes from an OpenID Connect provider, or follows a link in an email, appears logged out, and the flow fails."},
	"cookie-secure":     {Error, "Browsers drop such cookies over http, so that every form is refused as a CSRF violation."},
	"cookie-httponly":   {Warning, "A script that is injected into a page can read the session."},
	"cookie-path":       {Error, "Without the cookie, every form is refused as a CSRF violation."},
	"cookie-name":       {Error, "Browsers drop the session cookie, so logins do not last."},
	"dev-mode":          {Error, "In development mode, cookies travel unencrypted over http, SameSite is always Lax, and hashes of passwords can be cheap."},
	"dev-mode-local":    {Info, "It is necessary on this machine without https. On a network, others could read sessions."},

	"cors-missing":     {Warning, "Browsers do not let scripts of another origin read the responses. Pages that a server renders do not need this."},
	"cors-wildcard":    {Error, "Browsers do not let scripts of the site read the responses."},
	"cors-credentials": {Error, "Scripts of the site get no response to requests with cookies, so there is no session."},
	"cors-request":     {Error, "Browsers do not send the form of a script."},
	"cors-any-origin":  {Error, "A malicious site can read a visitor's session and identity, unless SameSite prevents it."},

	"return-url":         {Error, "Links with return_to end in an error page instead of a login."},
	"return-url-open":    {Error, "A link to your login can lead to a copy of your site that asks for the password again."},
	"return-url-default": {Warning, "People end at a page that is not the site's after a login."},
	"form-host":          {Error, "Browsers submit forms to a host that they cannot reach, or that gets no cookies."},
	"page-host":          {Error, "Kratos sends browsers to a page that does not exist, or that gets no cookies."},

	"csrf-read":   {Error, "Pages cannot show forms."},
	"csrf-submit": {Error, "Logins, registrations and changes of a password fail."},

	"courier-stopped":   {Error, "Codes and links do not arrive, so addresses cannot be verified, nor accounts recovered."},
	"courier-failing":   {Error, "Codes and links do not arrive, and Kratos abandons messages after some attempts."},
	"courier-abandoned": {Warning, "The recipients wait for a code that does not arrive."},

	"clock-skew": {Warning, "Codes of authenticator apps, tokens and sessions are valid for some seconds or minutes, by the clock of the machine that checks them."},

	"passkey-rp-id":    {Error, "Passkeys cannot be added or used."},
	"passkey-origin":   {Error, "Passkeys cannot be added or used: Kratos compares the origin that browsers sign."},
	"passkey-insecure": {Error, "Passkeys cannot be added or used."},

	"cache-header":            {Error, "A proxy or CDN may keep the session or form of one person, and return it to another."},
	"cache-shared":            {Error, "People share forms and CSRF cookies, so that forms are refused, or an account is open to others."},
	"cache-session-header":    {Warning, "Clients ask Kratos on every request, although they could cache the session."},
	"cache-session-unlimited": {Warning, "A logout or revocation is noticed only when the session expires."},

	"schema-unreadable": {Error, "Registrations and settings with this schema fail, and clients cannot read schemas."},
	"schema-invalid":    {Error, "Kratos cannot validate traits, so every registration with this schema fails."},

	"recovery-native": {Info, "A native app gets a redirect that only a browser can follow. Sites without a native app do not need the flag."},

	"hook-session":      {Warning, "People who have just registered must log in."},
	"hook-verification": {Warning, "Kratos sends the email, but does not name the flow (from v25.4 on), so that people do not know where to enter the code."},

	"secret-short":   {Error, "Kratos does not start with it, or it can be guessed."},
	"secret-known":   {Error, "Anyone who knows the secret can forge cookies, and decrypt what is stored."},
	"secret-missing": {Warning, "Kratos generates a secret whenever it starts, which ends all sessions, and differs between instances."},
	"cipher-missing": {Warning, "Anyone who reads the database can use the tokens at the provider."},
	"dsn-memory":     {Error, "All identities are lost when Kratos stops."},
	"log-sensitive":  {Error, "Anyone who reads the log can take over sessions and accounts."},
}

// Kinds returns the severity of each kind of finding, by ID.
func Kinds() map[string]Severity {
	severities := make(map[string]Severity, len(kinds))
	for id, k := range kinds {
		severities[id] = k.severity
	}
	return severities
}
