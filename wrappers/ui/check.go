package ui

import (
	_ "embed"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// sample is a flow with all kinds of nodes.
//
//go:embed sample.json
var sample []byte

// checkTemplates executes all templates, so that mistakes in those of a caller are found at the
// start.
func (p *Pages) checkTemplates() error {
	flow := new(kratos.LoginFlow)
	if err := json.Unmarshal(sample, flow); err != nil {
		return err
	}
	t := translator{p.languages[0], p.languages[0]}
	for _, page := range samplePages(t) {
		page.templates, page.t, page.Paths = p.templates, t, p.paths
		if slices.Contains(pageNames, page.Name) {
			page.Form = p.newForm(flow.Form(), t, "nonce", page.Name == "settings")
		}
		if err := p.templates.byName["page"].Execute(io.Discard, page); err != nil {
			return err
		}
	}
	return p.checkSpecial(flow.Form(), t)
}

// checkSpecial executes the templates of single groups and nodes.
func (p *Pages) checkSpecial(form kratos.Form, t translator) error {
	l := &layout{Pages: p, t: t, form: form, nodes: form.Nodes(), hidden: map[*kratos.Node]*Field{}}
	for name := range p.templates.byName {
		base, special, ok := strings.Cut(name, "-")
		switch {
		case !ok:
		case base == "group":
			if _, err := p.templates.render(&Group{Name: special, layout: l}, name); err != nil {
				return err
			}
		default:
			for i := range l.nodes {
				f := l.field(&l.nodes[i])
				if f.template() != base {
					continue
				}
				if _, err := p.templates.render(f, name); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func samplePages(t translator) []*Page {
	note := &Note{Text: "text", Error: true}
	links := []Link{{Href: "/", Text: "text", TestID: "mark"}}
	pages := []*Page{
		{Name: "error", Error: &Error{Status: 400, Message: "message", Reason: "reason", ID: "id"}},
		{Name: "sessions", Note: note, SignedIn: true, Sessions: []Device{{ID: "1", Current: true}, {ID: "2", Agent: "agent", Address: "address", Location: "location", At: time.Unix(0, 0)}}},
		{Name: "account", CanDelete: true, SignedIn: true},
		{Name: "account", CanDelete: true, Note: note, Confirmation: t.text("account.confirmation"), SignedIn: true},
	}
	for _, name := range pageNames {
		pages = append(pages, &Page{Name: name, SignedIn: true, Script: "script"})
	}
	for _, page := range pages {
		page.Title, page.Lead, page.Lang, page.Site, page.Logo, page.Nonce, page.Style, page.Links = "title", "lead", "en", "site", "logo", "nonce", "style", links
	}
	return pages
}
