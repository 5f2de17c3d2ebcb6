package server

import "github.com/google/uuid"

// isUUID reports whether a text is the id of a resource.
func isUUID(text string) bool {
	_, err := uuid.Parse(text)
	return err == nil && len(text) == 36
}
