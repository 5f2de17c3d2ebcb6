package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/message"
)

// submitProfile changes the traits.
func (sc *settingsCall) submitProfile() {
	schema := sc.schema(sc.flow.Identity.SchemaID)
	traits, err := sc.form.traits(schema)
	if err != nil {
		sc.failUndecodable(err)
		return
	}
	if violations := schema.Validate(traits); len(violations) > 0 && !sc.resumed {
		sc.showTraits(traits)
		for _, v := range violations {
			sc.flow.UI.sayAt(v.Field, v.Message)
		}
		sc.rejectSettings()
		return
	}
	if !sc.admit(false) {
		return
	}
	sc.showTraits(traits)
	if bytes.Equal(traits, []byte("{}")) {
		sc.flow.UI.say(kratos.MessageInvalid, "reason", "The form has no traits.")
		sc.rejectSettings()
		return
	}
	sc.changeTraits(traits)
}

// failUndecodable responds to traits that are not JSON, as if Kratos had failed.
func (sc *settingsCall) failUndecodable(err error) {
	e := newError(http.StatusInternalServerError, "").withMessage(err.Error())
	if errors.Is(err, errTraits) {
		e.status = http.StatusBadRequest
	}
	sc.failSettings(sc.flow, e)
}

// showTraits shows the traits of the form, without messages at their fields. Since v25.4.0 the
// messages of the form stay.
func (sc *settingsCall) showTraits(traits json.RawMessage) {
	u := &sc.flow.UI
	if !sc.since("v25.4.0") {
		u.clear()
	}
	for _, n := range u.Nodes {
		if strings.HasPrefix(n.Attributes.Name, "traits.") {
			n.Attributes.Value, n.Messages = nil, []message.Message{}
		}
	}
	u.setTraits(traits)
}

// changeTraits changes the traits, unless the session is too old for the change, or the identifiers
// are those of another account.
func (sc *settingsCall) changeTraits(traits json.RawMessage) {
	changed := sc.flow.Identity.clone()
	changed.Traits = traits
	sc.readTraits(changed)
	if !sc.privileged() && isProtected(sc.flow.Identity, changed) {
		sc.reauthenticate()
		return
	}
	if e := changed.checkIdentifiers(); e != nil {
		sc.failSettings(sc.flow, e)
		return
	}
	sc.save("profile", changed, nil)
}

// loseTimes does what Kratos does to an identity when it changes the traits: the time of the last
// change of the state is lost, and verified addresses are verified once more. The time of the
// change is noted since v25.4.0.
func (s *Server) loseTimes(i *identity) {
	i.StateChangedAt = time.Time{}
	if s.since("v25.4.0") {
		i.UpdatedAt = s.now()
	}
	for _, a := range i.Verifiable {
		if a.Verified {
			s.verify(a)
		}
	}
}

// isProtected reports whether traits change what needs a recent authentication: identifiers and
// addresses. Kratos loses the times of verifications when it compares, so that every change of a
// person with a verified address is protected.
func isProtected(before, after *identity) bool {
	if !reflect.DeepEqual(identifiers(before), identifiers(after)) || len(before.Verifiable) != len(after.Verifiable) {
		return true
	}
	for k, a := range after.Verifiable {
		if a.ID != before.Verifiable[k].ID || a.VerifiedAt != nil {
			return true
		}
	}
	return false
}

// identifiers returns the identifiers of an identity by the type of the credential.
func identifiers(i *identity) map[string][]string {
	all := map[string][]string{}
	for kind, c := range i.Credentials {
		all[kind] = c.Identifiers
	}
	return all
}
