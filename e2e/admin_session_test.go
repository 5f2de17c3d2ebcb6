package e2e

import (
	"testing"

	"github.com/kratoskit/kratos-go/e2e/server"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestSessions(t *testing.T) { onBothServers(t, testSessions) }

func testSessions(t *testing.T, be backend) {
	t.Parallel()
	ctx := t.Context()
	client, admin := clients(t, be.shared(t))
	p := newPerson()
	registered := register(t, client, p)
	token := kratos.SessionToken(registered.SessionToken)
	var others []*kratos.FlowResult[kratos.LoginFlow]
	for range 5 {
		others = append(others, must(client.Login.Do(ctx, kratos.LoginPassword{Identifier: p.Email, Password: p.password}))(t))
	}
	ids := func(list func(func(kratos.Session, error) bool)) map[string]bool {
		seen := map[string]bool{}
		for s, err := range list {
			if err != nil {
				t.Fatal(err)
			}
			if seen[s.ID] {
				t.Errorf("session %s came twice", s.ID)
			}
			seen[s.ID] = true
		}
		return seen
	}
	if got := ids(client.MySessions(ctx, kratos.ListMySessions{PageSize: 2}, token)); len(got) != 5 || got[registered.Session.ID] {
		t.Errorf("other sessions: %v", got)
	}
	if got := ids(admin.IdentitySessions(ctx, registered.Identity.ID, kratos.ListIdentitySessions{PageSize: 4})); len(got) != 6 {
		t.Errorf("sessions of the identity: %v", got)
	}
	if got := ids(admin.IdentitySessions(ctx, registered.Identity.ID, kratos.ListIdentitySessions{Active: new(false)})); len(got) != 0 {
		t.Errorf("ended sessions of the identity: %v", got)
	}
	if got := ids(admin.Sessions(ctx, kratos.ListSessions{PageSize: 3, Active: new(true)})); !got[registered.Session.ID] {
		t.Errorf("the list of all sessions lacks one of %d", len(got))
	}

	one := others[0].Session.ID
	if err := client.DisableMySession(ctx, one, token); err != nil {
		t.Error(err)
	}
	_, err := client.Whoami(ctx, kratos.SessionToken(others[0].SessionToken))
	wantError(t, "a disabled session", err, kratos.ErrNoSession)
	wantError(t, "disabling the session in use", client.DisableMySession(ctx, registered.Session.ID, token), kratos.ErrBadRequest)
	if n := must(client.DisableMyOtherSessions(ctx, token))(t); n < 4 {
		t.Errorf("ended %d other sessions", n)
	}

	s := must(admin.Session(ctx, registered.Session.ID, []kratos.SessionExpandable{kratos.SessionExpandableIdentity, kratos.SessionExpandableDevices}))(t)
	switch {
	case s.Identity == nil:
		t.Error("expanded: s.Identity is nil")
	case s.Identity.ID != registered.Identity.ID:
		t.Errorf("expanded: s.Identity.ID = %v, want %v", s.Identity.ID, registered.Identity.ID)
	case len(s.Devices) == 0:
		t.Error("expanded: len(s.Devices) = 0")
	}
	if s := must(admin.Session(ctx, registered.Session.ID, nil))(t); s.Identity != nil {
		t.Error("an identity that was not asked for")
	}
	if s := must(admin.ExtendSession(ctx, registered.Session.ID))(t); s.ID != registered.Session.ID {
		t.Errorf("extended: %+v", s)
	}
	if err := admin.DisableSession(ctx, registered.Session.ID); err != nil {
		t.Error(err)
	}
	wantError(t, "disabling an unknown session", admin.DisableSession(ctx, unknownID), kratos.ErrNotFound)
	_, err = client.Whoami(ctx, token)
	wantError(t, "a session disabled with the admin API", err, kratos.ErrNoSession)
	if err := admin.DeleteIdentitySessions(ctx, registered.Identity.ID); err != nil {
		t.Error(err)
	}
	wantError(t, "deleting sessions of an identity without sessions", admin.DeleteIdentitySessions(ctx, registered.Identity.ID), kratos.ErrNotFound)
	_, err = admin.Session(ctx, unknownID, nil)
	wantError(t, "reading an unknown session", err, kratos.ErrNotFound)
}

func TestFasterExtension(t *testing.T) { onBothServers(t, testFasterExtension) }

func testFasterExtension(t *testing.T, be backend) {
	t.Parallel()
	srv := be.start(t, server.Options{Config: map[string]any{"feature_flags": map[string]any{"faster_session_extend": true}}})
	client, admin := clients(t, srv)
	registered := register(t, client, newPerson())
	if s := must(admin.ExtendSession(t.Context(), registered.Session.ID))(t); s.ID != registered.Session.ID || !s.Active {
		t.Errorf("extended, with status 204: %+v", s)
	}
}
