package doctor

import (
	"encoding/json"
	"slices"
	"strings"
)

// passkeys checks the relying party in the nodes of login and registration against the site
// (https://www.w3.org/TR/webauthn-3/#relying-party-identifier).
func (e *exam) passkeys() {
	for _, f := range []*flow{e.firstLogin(), e.startFlow("registration")} {
		if f == nil {
			continue
		}
		for _, n := range f.UI.Nodes {
			value, _ := n.Attributes.Value.(string)
			if id := relyingParty(value); id != "" {
				e.checkRelyingParty(n.Group, id, "node "+n.Attributes.Name)
			}
		}
	}
}

// relyingParty returns the id in the options of a passkey or security key, or "".
func relyingParty(options string) string {
	if !strings.HasPrefix(options, "{") {
		return ""
	}
	type publicKey struct {
		RPID string              `json:"rpId"`
		RP   struct{ ID string } `json:"rp"`
	}
	var o struct {
		PublicKey         publicKey `json:"publicKey"`
		CredentialOptions struct {
			PublicKey publicKey `json:"publicKey"`
		} `json:"credentialOptions"`
	}
	if json.Unmarshal([]byte(options), &o) != nil {
		return ""
	}
	for _, id := range []string{o.PublicKey.RPID, o.PublicKey.RP.ID, o.CredentialOptions.PublicKey.RPID, o.CredentialOptions.PublicKey.RP.ID} {
		if id != "" {
			return strings.ToLower(id)
		}
	}
	return ""
}

func (e *exam) checkRelyingParty(method, id, evidence string) {
	host := hostname(e.site)
	switch {
	case !inDomain(host, id) || host != id && isPublicSuffix(id):
		e.report("passkey-rp-id", "browsers refuse passkeys for "+id+" at "+host, "selfservice.methods."+method+".config.rp.id: "+registrable(host), evidence+": "+id)
	case !isHTTPS(e.site) && !isLoopback(host):
		e.report("passkey-insecure", "browsers offer no passkeys at a site without https", "--site: https, also in selfservice.methods."+method+".config.rp.origins", evidence)
	}
}

// passkeyConfig checks ids and origins of the methods that are enabled.
func (e *exam) passkeyConfig() {
	for _, method := range []string{"passkey", "webauthn"} {
		parent := "selfservice.methods." + method
		rp := parent + ".config.rp."
		id, at := e.config.String(rp + "id")
		if on, _ := e.config.Bool(parent+".enabled", false); !on || id == "" {
			continue
		}
		if !e.reported("passkey-rp-id") {
			e.checkRelyingParty(method, strings.ToLower(id), at.describe(rp+"id", id))
		}
		e.checkOrigins(rp, id)
	}
}

// checkOrigins checks that the site is an origin of the relying party. Without a list, that is the
// id with the scheme of serve.public.base_url.
func (e *exam) checkOrigins(rp, id string) {
	var origins []string
	for _, o := range e.config.List(rp + "origins") {
		origins = append(origins, origin(o.value))
	}
	_, at := e.config.find(rp + "origins")
	if single, _ := e.config.String(rp + "origin"); len(origins) == 0 && single != "" {
		origins = []string{origin(single)}
	}
	if base, _ := e.config.String("serve.public.base_url"); len(origins) == 0 {
		scheme := "http"
		if isHTTPS(base) {
			scheme = "https"
		}
		origins = []string{origin(scheme + "://" + id)}
	}
	if !slices.Contains(origins, origin(e.site)) {
		e.report("passkey-origin", "Kratos refuses passkeys from "+origin(e.site), rp+"origins: ["+origin(e.site)+"]", at.describe(rp+"origins", strings.Join(origins, ", ")))
	}
}

func (e *exam) reported(id string) bool {
	return slices.ContainsFunc(e.findings, func(f Finding) bool { return f.ID == id })
}
