// Package spec describes the structure of OpenAPI descriptions, and loads and walks them.
package spec

import (
	"strings"
)

// objectType describes a kind of OpenAPI object, as far as importing a description needs it.
type objectType struct {
	Fields map[string]string // kind of the value of a keyword; the values of others are data
	values string            // kind of all values of a map, or of all items of a list
	Texts  []string          // keywords whose text every such object needs
}

var descriptionOnly = []string{"description"}

// Grammar has the kinds of objects by name. "local" values belong to the contract and are not
// imported; "prose" is text; "data" is any other value.
var Grammar = map[string]objectType{
	"document":        {Fields: map[string]string{"info": "local", "servers": "local", "tags": "tags", "paths": "paths", "components": "components"}},
	"tags":            {values: "tag"},
	"tag":             {Texts: descriptionOnly},
	"paths":           {values: "path"},
	"path":            {Fields: map[string]string{"get": "operation", "put": "operation", "post": "operation", "delete": "operation", "options": "operation", "head": "operation", "patch": "operation", "trace": "operation", "parameters": "parameters", "servers": "local"}},
	"operation":       {Fields: map[string]string{"parameters": "parameters", "requestBody": "requestBody", "responses": "responses", "callbacks": "callbacks", "servers": "local"}, Texts: []string{"summary", "description"}},
	"callbacks":       {values: "callback"},
	"callback":        {values: "path"},
	"parameters":      {values: "parameter"},
	"parameter":       {Fields: map[string]string{"schema": "schema", "content": "content"}, Texts: descriptionOnly},
	"requestBodies":   {values: "requestBody"},
	"requestBody":     {Fields: map[string]string{"content": "content"}, Texts: descriptionOnly},
	"content":         {values: "media"},
	"media":           {Fields: map[string]string{"schema": "schema", "encoding": "encodings"}},
	"encodings":       {values: "encoding"},
	"encoding":        {Fields: map[string]string{"headers": "headers"}},
	"responses":       {values: "response"},
	"response":        {Fields: map[string]string{"headers": "headers", "content": "content", "links": "links"}, Texts: descriptionOnly},
	"links":           {values: "link"},
	"link":            {Fields: map[string]string{"server": "local"}},
	"headers":         {values: "header"},
	"header":          {Fields: map[string]string{"schema": "schema", "content": "content"}, Texts: descriptionOnly},
	"components":      {Fields: map[string]string{"schemas": "schemas", "responses": "responses", "parameters": "parameterMap", "headers": "headers", "requestBodies": "requestBodies", "securitySchemes": "securitySchemes", "links": "links", "callbacks": "callbacks"}},
	"parameterMap":    {values: "parameter"},
	"securitySchemes": {values: "securityScheme"},
	"securityScheme":  {Fields: map[string]string{"flows": "flows"}, Texts: descriptionOnly},
	"flows":           {values: "flow"},
	"flow":            {Fields: map[string]string{"scopes": "scopes"}},
	"scopes":          {values: "prose"},
	"schemas":         {values: "namedSchema"},
	"properties":      {values: "namedSchema"},
	"namedSchema":     {Fields: schemaFields, Texts: descriptionOnly},
	"schema":          {Fields: schemaFields},
	"schemaList":      {values: "schema"},
	"local":           {},
	"prose":           {},
	"data":            {},
}

var schemaFields = map[string]string{
	"properties": "properties", "items": "schema", "additionalProperties": "schema", "not": "schema",
	"allOf": "schemaList", "oneOf": "schemaList", "anyOf": "schemaList",
}

// KindOf returns the kind of the value of a key in an object of a kind.
func KindOf(kind, key string) string {
	r := Grammar[kind]
	if r.values != "" {
		return r.values
	}
	if child := r.Fields[key]; child != "" {
		return child
	}
	return "data"
}

// IsMap reports whether the keys of a kind of object are names that the API chooses, rather than
// keywords of OpenAPI.
func IsMap(kind string) bool { return Grammar[kind].values != "" }

// IsProse reports whether the value of a keyword is text, an example or an extension, of which the
// contract has its own.
func IsProse(kind, key string) bool {
	if kind == "data" || IsMap(kind) {
		return false
	}
	if strings.HasPrefix(key, "x-") {
		return true
	}
	switch key {
	case "summary", "description", "title", "example", "examples", "externalDocs":
		return true
	}
	return false
}

// KeywordRank returns the position of a keyword in the order that the contract uses.
func KeywordRank(kind, key string) int {
	order := keywordOrder[kind]
	if order == nil {
		order = keywordOrder["schema"]
	}
	for i, k := range order {
		if k == key {
			return i
		}
	}
	return len(order)
}

var keywordOrder = map[string][]string{
	"document":       strings.Fields("openapi info servers tags security paths components"),
	"path":           strings.Fields("$ref parameters get put post patch delete options head trace"),
	"operation":      strings.Fields("operationId tags summary description deprecated security parameters requestBody responses callbacks"),
	"parameter":      strings.Fields("name in required deprecated description example schema content"),
	"requestBody":    strings.Fields("description content required"),
	"response":       strings.Fields("description headers content links"),
	"header":         strings.Fields("description required deprecated schema content"),
	"tag":            strings.Fields("name description"),
	"securityScheme": strings.Fields("in name type scheme bearerFormat flows openIdConnectUrl description"),
	"schema": strings.Fields("$ref title description deprecated type format nullable readOnly writeOnly enum default minimum exclusiveMinimum maximum exclusiveMaximum " +
		"multipleOf minLength maxLength pattern minItems maxItems uniqueItems minProperties maxProperties required discriminator oneOf anyOf allOf not items properties additionalProperties example"),
}
