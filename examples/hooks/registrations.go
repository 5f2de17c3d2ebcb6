package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/hooks"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// registrations are the hooks of registrations.
type registrations struct {
	domains []string
	service string
	client  *http.Client
}

// decide refuses foreign domains, and adds metadata.
func (r registrations) decide(_ context.Context, c *hooks.Call) hooks.Response {
	domain, err := emailDomain(c)
	if err != nil {
		return hooks.Fail(err)
	}
	for _, allowed := range r.domains {
		if strings.EqualFold(domain, allowed) {
			return hooks.Change(hooks.IdentityChange{MetadataPublic: map[string]string{"domain": allowed}})
		}
	}
	return hooks.Refuse(hooks.Message{Field: "traits.email", ID: 4900001, Text: "Please use your work address."})
}

// notify posts the id of a new identity to another service.
func (r registrations) notify(ctx context.Context, c *hooks.Call) hooks.Response {
	if r.service == "" {
		return hooks.Allow()
	}
	if err := r.post(ctx, c.Identity.ID); err != nil {
		return hooks.Retry(err)
	}
	return hooks.Allow()
}

func (r registrations) post(ctx context.Context, id string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.service, strings.NewReader(fmt.Sprintf(`{"identity":%q}`, id)))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := r.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		return fmt.Errorf("the service responded with status %d", resp.StatusCode)
	}
	return nil
}

// emailDomain returns the domain of the email address of an identity.
func emailDomain(c *hooks.Call) (string, error) {
	if c.Identity == nil {
		return "", errors.New("there is no identity: the hook belongs after a registration")
	}
	traits, err := kratos.Traits[struct {
		Email string `json:"email"`
	}](c.Identity)
	if err != nil {
		return "", err
	}
	_, domain, ok := strings.Cut(traits.Email, "@")
	if !ok {
		return "", errors.New("the identity has no email address")
	}
	return domain, nil
}
