package server

import (
	"encoding/json"
	"net/http"
	"slices"

	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/message"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/schema"
)

// applyHook does what a response of a hook says.
func (c *call) applyHook(t *trigger, response hookResponse) *hookFailure {
	switch {
	case response.timedOut():
		return &hookFailure{err: newError(http.StatusGatewayTimeout, "A web hook did not respond in time.").withMessage("the web hook timed out")}
	case response.err != nil:
		return badHook("A web hook cannot be reached, or failed.")
	case response.status >= http.StatusBadRequest:
		return refusedBy(response.body)
	case response.status != http.StatusOK:
		return nil
	}
	var decoded struct {
		Identity *identityChange `json:"identity"`
	}
	if json.Unmarshal(response.body, &decoded) != nil {
		return badHook("A web hook responded without JSON.")
	}
	switch {
	case decoded.Identity == nil:
		return nil
	case t.identity == nil:
		return badHook("A web hook changes an identity that is not known yet.")
	case t.changes:
		return c.changeIdentity(t.identity, decoded.Identity)
	}
	return nil
}

// badHook is an error of a hook, which Kratos does not explain to a client.
func badHook(text string) *hookFailure {
	return &hookFailure{err: newError(http.StatusInternalServerError, "").withMessage(text)}
}

// refusedBy returns the messages of a hook.
func refusedBy(body []byte) *hookFailure {
	var response struct {
		Messages []struct {
			Pointer  string            `json:"instance_ptr"`
			Messages []message.Message `json:"messages"`
		} `json:"messages"`
	}
	if json.Unmarshal(body, &response) != nil || len(response.Messages) == 0 {
		return badHook("A web hook refused without messages.")
	}
	failure := &hookFailure{}
	for _, at := range response.Messages {
		for _, m := range at.Messages {
			failure.refused = append(failure.refused, schema.Violation{Field: fieldOf(at.Pointer), Message: m})
		}
	}
	return failure
}

// identityChange are the members of an identity that a hook replaces.
type identityChange struct {
	Traits              json.RawMessage     `json:"traits"`
	SchemaID            string              `json:"schema_id"`
	State               string              `json:"state"`
	VerifiableAddresses []verifiableAddress `json:"verifiable_addresses"`
	RecoveryAddresses   []recoveryAddress   `json:"recovery_addresses"`
	MetadataPublic      json.RawMessage     `json:"metadata_public"`
	MetadataAdmin       json.RawMessage     `json:"metadata_admin"`
	ExternalID          *string             `json:"external_id"`
}

// changeIdentity changes an identity that is not stored. Addresses that the traits do not have are
// dropped.
func (c *call) changeIdentity(i *identity, change *identityChange) *hookFailure {
	changed := i.clone()
	changed.replace(change)
	if change.ExternalID != nil && c.since("v25.4.0") {
		changed.ExternalID = *change.ExternalID
	}
	known := c.schema(changed.SchemaID)
	if known == nil {
		return badHook("A web hook set an identity schema that does not exist.")
	}
	if violations := known.Validate(changed.Traits); len(violations) > 0 {
		return &hookFailure{refused: violations}
	}
	c.readTraits(changed)
	*i = *changed
	return nil
}

// replace replaces the members that a change has.
func (i *identity) replace(change *identityChange) {
	for _, member := range []struct{ to, from *json.RawMessage }{
		{&i.Traits, &change.Traits}, {&i.MetadataPublic, &change.MetadataPublic}, {&i.MetadataAdmin, &change.MetadataAdmin},
	} {
		if len(*member.from) > 0 && string(*member.from) != "null" {
			*member.to = *member.from
		}
	}
	for _, member := range []struct{ to, from *string }{{&i.SchemaID, &change.SchemaID}, {&i.State, &change.State}} {
		if *member.from != "" {
			*member.to = *member.from
		}
	}
	for _, a := range change.VerifiableAddresses {
		i.replaceVerifiable(a)
	}
	for _, a := range change.RecoveryAddresses {
		if !slices.ContainsFunc(i.Recovery, func(old *recoveryAddress) bool { return old.Value == a.Value && old.Via == a.Via }) {
			a.ID = newID()
			i.Recovery = append(i.Recovery, &a)
		}
	}
}

// replaceVerifiable replaces or adds an address.
func (i *identity) replaceVerifiable(a verifiableAddress) {
	a.ID = newID()
	for k, old := range i.Verifiable {
		if old.Value == a.Value && old.Via == a.Via {
			a.ID, a.CreatedAt, a.UpdatedAt = old.ID, old.CreatedAt, old.UpdatedAt
			i.Verifiable[k] = &a
			return
		}
	}
	i.Verifiable = append(i.Verifiable, &a)
}
