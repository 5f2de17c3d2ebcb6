package ui

import (
	"html/template"
	"regexp"
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// Scripts renders the script elements of a flow's form, for a page of the caller's, after
// [Pages.Form]: Kratos' script, for passkeys and security keys, and the pages' own script, which
// [Pages.Assets] serves. It returns "" if the form needs none. nonce is that of the page's
// Content-Security-Policy, or "" if the policy has none.
func (p *Pages) Scripts(flow Flow, nonce string) template.HTML {
	if mounted := p.mounted.Load(); mounted != nil {
		p = mounted
	}
	form := flow.Form()
	l := &layout{Pages: p, nonce: nonce, form: form, nodes: form.Nodes()}
	scripts := l.scripts()
	if l.needsScript() {
		scripts = append(scripts, Script{Src: p.paths.Assets + p.assets.script.name, Nonce: nonce})
	}
	var b strings.Builder
	for _, s := range scripts {
		a := new(attributes)
		a.add("src", s.Src)
		a.addText("integrity", s.Integrity)
		a.addText("crossorigin", s.Crossorigin)
		a.addText("referrerpolicy", s.Referrerpolicy)
		a.addText("nonce", s.Nonce)
		b.WriteString("<script" + a.String() + "></script>\n")
	}
	return template.HTML(b.String())
}

// integritySyntax is that of hashes of a script (https://www.w3.org/TR/SRI/).
var integritySyntax = regexp.MustCompile(`^(sha(256|384|512)-[A-Za-z0-9+/]+=* ?)*$`)

// scripts returns Kratos' scripts: those of the origin that the form is sent to.
func (l *layout) scripts() (scripts []Script) {
	for i := range l.nodes {
		n := &l.nodes[i]
		if n.Type != kratos.UINodeTypeScript || !sameOrigin(n.Src, l.form.Action) || !integritySyntax.MatchString(n.Integrity) {
			continue
		}
		scripts = append(scripts, Script{Src: n.Src, Integrity: n.Integrity, Crossorigin: oneOf(n.Crossorigin, "anonymous", "use-credentials"), Referrerpolicy: oneOf(n.Referrerpolicy, "no-referrer", "same-origin", "origin", "strict-origin"), Nonce: l.nonce})
	}
	return scripts
}

// needsScript reports whether the form has something that the pages' script does.
func (l *layout) needsScript() bool {
	for i := range l.nodes {
		n := &l.nodes[i]
		if trigger(n.Onload) != "" || n.Text.ID == kratos.MessageLookupCodeList {
			return true
		}
	}
	return l.isScripted()
}

func (l *layout) isScripted() bool {
	for i := range l.nodes {
		if trigger(l.nodes[i].Onclick) != "" {
			return true
		}
	}
	return false
}
