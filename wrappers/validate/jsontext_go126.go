//go:build !go1.27

package validate

import "github.com/go-json-experiment/json/jsontext"

type (
	decoder        = jsontext.Decoder
	syntacticError = jsontext.SyntacticError
)

var (
	newJSONDecoder = jsontext.NewDecoder
	errDuplicate   = jsontext.ErrDuplicateName
	anyJSON        = jsontext.AllowDuplicateNames(true)
)
