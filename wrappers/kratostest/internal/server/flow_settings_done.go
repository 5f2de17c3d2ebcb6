package server

import (
	"net/http"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/message"
)

// settingsDone ends a submission that changed the settings. The form is that of another flow, which
// its action names as well.
func (sc *settingsCall) settingsDone(method string) {
	f := sc.flow
	next := sc.newFlow(settings, f.Type)
	sc.addSettings(next, sc.session)
	f.State, f.UpdatedAt = "success", sc.now()
	f.UI = next.UI
	f.UI.Nodes = cloneNodes(next.UI.Nodes)
	f.UI.Messages = []message.Message{message.New(kratos.MessageSettingsSaved)}
	f.TOTPURL, f.LookupCodes = next.TOTPURL, nil
	steps, _ := sc.verifyAfter(f, f.Identity)
	if method != "profile" && sc.since("v25.4.0") {
		steps = nil // the hook is one of the profile
	}
	if f.Type == "browser" {
		sc.setSessionCookie(sc.session)
		if !sc.wantsJSON() {
			sc.redirect(http.StatusSeeOther, sc.settingsReturn(f))
			return
		}
		steps = append(steps, map[string]any{"action": "redirect_browser_to", "redirect_browser_to": sc.settingsReturn(f)})
	}
	body := sc.flowBody(f)
	if len(steps) > 0 {
		body["continue_with"] = steps
	}
	sc.json(http.StatusOK, body)
}

// settingsReturn returns where a browser goes after a change: to return_to, or to the form.
func (c *call) settingsReturn(f *flow) string {
	if f.ReturnTo != "" && c.checkReturnTo(f.ReturnTo) == nil {
		return c.absolute(f.ReturnTo)
	}
	return c.flowPage(f)
}
