package e2e

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/e2e/server"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestCourierSchemasAndMetadata(t *testing.T) { onBothServers(t, testCourierSchemasAndMetadata) }

func testCourierSchemasAndMetadata(t *testing.T, be backend) {
	t.Parallel()
	ctx := t.Context()
	srv := be.start(t, server.Options{})
	client, admin := clients(t, srv)
	var p person
	for range 3 {
		p = newPerson()
		register(t, client, p)
		emailedCode(t, srv, p.Email)
	}
	sent := 0
	for range 100 { // Kratos updates the status shortly after the email arrives
		sent = 0
		for _, err := range admin.CourierMessages(ctx, kratos.ListCourierMessages{PageSize: 1, Status: kratos.CourierMessageStatusSent}) {
			if err != nil {
				t.Fatal(err)
			}
			sent++
		}
		if sent == 3 {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if sent != 3 {
		t.Fatalf("%d messages", sent)
	}
	page := must(admin.CourierMessagesPage(ctx, kratos.ListCourierMessages{Recipient: p.Email}))(t)
	if len(page.Items) != 1 || page.Items[0].TemplateType != kratos.CourierTemplateVerificationCodeValid {
		t.Errorf("messages to one address: %+v", page.Items)
	}
	if m := must(admin.CourierMessage(ctx, page.Items[0].ID))(t); len(m.Dispatches) != 1 || m.Status != kratos.CourierMessageStatusSent {
		t.Errorf("message %s with %d attempts", m.Status, len(m.Dispatches))
	}
	_, err := admin.CourierMessage(ctx, unknownID)
	wantError(t, "no such message", err, kratos.ErrNotFound)

	schemas := map[string]bool{}
	for s, err := range client.IdentitySchemas(ctx, kratos.ListIdentitySchemas{PageSize: 1}) {
		if err != nil {
			t.Fatal(err)
		}
		schemas[s.ID] = json.Valid(s.Schema)
	}
	switch {
	case !schemas["person"]:
		t.Errorf("schemas %v, without person", schemas)
	case !schemas["default"]:
		t.Errorf("schemas %v, without default", schemas)
	case len(schemas) != 2:
		t.Errorf("len(schemas) = %d, want 2", len(schemas))
	}
	if schema := must(client.IdentitySchema(ctx, "person"))(t); !strings.Contains(string(schema), "ory.sh/kratos") {
		t.Errorf("schema %s", schema)
	}
	_, err = client.IdentitySchema(ctx, "missing")
	wantError(t, "no such schema", err, kratos.ErrNotFound)

	for what, err := range map[string]error{
		"alive at the public port": client.Alive(ctx), "ready at the public port": client.Ready(ctx),
		"alive at the admin port": admin.Alive(ctx), "ready at the admin port": admin.Ready(ctx),
	} {
		t.Run(what, func(t *testing.T) {
			if err != nil {
				t.Error(err)
			}
		})
	}
	if version, err := admin.Version(ctx); err != nil || version == "" {
		t.Errorf("version %q, %v", version, err)
	}
	if script := must(client.WebAuthnJavaScript(ctx))(t); !strings.Contains(script, "oryWebAuthnLogin") {
		t.Error("the script is another")
	}
	_, err = client.FlowError(ctx, unknownID)
	wantError(t, "no such error", err, kratos.ErrNotFound)
	if e := must(client.FlowError(ctx, "stub:500"))(t); e.Error == nil || e.Error.Code != 500 {
		t.Errorf("error %+v", e)
	}
	_, err = client.ExchangeSessionToken(ctx, "init", "return")
	wantError(t, "a login that is not complete", err, kratos.ErrNotFound)
	_, err = client.Tokenize(ctx, "missing", kratos.SessionToken(register(t, client, newPerson()).SessionToken))
	wantError(t, "a template that is missing", err, kratos.ErrBadRequest)
}
