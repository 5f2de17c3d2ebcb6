// Command birds prints and submits what the test adds to a copy of the project.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func main() {
	feather := kratos.Feather{Colour: "s3cret", Rings: []kratos.Ring{{SessionToken: "s3cret"}}}
	show(kratos.LoginPigeon{Note: "s3cret"}, true)
	show(kratos.RegistrationOwl{Traits: map[string]string{"s3cret": "s3cret"}, Colour: "s3cret"}, true)
	show(kratos.SettingsSwan{Feathers: []kratos.Feather{feather}}, true)
	show(kratos.RecoveryCrow{Grip: "s3cret", Email: "s3cret"}, true)
	show(kratos.VerificationGull{}, true)
	show(gen.UpdateLoginFlowWithPigeonMethod{Note: "s3cret"}, true)
	show(kratos.Ring{ID: "6c2f6ba3-6b6c-4b43-8d3d-0a8a3e9f5b11", SessionToken: "s3cret"}, false)
	feather.LostAt, feather.Flown = time.Now(), int64(time.Hour)
	show(feather, false)
	show(kratos.Loft{Best: feather, Notes: []string{"s3cret"}}, true)

	client, err := kratos.NewClient("http://kratos.example.com", kratos.WithHTTPClient(&http.Client{Transport: printer{}}))
	if err != nil {
		panic(err)
	}
	send[kratos.LoginFlow, kratos.LoginMethod, kratos.StartLogin](client.Login, kratos.LoginPigeon{Note: "s-e-c-r-e-t"})
	owl := kratos.RegistrationOwl{Traits: map[string]string{"email": "s-e-c-r-e-t"}, Colour: kratos.UpdateRegistrationFlowWithOwlMethodColourSnow}
	send[kratos.RegistrationFlow, kratos.RegistrationMethod, kratos.StartRegistration](client.Registration, owl)
	send[kratos.SettingsFlow, kratos.SettingsMethod, kratos.StartSettings](client.Settings, kratos.SettingsSwan{Feathers: []kratos.Feather{{Colour: "s-e-c-r-e-t"}}})
	send[kratos.RecoveryFlow, kratos.RecoveryMethod, kratos.StartRecovery](client.Recovery, kratos.RecoveryCrow{Email: "s-e-c-r-e-t", Grip: "claws"})
	send[kratos.VerificationFlow, kratos.VerificationMethod, kratos.StartVerification](client.Verification, kratos.VerificationGull{})
}

// printer prints what is sent, and sends nothing.
type printer struct{}

func (printer) RoundTrip(r *http.Request) (*http.Response, error) {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	var members map[string]any
	if err := json.Unmarshal(text, &members); err != nil {
		return nil, err
	}
	text, err = json.Marshal(members) // in order
	fmt.Printf("sent: %s\n", text)
	return nil, io.EOF
}

func send[F, M, P any](flows kratos.FlowClient[F, M, P], m M) {
	flow := new(F)
	err := json.Unmarshal([]byte(`{"id":"f","ui":{"nodes":[{"type":"input","group":"default","attributes":{"name":"csrf_token","type":"hidden","value":"t-o-k-e-n","node_type":"input"}}]}}`), flow)
	if err != nil {
		panic(err)
	}
	if _, err := flows.Submit(context.Background(), flow, m, kratos.SessionToken("t")); err == nil {
		panic("a response")
	}
}

func show[T any](v T, asJSON bool) {
	fmt.Printf("fmt: %v %+v\n%#v %s %q %d %x\n%+v %+v\n", v, &v, v, v, v, v, v, struct{ V T }{v}, []*T{&v})
	for _, handler := range []slog.Handler{slog.NewTextHandler(os.Stdout, nil), slog.NewJSONHandler(os.Stdout, nil)} {
		slog.New(handler).Info("m", "v", v)
		slog.New(handler).Info("m", "v", &v)
	}
	if asJSON {
		text, err := json.Marshal(struct{ V any }{v})
		fmt.Println("json:", string(text), err)
	}
}
