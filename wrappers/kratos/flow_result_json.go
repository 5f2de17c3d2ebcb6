package kratos

import (
	"encoding/json"
	"errors"
	"slices"
)

// errResultJSON keeps the session token out of logs, and out of responses to a browser.
var errResultJSON = errors.New("kratos: a FlowResult is not JSON: use its method ResponseBody")

// MarshalJSON fails, to protect the session token; see ResponseBody.
func (r FlowResult[F]) MarshalJSON() ([]byte, error) { return nil, errResultJSON }

// UnmarshalJSON fails; see [FlowClient.Submit].
func (r *FlowResult[F]) UnmarshalJSON([]byte) error { return errResultJSON }

// ResponseBody returns Kratos' JSON for a single-page application, without the session token. With
// RedirectTo, it is an error that has status 422.
func (r FlowResult[F]) ResponseBody() ([]byte, error) {
	switch {
	case r.Flow != nil:
		return r.flowJSON()
	case r.RedirectTo != "":
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
		body.Error.Message, body.RedirectTo = "browser location change required", r.RedirectTo
		return json.Marshal(body)
	}
	end := struct {
		Session      *Session         `json:"session,omitempty"`
		Identity     *Identity        `json:"identity,omitempty"`
		ContinueWith ContinueWithList `json:"continue_with,omitempty"`
	}{r.Session, r.Identity, r.ContinueWith.withoutToken()}
	if r.Session != nil && r.Session.Identity == r.Identity {
		end.Identity = nil // of a login, whose session has it
	}
	return json.Marshal(end)
}

// flowJSON encodes the flow without the session token.
func (r FlowResult[F]) flowJSON() ([]byte, error) {
	body, err := json.Marshal(r.Flow)
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

// withoutToken returns the list without the session token.
func (l ContinueWithList) withoutToken() ContinueWithList {
	return slices.DeleteFunc(slices.Clone(l), func(c ContinueWith) bool { return c.Action == ContinueSetSessionToken || c.SessionToken != "" })
}
