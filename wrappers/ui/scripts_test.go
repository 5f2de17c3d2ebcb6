package ui_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/ui"
)

const kratosScript = `{"type":"script","group":"webauthn","attributes":{"src":"https://example.org/webauthn.js","integrity":"sha512-AA==","crossorigin":"anonymous","node_type":"script"},"messages":[],"meta":{}}`

// scripts returns the script elements, without their nonces.
func scripts(elements []element, nonce string) (found []string) {
	for _, e := range elements {
		if e.tag == "script" {
			found = append(found, strings.Join([]string{e.attrs["src"], e.attrs["integrity"], e.attrs["crossorigin"], e.attrs["referrerpolicy"]}, " "))
			if nonce != "" && e.attrs["nonce"] != nonce {
				found = append(found, "without the nonce")
			}
		}
	}
	return found
}

// A page of the caller's has the scripts that the pages of this package have.
func TestScriptsAreThoseOfThePage(t *testing.T) {
	t.Parallel()
	f := new(fake)
	site, pages := newSite(t, f), newPages(t)
	numbers := map[int]bool{}
	for _, form := range recordedForms(t) {
		f.flow = form.body
		what := form.exchange.String()
		want := scripts(parse(t, what, ask(site, "GET", "/"+form.page+"?flow=f", "").Body.String()), "")
		got := scripts(parse(t, what, string(pages.Scripts(form.flow(), "n0"))), "n0")
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
		numbers[len(got)] = true
	}
	if !numbers[0] || !numbers[2] {
		t.Errorf("numbers of scripts: %v, want none and two", numbers)
	}
}

func TestScripts(t *testing.T) {
	t.Parallel()
	mounted := newPages(t)
	mounted.Mount(http.NewServeMux(), "/id")
	password := input("password", "password", "password", "")
	passkey := strings.Replace(input("passkey", "passkey_login_trigger", "button", ""), `"node_type"`, `"onclickTrigger":"oryPasskeyLogin","node_type"`, 1)
	const kratosElement = `<script src="https://example.org/webauthn.js" integrity="sha512-AA==" crossorigin="anonymous"`
	for name, tc := range map[string]struct {
		pages        *ui.Pages
		nodes, nonce string
		want         []string // the beginnings of the elements
	}{
		"a form without scripts": {newPages(t), password, "n", nil},
		"a passkey":              {newPages(t), passkey + "," + kratosScript, "n", []string{kratosElement + ` nonce="n">`, `<script src="/assets/ui.`}},
		"a policy without nonce": {newPages(t), passkey + "," + kratosScript, "", []string{kratosElement + `>`, `<script src="/assets/ui.`}},
		"below a prefix":         {mounted, passkey, "n", []string{`<script src="/id/assets/ui.`}},
		"another path of assets": {newPages(t, ui.WithPaths(ui.Paths{Assets: "/static/"})), passkey, "n", []string{`<script src="/static/ui.`}},
		"another origin":         {newPages(t), strings.Replace(kratosScript, "example.org", "evil.example", 1), "n", nil},
		"a hostile nonce":        {newPages(t), kratosScript, `"><script>`, []string{kratosElement + ` nonce="&#34;&gt;&lt;script&gt;">`}},
	} {
		html := string(tc.pages.Scripts(newForm(t, tc.nodes), tc.nonce))
		if n := len(scripts(parse(t, name, html), tc.nonce)); n != len(tc.want) {
			t.Errorf("%s: %d scripts, want %d: %s", name, n, len(tc.want), html)
		}
		rest := html
		for _, want := range tc.want { // in this order
			_, after, ok := strings.Cut(rest, want)
			if !ok {
				t.Errorf("%s: %s lacks %s", name, html, want)
			}
			rest = after
		}
	}
}
