package kratos_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// parameterRecorder keeps what the last request sent: its query, and the members of its JSON body.
type parameterRecorder struct {
	sent    url.Values
	checked map[string]bool // names of structs of parameters
}

func (rec *parameterRecorder) RoundTrip(r *http.Request) (*http.Response, error) {
	rec.sent = r.URL.Query()
	if r.Body != nil {
		var body map[string]string
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			return nil, err
		}
		for name, value := range body {
			rec.sent.Set(name, value)
		}
		rec.sent.Del("identity_id") // an argument of its own
	}
	return &http.Response{StatusCode: 418, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("")), Request: r}, nil
}

// operation is a call whose parameters are the fields of a P, and the generated structs of its
// parameters and body.
type operation[P any] struct {
	call     func(P) error
	contract []any
}

func of[P any](call func(P) error, contract ...any) operation[P] { return operation[P]{call, contract} }

// Every field is sent by the name that the contract has for it, and is ErrInvalidArgument for an
// operation that has no such parameter; every parameter of the contract has a field.
func TestEveryParameterIsAField(t *testing.T) {
	t.Parallel()
	rec := &parameterRecorder{checked: map[string]bool{}}
	hc := kratos.WithHTTPClient(&http.Client{Transport: rec})
	c, err := kratos.NewClient("http://127.0.0.1:4433", hc)
	if err != nil {
		t.Fatal(err)
	}
	a, err := kratos.NewAdmin("http://127.0.0.1:4434", hc)
	if err != nil {
		t.Fatal(err)
	}
	ctx, token, b := t.Context(), kratos.SessionToken(aToken), c.Browser(fromBrowser())

	checkFields(t, rec, of(func(p kratos.ListIdentities) error { return second(a.IdentitiesPage(ctx, p)) }, gen.ListIdentitiesParams{}))
	checkFields(t, rec, of(func(p kratos.ListSessions) error { return second(a.SessionsPage(ctx, p)) }, gen.ListSessionsParams{}))
	checkFields(t, rec, of(func(p kratos.ListIdentitySessions) error { return second(a.IdentitySessionsPage(ctx, idA, p)) }, gen.ListIdentitySessionsParams{}))
	checkFields(t, rec, of(func(p kratos.ListCourierMessages) error { return second(a.CourierMessagesPage(ctx, p)) }, gen.ListCourierMessagesParams{}))
	checkFields(t, rec, of(func(p kratos.ListIdentitySchemas) error { return second(c.IdentitySchemasPage(ctx, p)) }, gen.ListIdentitySchemasParams{}))
	checkFields(t, rec,
		of(func(p kratos.ListMySessions) error { return second(c.MySessionsPage(ctx, p, token)) }, gen.ListMySessionsParams{}),
		of(func(p kratos.ListMySessions) error { return second(b.MySessionsPage(ctx, p)) }, gen.ListMySessionsParams{}))
	checkFields(t, rec, of(func(p kratos.CreateRecoveryCode) error {
		return second(a.CreateRecoveryCodeForIdentity(ctx, idA, p))
	}, gen.CreateRecoveryCodeForIdentityBody{}))
	checkFields(t, rec, of(func(p kratos.CreateRecoveryLink) error {
		return second(a.CreateRecoveryLinkForIdentity(ctx, idA, p))
	}, gen.CreateRecoveryLinkForIdentityParams{}, gen.CreateRecoveryLinkForIdentityBody{}))
	checkFields(t, rec,
		of(func(p kratos.StartLogin) error { return second(c.Login.With(p).Start(ctx)) }, gen.CreateNativeLoginFlowParams{}),
		of(func(p kratos.StartLogin) error { return second(b.Login.With(p).Start(ctx)) }, gen.CreateBrowserLoginFlowParams{}))
	checkFields(t, rec,
		of(func(p kratos.StartRegistration) error { return second(c.Registration.With(p).Start(ctx)) }, gen.CreateNativeRegistrationFlowParams{}),
		of(func(p kratos.StartRegistration) error { return second(b.Registration.With(p).Start(ctx)) }, gen.CreateBrowserRegistrationFlowParams{}))
	checkFields(t, rec,
		of(func(p kratos.StartSettings) error { return second(c.Settings.With(p).Start(ctx)) }, gen.CreateNativeSettingsFlowParams{}),
		of(func(p kratos.StartSettings) error { return second(b.Settings.With(p).Start(ctx)) }, gen.CreateBrowserSettingsFlowParams{}))
	checkFields(t, rec,
		of(func(p kratos.StartRecovery) error { return second(c.Recovery.With(p).Start(ctx)) }, gen.CreateNativeRecoveryFlowParams{}),
		of(func(p kratos.StartRecovery) error { return second(b.Recovery.With(p).Start(ctx)) }, gen.CreateBrowserRecoveryFlowParams{}))
	checkFields(t, rec,
		of(func(p kratos.StartVerification) error { return second(c.Verification.With(p).Start(ctx)) }, gen.CreateNativeVerificationFlowParams{}),
		of(func(p kratos.StartVerification) error { return second(b.Verification.With(p).Start(ctx)) }, gen.CreateBrowserVerificationFlowParams{}))

	for name := range exportedTypes() {
		if strings.HasPrefix(name, "kratos.List") || strings.HasPrefix(name, "kratos.Start") || strings.HasPrefix(name, "kratos.CreateRecovery") {
			if !rec.checked[strings.TrimPrefix(name, "kratos.")] {
				t.Errorf("%s has parameters that are not checked", name)
			}
		}
	}
}

