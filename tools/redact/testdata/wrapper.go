package kratos

import "github.com/kratoskit/kratos-go/gen"

type (
	// Ring and Feather are models.
	Ring    = gen.Ring
	Feather = gen.Feather
	// Loft is made of models.
	Loft struct {
		redacted[Loft]
		Best  Feather
		Notes []string
	}
)
