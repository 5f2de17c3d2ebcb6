package e2e

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// allKinds are traits of the schema for posted forms, as JSON.
const allKinds = `{
	"email": "{email}", "username": "{email}", "short": "ab", "age": 7, "height": 1.5, "tos": true, "tags": ["a", "b"], "scores": [0.5, 2], "years": [1999],
	"flags": [true, false], "name": {"first": "Grace", "home": {"floor": 2, "lift": false, "names": ["x"]}}
}`

// Every step of a registration has to bring all traits, and so has a change of the settings. A form
// has what was entered before, in the types of the identity schema.
func TestTraitsAndValuesOfForms(t *testing.T) { onBothServers(t, testTraitsAndValuesOfForms) }

func testTraitsAndValuesOfForms(t *testing.T, be backend) {
	t.Parallel()
	fx := be.newFixture(t, map[string]any{
		"identity.default_schema_id": "posted",
		"identity.schemas":           []any{map[string]any{"id": "posted", "url": "base64://" + base64.StdEncoding.EncodeToString([]byte(submissionSchema))}},
	})

	fx.inModes(t, "the traits of a form are those of the next step", []string{native, singlePage}, func(u *user) {
		p := newPerson()
		want := decodedTraits(u.t, strings.ReplaceAll(allKinds, "{email}", p.Email))
		at := start(u, registration)
		at.submit("next step", kratos.RegistrationProfile{Traits: want})
		sameTraits(u.t, "the second form", at.form.Traits(), want)
		at.submit("rejected", kratos.RegistrationPassword{Traits: at.form.Traits(), Password: "x"})
		at.submit("done", kratos.RegistrationPassword{Traits: at.form.Traits(), Password: p.password})
		u.hasTraits(p, want)

		saved := start(u, settings)
		traits := saved.form.Traits()
		sameTraits(u.t, "the form of the settings", traits, want)
		traits["age"], want["age"] = 8, 8.0
		saved.submit("done", kratos.SettingsProfile{Traits: traits})
		u.hasTraits(p, want)
	})

	fx.inModes(t, "the values of a form are posted again", []string{singlePage}, func(u *user) {
		p := newPerson()
		want := decodedTraits(u.t, strings.ReplaceAll(allKinds, "{email}", p.Email))
		at := start(u, registration)
		at.submit("next step", kratos.RegistrationProfile{Traits: want})
		at.expectOutcome("done", entered(at, url.Values{"method": {"password"}, "password": {p.password}}))
		u.hasTraits(p, want)

		saved := start(u, settings)
		saved.expectOutcome("done", entered(saved, url.Values{"method": {"profile"}, "traits.age": {"8"}}))
		want["age"] = 8.0
		u.hasTraits(p, want)
	})
}

// entered returns the submission of a form with its values, and what a person enters.
func entered[F, M, P any](ft *flowTest[F, M, P], fields url.Values) M {
	ft.user.t.Helper()
	values := ft.form.Values()
	for name, value := range fields {
		values[name] = value
	}
	return any(must(ft.form.Submission(values))(ft.user.t)).(M)
}

// expectOutcome submits what the user entered in a form, and compares the outcome.
func (ft *flowTest[F, M, P]) expectOutcome(outcome string, body M) {
	ft.user.t.Helper()
	if got := ft.trySubmit(body); got != outcome {
		ft.user.t.Fatalf("%s (error %v, messages %+v), want %s", got, ft.err, ft.form.Messages, outcome)
	}
}

// hasTraits compares the traits of the identity.
func (u *user) hasTraits(p person, want map[string]any) {
	u.t.Helper()
	identity := must(u.admin.FindIdentity(u.t.Context(), p.Email))(u.t)
	sameTraits(u.t, "the identity", must(kratos.Traits[map[string]any](identity))(u.t), want)
}

// sameTraits compares traits but for objects that are empty, which Kratos adds.
func sameTraits(t *testing.T, where string, got, want map[string]any) {
	t.Helper()
	text := must(json.Marshal(got))(t)
	empty := cmpopts.IgnoreMapEntries(func(_ string, v any) bool { return reflect.DeepEqual(v, map[string]any{}) })
	if diff := cmp.Diff(want, decodedTraits(t, string(text)), empty); diff != "" {
		t.Errorf("%s has other traits:\n%s", where, diff)
	}
}

func decodedTraits(t *testing.T, text string) (traits map[string]any) {
	t.Helper()
	must[any](nil, json.Unmarshal([]byte(text), &traits))(t)
	return traits
}
