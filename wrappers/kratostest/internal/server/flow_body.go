package server

// flowBody returns a flow as it is in responses.
func (c *call) flowBody(f *flow) map[string]any {
	body := map[string]any{
		"id": f.ID, "type": f.Type, "issued_at": f.IssuedAt, "expires_at": f.ExpiresAt, "request_url": f.RequestURL, "ui": f.UI, "state": f.State,
	}
	if f.ReturnTo != "" {
		body["return_to"] = f.ReturnTo
	}
	if f.Active != "" {
		body["active"] = f.Active
	}
	switch f.Kind {
	case login:
		body["organization_id"], body["refresh"], body["requested_aal"] = nil, f.Refresh, f.RequestedAAL
		if organization := f.Parameters.Get("organization"); isUUID(organization) {
			body["organization_id"] = organization
		}
		if id := f.Parameters.Get("identity_schema"); id != "" && c.since("v25.4.0") {
			body["identity_schema"] = id
		}
		body["created_at"], body["updated_at"] = f.CreatedAt, f.UpdatedAt
		if f.ExchangeCode != "" {
			body["session_token_exchange_code"] = f.ExchangeCode
		}
	case registration:
		body["organization_id"] = nil
		if id := f.Parameters.Get("organization"); isUUID(id) {
			body["organization_id"] = id
		}
		if id := f.Parameters.Get("identity_schema"); id != "" && c.since("v25.4.0") {
			body["identity_schema"] = id
		}
		if f.ExchangeCode != "" {
			body["session_token_exchange_code"] = f.ExchangeCode
		}
	case settings:
		body["identity"] = c.identityJSON(f.Identity)
	}
	return body
}