// checkFields makes each call with the zero P, which sends nothing, and with each field of P alone.
func checkFields[P any](t *testing.T, rec *parameterRecorder, operations ...operation[P]) {
	t.Helper()
	typ := reflect.TypeFor[P]()
	rec.checked[typ.Name()] = true
	for _, op := range operations {
		contract := parametersOf(op.contract)
		check := func(params reflect.Value, field string, want url.Values) {
			t.Helper()
			rec.sent = nil
			err := op.call(params.Interface().(P))
			switch {
			case want != nil && !reflect.DeepEqual(rec.sent, want):
				t.Errorf("%T: %s.%s: sent %v, want %v (error %v)", op.contract[0], typ.Name(), field, rec.sent, want, err)
			case want == nil && (rec.sent != nil || !errors.Is(err, kratos.ErrInvalidArgument)):
				t.Errorf("%T: %s.%s, which it does not have: sent %v, error %v", op.contract[0], typ.Name(), field, rec.sent, err)
			}
		}
		check(reflect.Zero(typ), "nothing", url.Values{})
		for i := range typ.NumField() {
			field := typ.Field(i)
			if field.Anonymous {
				continue
			}
			for _, sample := range samples(t, field.Type) {
				params := reflect.New(typ).Elem()
				params.Field(i).Set(reflect.ValueOf(sample.value).Convert(field.Type))
				var want url.Values
				if name, ok := contract[field.Name]; ok {
					want = url.Values{name: {sample.text}}
				}
				check(params, field.Name, want)
			}
		}
		for name := range contract {
			if _, ok := typ.FieldByName(name); !ok {
				t.Errorf("%T: %s has no field %s", op.contract[0], typ.Name(), name)
			}
		}
	}
}

// parametersOf returns the names of the parameters in generated structs, by the names that their
// fields have in the wrapper.
func parametersOf(contract []any) map[string]string {
	parameters := map[string]string{}
	for _, c := range contract {
		typ := reflect.TypeOf(c)
		_, counts := typ.FieldByName("Page") // a list that Kratos pages by numbers, except for that of identities
		counts = counts && typ != reflect.TypeFor[gen.ListIdentitiesParams]()
		for i := range typ.NumField() {
			field := typ.Field(i)
			name, _, _ := strings.Cut(field.Tag.Get("form"), ",")
			if strings.HasSuffix(typ.Name(), "Body") {
				name, _, _ = strings.Cut(field.Tag.Get("json"), ",")
			}
			switch {
			case name == "", name == "page", name == "per_page", name == "identity_id": // a header, or an argument of its own
				continue
			case counts && name == "page_size":
				name = "per_page"
			case counts && name == "page_token":
				name = "page"
			}
			goName := strings.ReplaceAll(field.Name, "ExpiresIn", "Lifespan")
			parameters[goName] = name
		}
	}
	return parameters
}

type sample struct {
	value any
	text  string // on the wire
}

// samples returns values that convert to a type and are not its zero.
func samples(t *testing.T, typ reflect.Type) []sample {
	t.Helper()
	switch {
	case typ == reflect.TypeFor[*bool]():
		return []sample{{new(true), "true"}, {new(false), "false"}}
	case typ == reflect.TypeFor[time.Duration]():
		return []sample{{90 * time.Second, "90000ms"}}
	case typ.Kind() == reflect.Bool:
		return []sample{{true, "true"}}
	case typ.Kind() == reflect.Int:
		return []sample{{7, "7"}}
	case typ.Kind() == reflect.String:
		return []sample{{"1", "1"}}
	case typ.Kind() == reflect.Slice:
		list := reflect.MakeSlice(typ, 1, 1)
		list.Index(0).SetString("a")
		return []sample{{list.Interface(), "a"}}
	}
	t.Errorf("there is no sample of a %s", typ)
	return nil
}
