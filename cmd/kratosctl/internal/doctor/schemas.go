package doctor

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/validate"
)

// schemas reads and compiles every identity schema
// (https://www.ory.sh/docs/kratos/manage-identities/identity-schema).
func (e *exam) schemas() {
	client, err := kratos.NewClient(e.public, kratos.WithHTTPClient(&http.Client{Transport: e.opts.Transport, Timeout: requestTimeout}), kratos.WithRetries(0))
	if err != nil {
		e.unchecked("identity schemas", err.Error(), "correct --public")
		return
	}
	validator := validate.NewTraitsValidator(client)
	const fix = "identity.schemas: correct the url, and make the file or host readable for Kratos"
	for schema, err := range client.IdentitySchemas(e.ctx, kratos.ListIdentitySchemas{PageSize: 250}) {
		if err != nil {
			e.report("schema-unreadable", "the identity schemas cannot be read", fix, "GET /schemas: "+err.Error())
			return
		}
		err := validator.ValidateTraits(e.ctx, schema.ID, map[string]any{})
		var violations *validate.Error
		switch {
		case err == nil, errors.As(err, &violations):
		case errors.Is(err, validate.ErrInvalidSchema):
			e.report("schema-invalid", fmt.Sprintf("the identity schema %q is not valid", schema.ID), "correct the file of identity.schemas with this id", err.Error())
		default:
			e.report("schema-unreadable", fmt.Sprintf("the identity schema %q cannot be read", schema.ID), fix, err.Error())
		}
	}
}
