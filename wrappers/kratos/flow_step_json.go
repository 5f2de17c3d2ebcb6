package kratos

import (
	"encoding/json"
	"errors"
	"slices"
)

// errStepJSON keeps a Step out of logs, and out of responses that are to be those of Kratos.
var errStepJSON = errors.New("kratos: a Step is not JSON: see its method ResponseBody")

// MarshalJSON fails: a Step has the session token, and is not what Kratos sent. [FlowResult.ResponseBody]
// is, for a browser.
func (s FlowResult[F]) MarshalJSON() ([]byte, error) { return nil, errStepJSON }

// UnmarshalJSON fails: [FlowClient.Submit] makes a Step of a response, whose status counts as well.
func (s *FlowResult[F]) UnmarshalJSON([]byte) error { return errStepJSON }

// ResponseBody returns the JSON that Kratos responded with, for the browser of the person, without
// the session token:
//
//   - the flow as Kratos sent it, where it goes on, and at the end of settings, a recovery or a
//     verification;
//   - session, identity and continue_with at the end of a login or registration;
//   - an error with the id browser_location_change_required, and redirect_browser_to, where only a
//     browser can go on. Kratos sends it with status 422.
//
// It is the response to a single-page application that submitted a form, and must not be logged.
func (s FlowResult[F]) ResponseBody() ([]byte, error) {
	switch {
	case s.Flow != nil:
		return s.flowJSON()
	case s.RedirectTo != "":
		var body struct {
			Error struct {
				ID      string `json:"id"`
				Code    int    `json:"code"`
				Status  string `json:"status"`
				Message string `json:"message"`
			} `json:"error"`
			RedirectTo string `json:"redirect_browser_to"`
		}
		body.Error.ID, body.Error.Code, body.Error.Status = "browser_location_change_required", 422, "Unprocessable Entity"
		body.Error.Message, body.RedirectTo = "browser location change required", s.RedirectTo
		return json.Marshal(body)
	}
	end := struct {
		Session      *Session         `json:"session,omitempty"`
		Identity     *Identity        `json:"identity,omitempty"`
		ContinueWith ContinueWithList `json:"continue_with,omitempty"`
	}{s.Session, s.Identity, s.ContinueWith.withoutToken()}
	if s.Session != nil && s.Session.Identity == s.Identity {
		end.Identity = nil // of a login, where the session has it
	}
	return json.Marshal(end)
}

// flowJSON writes the flow without the step that has the session token.
func (s FlowResult[F]) flowJSON() ([]byte, error) {
	body, err := json.Marshal(s.Flow)
	if err != nil {
		return nil, err
	}
	var members map[string]json.RawMessage
	var next ContinueWithList
	if json.Unmarshal(body, &members) != nil || json.Unmarshal(members["continue_with"], &next) != nil || next.Find(ContinueSetSessionToken) == nil {
		return body, nil
	}
	if members["continue_with"], err = json.Marshal(next.withoutToken()); err != nil {
		return nil, err
	}
	return json.Marshal(members)
}

// withoutToken returns the steps but for the one that has the session token.
func (n ContinueWithList) withoutToken() ContinueWithList {
	return slices.DeleteFunc(slices.Clone(n), func(c ContinueWith) bool { return c.Action == ContinueSetSessionToken || c.SessionToken != "" })
}
