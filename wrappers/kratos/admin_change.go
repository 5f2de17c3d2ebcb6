package kratos

import (
	"context"
	"encoding/json"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/internal/jsonv2"
)

// ChangeIdentity changes an identity by a function (getIdentity, updateIdentity). Unknown members are
// kept; a concurrent change is lost.
func (a *Admin) ChangeIdentity(ctx context.Context, id string, change func(*UpdateIdentity) error, opts ...RequestOption) (*Identity, error) {
	const op = "updateIdentity"
	if err := checkPathSegment("the identity's id", id); err != nil {
		return nil, wrapError(op, err)
	}
	if change == nil {
		return nil, newArgumentError(op, "the function is nil")
	}
	resp, err := a.api.GetIdentity(withLimit(ctx, maxIdentity), id, nil, requestEditors(opts)...)
	before, err := decodeValid("getIdentity", resp, err, (*fullIdentity).isIdentity)
	if err != nil {
		return nil, err
	}
	update := before.update()
	if err := change(&update); err != nil {
		return nil, err
	}
	if update.Traits == nil {
		return nil, newArgumentError(op, "the traits are nil")
	}
	if err := checkCredentials(update.Credentials); err != nil {
		return nil, wrapError(op, err)
	}
	sent, body, err := before.body(update)
	if err != nil {
		return nil, newArgumentError(op, "the update cannot be encoded as JSON")
	}
	resp, err = a.api.UpdateIdentity(withLimit(ctx, maxIdentity), id, gen.UpdateIdentityBody{}, requestEditors(opts, withBody(body), checkBodySize)...)
	after, err := decodeValid(op, resp, err, (*fullIdentity).isIdentity)
	if err != nil {
		return nil, err
	}
	for name, value := range sent {
		if name == "credentials" || !isSet(value) || isSet(after.members[name]) {
			continue
		}
		return nil, &Error{Operation: op, StatusCode: resp.StatusCode, Header: withoutSetCookie(resp.Header), sentinel: ErrUnexpectedResponse,
			text: "the identity was updated, but it lacks a member that was sent"}
	}
	return &after.known, nil
}

// fullIdentity is an identity with all members of the response, including those that Identity has
// no field for.
type fullIdentity struct {
	known   Identity
	members map[string]json.RawMessage
}

// UnmarshalJSON decodes the identity as a struct and as a map.
func (i *fullIdentity) UnmarshalJSON(data []byte) error {
	if err := jsonv2.Unmarshal(data, &i.known); err != nil {
		return err
	}
	return jsonv2.Unmarshal(data, &i.members)
}

func (i *fullIdentity) isIdentity() bool { return isIdentity(&i.known) && len(i.known.RawTraits) > 0 }

// update returns the update that changes nothing.
func (i *fullIdentity) update() UpdateIdentity {
	u := UpdateIdentity{SchemaID: i.known.SchemaID, State: i.known.State, Traits: i.known.RawTraits, ExternalID: i.known.ExternalID}
	if isSet(i.known.RawMetadataPublic) {
		u.MetadataPublic = i.known.RawMetadataPublic
	}
	if isSet(i.known.RawMetadataAdmin) {
		u.MetadataAdmin = i.known.RawMetadataAdmin
	}
	return u
}

// body returns the members and the JSON of an update with the members of the identity that
// UpdateIdentity has no field for. Kratos ignores those that it does not accept.
func (i *fullIdentity) body(u UpdateIdentity) (sent map[string]json.RawMessage, body []byte, err error) {
	encoded, err := gen.MarshalBody(u)
	if err != nil {
		return nil, nil, err
	}
	if err := json.Unmarshal(encoded, &sent); err != nil {
		return nil, nil, err
	}
	if u.SchemaID == "" {
		delete(sent, "schema_id") // which Kratos keeps
	}
	for name, value := range i.members {
		switch name {
		case "schema_id", "state", "traits", "metadata_public", "metadata_admin", "external_id":
			continue // in the update
		case "id", "credentials", "schema_url", "state_changed_at", "created_at", "updated_at", "verifiable_addresses", "recovery_addresses", "organization_id":
			continue // set by Kratos, or kept
		}
		if isSet(value) {
			sent[name] = value
		}
	}
	body, err = json.Marshal(sent)
	return sent, body, err
}
