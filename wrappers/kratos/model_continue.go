package kratos

import "slices"

// ContinueWithList is what Kratos suggests after a submission (continue_with), in its order. Actions that
// this package does not know are kept.
type ContinueWithList []ContinueWith

// Find returns the first step with this action, or nil.
func (n ContinueWithList) Find(action ContinueWithAction) *ContinueWith {
	i := slices.IndexFunc(n, func(c ContinueWith) bool { return c.Action == action })
	if i < 0 {
		return nil
	}
	return &n[i]
}

// Next returns what the person is to see next: new settings after a recovery, a recovery that goes
// on, an address to verify, and a redirect of the browser only where there is nothing of these. It
// is nil if Kratos suggests none of them. A session token is no such step: [FlowResult.SessionToken] has
// it.
func (n ContinueWithList) Next() *ContinueWith {
	for _, action := range []ContinueWithAction{ContinueShowSettingsUI, ContinueShowRecoveryUI, ContinueShowVerificationUI, ContinueRedirectBrowserTo} {
		if step := n.Find(action); step != nil {
			return step
		}
	}
	return nil
}
