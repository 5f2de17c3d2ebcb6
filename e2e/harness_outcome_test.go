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

// readError returns the outcome that an error of the SDK stands for, or else its text.
func readError(err error) string {
	var e *kratos.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	if (errors.Is(err, kratos.ErrFlowExpired) || errors.Is(err, kratos.ErrFlowReplaced)) && e.FlowID == "" {
		return err.Error() + ", without the flow to use instead"
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
		{kratos.ErrRejected, "refused"},
		{kratos.ErrFlowExpired, "expired"},
		{kratos.ErrFlowReplaced, "replaced"},
		{kratos.ErrAAL2Required, "second factor"},
		{kratos.ErrRefreshRequired, "refresh"},
		{kratos.ErrAddressNotVerified, "unverified"},
		{kratos.ErrBrowserLocationChangeRequired, "elsewhere"},
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

// messageOutcomes are the outcomes of messages that say more than that something is wrong.
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

// readStep returns the outcome of a submission that Kratos accepted.
func (ft *flowTest[F, M, P]) readStep() string {
	ft.user.t.Helper()
	switch {
	case strings.Contains(ft.step.RedirectTo, "aal=aal2"):
		return "second factor"
	case ft.step.RedirectTo != "":
		return "elsewhere"
	case !ft.step.Done:
		return "goes on"
	}
	return ft.readEnd()
}

// readEnd returns the outcome at the end of a flow: "done" needs a session, except in a
// verification.
func (ft *flowTest[F, M, P]) readEnd() string {
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

// readPage returns the outcome that the page stands for which a browser has reached.
func (ft *flowTest[F, M, P]) readPage(resp *http.Response, err error) string {
	ft.user.t.Helper()
	if err != nil {
		ft.user.t.Fatal(err)
	}
	defer resp.Body.Close()
	if !strings.HasPrefix(resp.Request.URL.String(), ft.user.site) {
		return ft.user.readRedirect(resp)
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
			return ft.readEnd()
		case kratos.MessageLoginAgain:
			if ft.api.name == "settings" {
				return "refresh"
			}
		}
	}
	switch {
	case at.Page == "error":
		return ft.user.readErrorPage(at.ID)
	case at.Page == "home":
		return ft.readEnd()
	case ft.form.HasErrors() && before != at.ID && (ft.api.name == "recovery" || ft.api.name == "verification"):
		return "replaced"
	case ft.form.HasErrors():
		return "refused"
	case ft.asksForSecondFactor() && before != at.ID:
		return "second factor"
	}
	return "goes on"
}

// readRedirect returns the outcome of a response that is not a page of the site.
func (u *user) readRedirect(resp *http.Response) string {
	next, err := resp.Location()
	if err != nil || next.Host == u.home.Host || strings.HasPrefix(next.String(), u.site) {
		return fmt.Sprintf("status %d at %s", resp.StatusCode, resp.Request.URL.Path)
	}
	return "elsewhere"
}

func (ft *flowTest[F, M, P]) asksForSecondFactor() bool {
	return slices.ContainsFunc(ft.form.Messages, func(m kratos.Message) bool { return m.ID == kratos.MessageLoginSecondFactor })
}

// readErrorPage returns the outcome that the error page with this id stands for.
func (u *user) readErrorPage(id string) string {
	u.t.Helper()
	e := must(u.client.FlowError(u.t.Context(), id))(u.t).Error
	switch {
	case e.ID == "security_csrf_violation":
		return "csrf"
	case e.Code == http.StatusNotFound:
		return "disabled"
	}
	return fmt.Sprintf("the error page: %d %s %s", e.Code, e.ID, cmp.Or(e.Reason, e.Message))
}
