package kratostest_test

import (
	"errors"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest"
)

// passwordless makes codes a first factor.
var passwordless = kratostest.Configure(func(c *kratostest.Config) { c.PasswordlessCode = true })

// asksForCode starts a login of a person with a code, which is sent.
func asksForCode(t *testing.T, k *kratostest.Kratos, address string) *kratos.LoginFlow {
	t.Helper()
	flow := start(t, k)
	result, err := k.Client().Login.Submit(t.Context(), flow, kratos.LoginCode{Identifier: address})
	if err != nil {
		t.Fatal(err)
	}
	return result.Flow
}

// otherCode returns a code that is not the given one.
func otherCode(code string) string {
	if code == "000000" {
		return "000001"
	}
	return "000000"
}

func TestACodeLogsInOnceAndVerifiesTheAddress(t *testing.T) {
	k := kratostest.New(t, passwordless)
	ann := k.Person(kratostest.Person{Email: "Ann@example.org", Unverified: true})
	login := k.Client().Login
	flow := asksForCode(t, k, "ANN@example.org")
	code := kratos.LoginCode{Identifier: ann.Email, Code: k.Code("ann@example.org")}

	result, err := login.Submit(t.Context(), flow, code)
	if err != nil {
		t.Fatal(err)
	}
	session, err := k.Client().Whoami(t.Context(), kratos.SessionToken(result.SessionToken))
	if err != nil || !session.Identity.VerifiableAddresses[0].Verified {
		t.Errorf("session %v, error %v: want a verified address", session, err)
	}
	_, err = login.Submit(t.Context(), flow, code)
	rejectedWith(t, err, kratos.MessageNoLoginMethod)
}

func TestOnlyTheLastCodeOfAFlowIsRight(t *testing.T) {
	k := kratostest.New(t, passwordless)
	ann := k.Person(kratostest.Person{})
	login := k.Client().Login
	flow := asksForCode(t, k, ann.Email)
	first := k.Code(ann.Email)
	if _, err := login.Submit(t.Context(), flow, kratos.LoginCode{Identifier: ann.Email, Resend: "code"}); err != nil {
		t.Fatal(err)
	}
	if second := k.Code(ann.Email); second != first {
		_, err := login.Submit(t.Context(), flow, kratos.LoginCode{Identifier: ann.Email, Code: first})
		rejectedWith(t, err, kratos.MessageInvalidLoginCode)
	}
	if _, err := login.Submit(t.Context(), flow, kratos.LoginCode{Identifier: ann.Email, Code: k.Code(ann.Email)}); err != nil {
		t.Error(err)
	}
}

func TestTheSixthCodeIsRefusedEvenIfItIsRight(t *testing.T) {
	k := kratostest.New(t, passwordless)
	ann := k.Person(kratostest.Person{})
	flow := asksForCode(t, k, ann.Email)
	for range 5 {
		_, err := k.Client().Login.Submit(t.Context(), flow, kratos.LoginCode{Identifier: ann.Email, Code: otherCode(k.Code(ann.Email))})
		rejectedWith(t, err, kratos.MessageInvalidLoginCode)
	}
	_, err := k.Client().Login.Submit(t.Context(), flow, kratos.LoginCode{Identifier: ann.Email, Code: k.Code(ann.Email)})
	rejectedWith(t, err, kratos.MessageInvalid)
}

func TestACodeIsOfOnePerson(t *testing.T) {
	k := kratostest.New(t, passwordless)
	ann, bob := k.Person(kratostest.Person{}), k.Person(kratostest.Person{})
	flow := asksForCode(t, k, ann.Email)
	_, err := k.Client().Login.Submit(t.Context(), flow, kratos.LoginCode{Identifier: bob.Email, Code: k.Code(ann.Email)})
	rejectedWith(t, err, kratos.MessageInvalidLoginCode)
}

func TestACodeExpires(t *testing.T) {
	k := kratostest.New(t, passwordless, kratostest.Configure(func(c *kratostest.Config) { c.CodeLifespan = time.Minute }))
	ann := k.Person(kratostest.Person{})
	flow := asksForCode(t, k, ann.Email)
	k.Advance(2 * time.Minute)
	_, err := k.Client().Login.Submit(t.Context(), flow, kratos.LoginCode{Identifier: ann.Email, Code: k.Code(ann.Email)})
	var e *kratos.Error
	if !errors.Is(err, kratos.ErrFlowExpired) || !errors.As(err, &e) || e.FlowID == "" || e.FlowID == flow.ID {
		t.Errorf("%v: want ErrFlowExpired with another flow", err)
	}
}

func TestTheSecondFactorIsACode(t *testing.T) {
	k := kratostest.New(t, kratostest.Configure(func(c *kratostest.Config) { c.PasswordlessCode, c.SecondFactorCode = false, true }))
	ann := k.Person(kratostest.Person{})
	s := k.SignIn(ann)
	if _, err := k.Client().Whoami(t.Context(), s.Option()); !errors.Is(err, kratos.ErrAAL2Required) {
		t.Fatalf("%v, want ErrAAL2Required", err)
	}
	second := k.Client().Login.With(kratos.StartLogin{AAL: kratos.AAL2, Via: "email"})
	flow, err := second.Start(t.Context(), s.Option())
	if err != nil {
		t.Fatal(err)
	}
	result, err := second.Submit(t.Context(), flow, kratos.LoginCode{Address: flow.Form().Value("address")}, s.Option())
	if err != nil {
		t.Fatal(err)
	}
	if result, err = second.Submit(t.Context(), result.Flow, kratos.LoginCode{Code: k.Code(ann.Email)}, s.Option()); err != nil {
		t.Fatal(err)
	}
	if result.Session.ID != s.ID || result.SessionToken != s.Token {
		t.Error("the second factor made another session")
	}
	session, err := k.Client().Whoami(t.Context(), s.Option())
	if err != nil || session.AAL != kratos.AAL2 {
		t.Errorf("session %v, error %v: want aal2", session, err)
	}
}

func TestViaNamesATraitWithAnAddress(t *testing.T) {
	k := kratostest.New(t, kratostest.Configure(func(c *kratostest.Config) { c.PasswordlessCode, c.SecondFactorCode = false, true }))
	s := k.SignIn(k.Person(kratostest.Person{Traits: map[string]any{"email": "ann@example.org", "name": map[string]any{"first": "Ann"}}, Email: "ann@example.org"}))
	for _, via := range []string{"name.first", "name.last", "phone"} {
		_, err := k.Client().Login.With(kratos.StartLogin{AAL: kratos.AAL2, Via: via}).Start(t.Context(), s.Option())
		if !errors.Is(err, kratos.ErrBadRequest) {
			t.Errorf("via %s: %v, want ErrBadRequest", via, err)
		}
	}
}
