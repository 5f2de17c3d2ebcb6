//go:build !go1.27

package validate

import "github.com/go-json-experiment/json/jsontext"

type (
	decoder        = jsontext.Decoder
	syntacticError = jsontext.SyntacticError
	jsonPointer    = jsontext.Pointer
)

var (
	newJSONDecoder  = jsontext.NewDecoder
	errDuplicate    = jsontext.ErrDuplicateName
	allowDuplicates = jsontext.AllowDuplicateNames(true)
)
