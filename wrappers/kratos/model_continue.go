package kratos

import "slices"

// ContinueWithList has the actions that Kratos suggests next, the best first.
type ContinueWithList []ContinueWith

// Find returns the first item with this action, or nil.
func (l ContinueWithList) Find(action ContinueWithAction) *ContinueWith {
	i := slices.IndexFunc(l, func(c ContinueWith) bool { return c.Action == action })
	if i < 0 {
		return nil
	}
	return &l[i]
}

// NextUI returns the item to show next, or nil: settings, a recovery or a verification, in this
// order, or else a redirect.
func (l ContinueWithList) NextUI() *ContinueWith {
	for _, action := range []ContinueWithAction{ContinueShowSettingsUI, ContinueShowRecoveryUI, ContinueShowVerificationUI, ContinueRedirectBrowserTo} {
		if item := l.Find(action); item != nil {
			return item
		}
	}
	return nil
}
