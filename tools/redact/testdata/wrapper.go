package kratos

import "github.com/kratoskit/kratos-go/gen"

type (
	// Ring and Feather are models.
	Ring    = gen.Ring
	Feather = gen.Feather
	// Loft is made of models, Nests is a map, and the API description does not have Coop and Egg.
	Loft struct {
		Best  Feather
		Notes []string
	}
	Nests map[string]any
	Coop  struct{ Key string }
	Egg   struct {
		Key string `log:"-"`
	}
)
