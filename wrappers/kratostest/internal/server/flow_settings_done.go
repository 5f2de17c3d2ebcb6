package server

import (
	"net/http"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/message"
)

// save stores a change of the identity by a method, unless a hook refuses it, and then ends the
// submission. The hooks and stored, which can be nil, are called before and after that.
func (sc *settingsCall) save(method string, changed *identity, stored func()) {
	after := &trigger{flow: sc.flow, when: "after", method: method, identity: changed}
	if failure := sc.decideHooks(after); failure != nil {
		sc.refuseSettings(failure)
		return
	}
	if sc.taken(changed) {
		sc.flow.UI.say(kratos.MessageAccountExists)
		sc.rejectSettings()
		return
	}
	if method == "profile" {
		sc.loseTimes(changed)
	}
	*sc.flow.Identity = *changed
	if stored != nil {
		stored()
	}
	after.changes, after.identity = false, sc.flow.Identity
	sc.notifyHooks(after)
	sc.settingsDone(method)
}

// refuseSettings ends a submission that a hook does not let continue.
func (sc *settingsCall) refuseSettings(failure *hookFailure) {
	if failure.err != nil {
		failHook(sc.call, sc.flow, failure.err)
		return
	}
	sc.flow.UI.clear()
	sc.flow.UI.sayAll(failure.refused)
	sc.rejectSettings()
}

// settingsDone ends a submission that changed the settings. The form is that of another flow, which
// its action names as well, and which hooks can refuse.
func (sc *settingsCall) settingsDone(method string) {
	f := sc.flow
	next := sc.newFlow(settings, f.Type)
	sc.addSettings(next, sc.session)
	if failure := sc.callHooks(&trigger{flow: next, when: "before"}); failure != nil {
		sc.refuseSettings(failure)
		return
	}
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
