package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// patchOperation is an operation of a JSON Patch (RFC 6902). Kratos knows add, replace and remove.
type patchOperation struct {
	Op    string          `json:"op"`
	Path  *string         `json:"path"`
	Value json.RawMessage `json:"value"`
}

// patchIdentity handles patchIdentity.
func (c *call) patchIdentity() {
	c.noCache()
	i := c.pathIdentity()
	if i == nil {
		return
	}
	operations, err := c.decodePatch()
	if err != nil {
		c.error(patchError(err))
		return
	}
	for _, op := range operations {
		if strings.HasPrefix(strings.ToLower(*op.Path), "/credentials/") {
			c.cannot("JSON Patch of credentials")
			return
		}
	}
	if e := c.change(i, func() *apiError { return c.patch(i, operations) }); e != nil {
		c.error(e)
		return
	}
	c.json(http.StatusOK, c.adminIdentityJSON(i, nil, true))
}

// patchError returns the error of a JSON Patch.
func patchError(err error) *apiError {
	return newError(http.StatusBadRequest, "The JSON Patch cannot be applied.").withMessage(err.Error())
}

// decodePatch decodes a JSON Patch, and checks what does not depend on the document.
func (c *call) decodePatch() ([]patchOperation, error) {
	var operations []patchOperation
	if json.Unmarshal(c.body, &operations) != nil {
		return nil, errors.New("the JSON Patch is not a list of operations")
	}
	for _, op := range operations {
		switch {
		case !slices.Contains([]string{"add", "replace", "remove"}, op.Op):
			return nil, errors.New("the operation is not supported")
		case op.Path == nil:
			return nil, errors.New("an operation has no path")
		case op.Op != "remove" && op.Value == nil:
			return nil, errors.New("an operation has no value")
		}
		path := *op.Path
		if c.since("v25.4.0") {
			path = strings.ToLower(path)
		}
		switch path {
		case "/id", "/statechangedat", "/credentials":
			return nil, errors.New("the path cannot be patched")
		}
	}
	return operations, nil
}

// patchedBody is what a patch can change.
type patchedBody struct {
	ID             string               `json:"id"`
	SchemaID       string               `json:"schema_id"`
	State          string               `json:"state"`
	Traits         json.RawMessage      `json:"traits"`
	Verifiable     []*verifiableAddress `json:"verifiable_addresses"`
	Recovery       []*recoveryAddress   `json:"recovery_addresses"`
	MetadataPublic json.RawMessage      `json:"metadata_public"`
	MetadataAdmin  json.RawMessage      `json:"metadata_admin"`
	OrganizationID *string              `json:"organization_id"`
	ExternalID     string               `json:"external_id"`
}

// patch applies operations to an identity.
func (s *Server) patch(i *identity, operations []patchOperation) *apiError {
	var document any
	if err := decodeNumbers([]byte(encodeJSON(s.adminIdentityJSON(i, nil, true))), &document); err != nil {
		return patchError(err)
	}
	for _, op := range operations {
		var err error
		if document, err = op.apply(document); err != nil {
			return patchError(err)
		}
	}
	var patched patchedBody
	if json.Unmarshal([]byte(encodeJSON(document)), &patched) != nil {
		return patchError(errors.New("the result is not an identity"))
	}
	if patched.ID != i.ID {
		return newError(http.StatusNotFound, "")
	}
	if e := s.setState(i, patched.State); e != nil {
		return e
	}
	i.SchemaID, i.Traits, i.Verifiable, i.Recovery = patched.SchemaID, patched.Traits, withoutNil(patched.Verifiable), withoutNil(patched.Recovery)
	i.MetadataPublic, i.MetadataAdmin, i.ExternalID = patched.MetadataPublic, patched.MetadataAdmin, patched.ExternalID
	i.OrganizationID = ""
	if patched.OrganizationID != nil {
		i.OrganizationID = *patched.OrganizationID
	}
	return nil
}

// encodeJSON returns the JSON of a value that can be encoded.
func encodeJSON(value any) string {
	encoded, err := json.Marshal(value)
	if err != nil {
		return "null"
	}
	return string(encoded)
}

// decodeNumbers decodes JSON and keeps numbers as they are written.
func decodeNumbers(data []byte, v any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	return decoder.Decode(v)
}

// apply returns a document after an operation.
func (op patchOperation) apply(document any) (any, error) {
	var value any
	if op.Op != "remove" {
		if err := decodeNumbers(op.Value, &value); err != nil {
			return nil, errors.New("a value is not JSON")
		}
	}
	if *op.Path == "" {
		return value, nil
	}
	if !strings.HasPrefix(*op.Path, "/") {
		return nil, errors.New("a path does not begin with a slash")
	}
	unescape := strings.NewReplacer("~1", "/", "~0", "~")
	var path []string
	for segment := range strings.SplitSeq((*op.Path)[1:], "/") {
		path = append(path, unescape.Replace(segment))
	}
	if op.Op != "remove" { // an added member is the one with the same name in another case
		path[0] = strings.ToLower(path[0])
	}
	return op.applyAt(document, path, value)
}

// applyAt returns a value in a document after an operation below it. Members on the way to an added
// value are created.
func (op patchOperation) applyAt(node any, path []string, value any) (any, error) {
	switch node := node.(type) {
	case map[string]any:
		return node, op.applyToObject(node, path, value)
	case []any:
		return op.applyToList(node, path, value)
	case nil:
		if op.Op == "remove" {
			return nil, fmt.Errorf("there is no member at the path")
		}
		object := map[string]any{}
		return object, op.applyToObject(object, path, value)
	default:
		return nil, errors.New("a path leads into a value that has no members")
	}
}

func (op patchOperation) applyToObject(object map[string]any, path []string, value any) error {
	name := path[0]
	member, exists := object[name]
	if len(path) > 1 {
		changed, err := op.applyAt(member, path[1:], value)
		if err != nil {
			return err
		}
		object[name] = changed
		return nil
	}
	if op.Op == "remove" {
		if !exists {
			return errors.New("there is no member at the path")
		}
		delete(object, name)
		return nil
	}
	object[name] = value // also by a replace: Kratos does not require that the member exists
	return nil
}

func (op patchOperation) applyToList(list []any, path []string, value any) ([]any, error) {
	index, err := strconv.Atoi(path[0])
	switch {
	case path[0] == "-" && len(path) == 1 && op.Op == "add":
		return append(list, value), nil
	case err != nil || index < 0 || index > len(list) || index == len(list) && (len(path) > 1 || op.Op != "add"):
		return nil, errors.New("there is no element at the path")
	case len(path) > 1:
		changed, err := op.applyAt(list[index], path[1:], value)
		if err != nil {
			return nil, err
		}
		list[index] = changed
	case op.Op == "add":
		return slices.Insert(list, index, value), nil
	case op.Op == "remove":
		return slices.Delete(list, index, index+1), nil
	default:
		list[index] = value
	}
	return list, nil
}
