package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"

	"github.com/pquerna/otp/totp"
)

// Person is what AddPerson makes an identity of.
type Person struct {
	SchemaID                      string
	Traits                        json.RawMessage
	Password                      string // "" for a person without a password
	Verified, Inactive            bool
	TOTP                          bool
	LookupCodes                   []string
	MetadataPublic, MetadataAdmin json.RawMessage
}

// AddPerson adds an identity and returns its id, as an administrator would.
func (s *Server) AddPerson(p Person) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.schema(p.SchemaID)
	if known == nil {
		return "", fmt.Errorf("there is no identity schema %q", p.SchemaID)
	}
	if violations := known.Validate(p.Traits); len(violations) > 0 {
		return "", fmt.Errorf("the traits are not valid: %s: %s", violations[0].Field, violations[0].Message.Text)
	}
	i := s.newIdentity(known.ID, p.Traits)
	if s.taken(i) {
		return "", errors.New("another person has the same identifier or address")
	}
	i.MetadataPublic, i.MetadataAdmin = p.MetadataPublic, p.MetadataAdmin
	if p.Password != "" {
		i.credential(s, "password").Password = p.Password
	}
	if p.Inactive {
		i.State = "inactive"
	}
	if p.Verified {
		for _, a := range i.Verifiable {
			s.verify(a)
		}
	}
	if p.TOTP {
		if err := s.addTOTP(i); err != nil {
			return "", err
		}
	}
	if len(p.LookupCodes) > 0 {
		c := i.credential(s, "lookup_secret")
		c.Identifiers = []string{i.ID}
		for _, code := range p.LookupCodes {
			c.LookupCodes = append(c.LookupCodes, &lookupCode{Code: code})
		}
	}
	s.identities = append(s.identities, i)
	return i.ID, nil
}

// verify marks an address as verified.
func (s *Server) verify(a *verifiableAddress) {
	now := s.now()
	a.Verified, a.Status, a.VerifiedAt, a.UpdatedAt = true, "completed", &now, now
}

// addTOTP gives an identity an authenticator app.
func (s *Server) addTOTP(i *identity) error {
	account := s.schema(i.SchemaID).Read(i.Traits).TOTPAccount
	if account == "" {
		account = i.ID
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "kratostest", AccountName: account})
	if err != nil {
		return err
	}
	c := i.credential(s, "totp")
	c.Identifiers, c.TOTPURL = []string{i.ID}, key.URL()
	return nil
}

// TOTP returns the code that the authenticator app of an identity shows now.
func (s *Server) TOTP(identityID string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.identity(identityID)
	if i == nil || i.Credentials["totp"] == nil {
		return "", errors.New("the person has no authenticator app")
	}
	return totp.GenerateCode(totpSecret(i.Credentials["totp"].TOTPURL), s.now())
}

// totpSecret returns the secret of an otpauth URL.
func totpSecret(otpauth string) string {
	u, err := url.Parse(otpauth)
	if err != nil {
		return ""
	}
	return u.Query().Get("secret")
}

// SignIn creates a session of an identity and returns its id, token and cookie.
func (s *Server) SignIn(identityID string, methods ...string) (id, token, cookie string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.identity(identityID)
	if i == nil {
		return "", "", "", errors.New("the person has no identity on this server")
	}
	if len(methods) == 0 {
		methods = []string{"password"}
	}
	created := s.createSession(i)
	created.Devices = []device{{ID: newID(), IPAddress: "127.0.0.1:1", UserAgent: "kratostest"}}
	for _, m := range methods {
		aal := "aal1"
		if m == "totp" || m == "lookup_secret" {
			aal = "aal2"
		}
		created.authenticate(m, aal, s.now())
	}
	return created.ID, created.Token, created.Cookie, nil
}

// ChangeSession calls change with a session, for its expiry and its age.
func (s *Server) ChangeSession(id string, change func(*session)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, found := range s.sessions {
		if found.ID == id {
			change(found)
		}
	}
}
