package e2e

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// errorOutcome returns the outcome of an error of the SDK, or its text.
func errorOutcome(err error) string {
	var e *kratos.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	if (errors.Is(err, kratos.ErrFlowExpired) || errors.Is(err, kratos.ErrFlowReplaced)) && e.FlowID == "" {
		return err.Error() + ", without the id of the new flow"
	}
	for _, m := range e.Messages() {
		if outcome := messageOutcomes[m.ID]; outcome != "" {
			return outcome
		}
	}
	for _, known := range []struct {
		err     error
		outcome string
	}{
		{kratos.ErrRejected, "rejected"},
		{kratos.ErrFlowExpired, "expired"},
		{kratos.ErrFlowReplaced, "replaced"},
		{kratos.ErrAAL2Required, "second factor"},
		{kratos.ErrRefreshRequired, "refresh"},
		{kratos.ErrAddressNotVerified, "unverified"},
		{kratos.ErrBrowserLocationChangeRequired, "redirected"},
		{kratos.ErrCSRF, "csrf"},
		{kratos.ErrInvalidArgument, "csrf"},
		{kratos.ErrNotFound, "disabled"},
	} {
		if errors.Is(err, known.err) {
			return known.outcome
		}
	}
	return err.Error()
}

// messageOutcomes maps ids of messages to outcomes.
var messageOutcomes = map[int]string{
	kratos.MessageAddressNotVerified:  "unverified",
	kratos.MessageLoginExpired:        "expired",
	kratos.MessageRegistrationExpired: "expired",
	kratos.MessageSettingsExpired:     "expired",
	kratos.MessageRecoveryExpired:     "expired",
	kratos.MessageVerificationExpired: "expired",
	noLoginStrategy:                   "disabled",
	noRegistrationStrategy:            "disabled",
	noSettingsStrategy:                "disabled",
	4010005:                           "disabled", // no strategy for a recovery
	4010006:                           "disabled", // no strategy for a verification
}

// resultOutcome returns the outcome of an accepted submission.
func (ft *flowTest[F, M, P]) resultOutcome() string {
	ft.user.t.Helper()
	switch {
	case strings.Contains(ft.result.RedirectTo, "aal=aal2"):
		return "second factor"
	case ft.result.RedirectTo != "":
		return "redirected"
	case !ft.result.Done:
		return "next step"
	}
	return ft.finalOutcome()
}

// finalOutcome returns the outcome of a completed flow. "done" requires a session, except in a
// verification.
func (ft *flowTest[F, M, P]) finalOutcome() string {
	ft.user.t.Helper()
	if ft.api.name == "verification" {
		return "done"
	}
	_, err := ft.user.session()
	switch {
	case err == nil:
		return "done"
	case errors.Is(err, kratos.ErrAAL2Required):
		return "second factor"
	}
	return "done, but " + err.Error()
}

// pageOutcome returns the outcome of a page that the browser has reached.
func (ft *flowTest[F, M, P]) pageOutcome(resp *http.Response, err error) string {
	ft.user.t.Helper()
	if err != nil {
		ft.user.t.Fatal(err)
	}
	defer resp.Body.Close()
	if !strings.HasPrefix(resp.Request.URL.String(), ft.user.site) {
		return ft.user.redirectOutcome(resp)
	}
	var at renderedPage
	if err := json.NewDecoder(resp.Body).Decode(&at); err != nil {
		ft.user.t.Fatalf("%s with status %d: %v", resp.Request.URL.Path, resp.StatusCode, err)
	}
	before := ft.id
	ft.form, ft.id = kratos.Form{UIContainer: at.UI}, at.ID
	for _, m := range ft.form.Messages {
		if outcome := messageOutcomes[m.ID]; outcome != "" {
			return outcome
		}
		switch m.ID {
		case kratos.MessageSettingsSaved, kratos.MessageRecoverySuccessful, kratos.MessageVerified:
			return ft.finalOutcome()
		case kratos.MessageLoginAgain:
			if ft.api.name == "settings" {
				return "refresh"
			}
		}
	}
	switch {
	case at.Page == "error":
		return ft.user.errorPageOutcome(at.ID)
	case at.Page == "home":
		return ft.finalOutcome()
	case at.Page == "verification" && ft.api.name == "login":
		return "unverified"
	case ft.form.HasErrors() && before != at.ID && (ft.api.name == "recovery" || ft.api.name == "verification"):
		return "replaced"
	case ft.form.HasErrors():
		return "rejected"
	case ft.asksForSecondFactor() && before != at.ID:
		return "second factor"
	}
	return "next step"
}

// redirectOutcome returns the outcome of a response that is not a page of the site.
func (u *user) redirectOutcome(resp *http.Response) string {
	next, err := resp.Location()
	if err != nil || next.Host == u.home.Host || strings.HasPrefix(next.String(), u.site) {
		return fmt.Sprintf("status %d at %s", resp.StatusCode, resp.Request.URL.Path)
	}
	return "redirected"
}

func (ft *flowTest[F, M, P]) asksForSecondFactor() bool {
	return slices.ContainsFunc(ft.form.Messages, func(m kratos.Message) bool { return m.ID == kratos.MessageLoginSecondFactor })
}

// errorPageOutcome returns the outcome of the error page with this id.
func (u *user) errorPageOutcome(id string) string {
	u.t.Helper()
	e := must(u.client.FlowError(u.t.Context(), id))(u.t).Error
	switch {
	case e.ID == "security_csrf_violation":
		return "csrf"
	case e.Code == http.StatusNotFound:
		return "disabled"
	}
	return fmt.Sprintf("error page: %d %s %s", e.Code, e.ID, cmp.Or(e.Reason, e.Message))
}
