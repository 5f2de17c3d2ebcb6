package ui

import (
	"context"
	"net/http"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/throttle"
)

// ShowRefusal responds to a submission that package throttle did not pass on, as the function of
// [throttle.Refused], with status 429:
//   - For a browser that shows pages, with the form and [throttle.Refusal.Message] (getLoginFlow and
//     others), or the error page if the flow cannot be loaded.
//   - For others, as [throttle.Respond].
func (p *Pages) ShowRefusal(w http.ResponseWriter, r *http.Request, refusal throttle.Refusal) {
	if mounted := p.mounted.Load(); mounted != nil {
		p = mounted
	}
	if !refusal.Page {
		throttle.Respond(w, r, refusal)
		return
	}
	flow, err := loadFlow(r.Context(), p.client.Browser(r), refusal.Flow, r.URL.Query().Get("flow"))
	if err != nil {
		p.writeRefusal(w, r, refusal)
		return
	}
	form := flow.Form()
	form.Messages = []kratos.Message{refusal.Message()}
	for i := range form.UIContainer.Nodes {
		form.UIContainer.Nodes[i].Messages = nil // those of an earlier submission
	}
	p.writeFlow(w, r, http.StatusTooManyRequests, refusal.Flow, flow, form)
}

// writeRefusal writes an error page with the message of a refusal.
func (p *Pages) writeRefusal(w http.ResponseWriter, r *http.Request, refusal throttle.Refusal) {
	page := p.newPage(r, "error")
	page.Title, page.Lead = page.t.text("refusal.title"), page.t.message(refusal.Message())
	page.Error = &Error{Status: http.StatusTooManyRequests}
	page.Links = []Link{{Href: p.paths.Login, Text: page.t.text("link.login"), TestID: "login-link"}, {Href: p.paths.Home, Text: page.t.text("link.home")}}
	p.write(w, http.StatusTooManyRequests, page)
}

// loadFlow returns a flow that package throttle limits.
func loadFlow(ctx context.Context, browser *kratos.Browser, name, id string) (Flow, error) {
	switch name {
	case "login":
		return browser.Login.Get(ctx, id)
	case "recovery":
		return browser.Recovery.Get(ctx, id)
	}
	return browser.Verification.Get(ctx, id)
}
