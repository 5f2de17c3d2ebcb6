package kratos

import "slices"

// ContinueWithList has the next actions that Kratos suggests after a submission (continue_with), in
// order of preference. Unknown actions are kept.
type ContinueWithList []ContinueWith

// Find returns the first item with this action, or nil.
func (l ContinueWithList) Find(action ContinueWithAction) *ContinueWith {
	i := slices.IndexFunc(l, func(c ContinueWith) bool { return c.Action == action })
	if i < 0 {
		return nil
	}
	return &l[i]
}

// NextUI returns the item that a person is to be shown next, or nil: settings, a recovery or a
// verification, in this order, or else a URL to redirect the browser to.
func (l ContinueWithList) NextUI() *ContinueWith {
	for _, action := range []ContinueWithAction{ContinueShowSettingsUI, ContinueShowRecoveryUI, ContinueShowVerificationUI, ContinueRedirectBrowserTo} {
		if item := l.Find(action); item != nil {
			return item
		}
	}
	return nil
}
