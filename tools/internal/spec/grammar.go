// Package spec knows what an OpenAPI description consists of.
package spec

import (
	"strings"
)

// rule says what a kind of object in an API description holds, as far as taking one in needs to
// know it.
type rule struct {
	Fields map[string]string // kind of the value of a keyword; other keywords hold plain values
	each   string            // kind of all values, where keys are names; or of all items
	Texts  []string          // keywords whose sentence a reader needs
}

var about = []string{"description"}

var Grammar = map[string]rule{
	"document":        {Fields: map[string]string{"info": "ours", "servers": "ours", "tags": "tags", "paths": "paths", "components": "components"}},
	"tags":            {each: "tag"},
	"tag":             {Texts: about},
	"paths":           {each: "path"},
	"path":            {Fields: map[string]string{"get": "operation", "put": "operation", "post": "operation", "delete": "operation", "options": "operation", "head": "operation", "patch": "operation", "trace": "operation", "parameters": "parameters", "servers": "ours"}},
	"operation":       {Fields: map[string]string{"parameters": "parameters", "requestBody": "requestBody", "responses": "responses", "callbacks": "callbacks", "servers": "ours"}, Texts: []string{"summary", "description"}},
	"callbacks":       {each: "callback"},
	"callback":        {each: "path"},
	"parameters":      {each: "parameter"},
	"parameter":       {Fields: map[string]string{"schema": "schema", "content": "content"}, Texts: about},
	"requestBodies":   {each: "requestBody"},
	"requestBody":     {Fields: map[string]string{"content": "content"}, Texts: about},
	"content":         {each: "media"},
	"media":           {Fields: map[string]string{"schema": "schema", "encoding": "encodings"}},
	"encodings":       {each: "encoding"},
	"encoding":        {Fields: map[string]string{"headers": "headers"}},
	"responses":       {each: "response"},
	"response":        {Fields: map[string]string{"headers": "headers", "content": "content", "links": "links"}, Texts: about},
	"links":           {each: "link"},
	"link":            {Fields: map[string]string{"server": "ours"}},
	"headers":         {each: "header"},
	"header":          {Fields: map[string]string{"schema": "schema", "content": "content"}, Texts: about},
	"components":      {Fields: map[string]string{"schemas": "schemas", "responses": "responses", "parameters": "parameterMap", "headers": "headers", "requestBodies": "requestBodies", "securitySchemes": "securitySchemes", "links": "links", "callbacks": "callbacks"}},
	"parameterMap":    {each: "parameter"},
	"securitySchemes": {each: "securityScheme"},
	"securityScheme":  {Fields: map[string]string{"flows": "flows"}, Texts: about},
	"flows":           {each: "flow"},
	"flow":            {Fields: map[string]string{"scopes": "scopes"}},
	"scopes":          {each: "prose"},
	"schemas":         {each: "namedSchema"},
	"properties":      {each: "namedSchema"},
	"namedSchema":     {Fields: schemaFields, Texts: about},
	"schema":          {Fields: schemaFields},
	"schemaList":      {each: "schema"},
	"ours":            {},
	"prose":           {},
	"data":            {},
}

var schemaFields = map[string]string{
	"properties": "properties", "items": "schema", "additionalProperties": "schema", "not": "schema",
	"allOf": "schemaList", "oneOf": "schemaList", "anyOf": "schemaList",
}

// KindOf returns the kind of what a key holds in an object of some kind.
func KindOf(kind, key string) string {
	r := Grammar[kind]
	if r.each != "" {
		return r.each
	}
	if child := r.Fields[key]; child != "" {
		return child
	}
	return "data"
}

// Named reports whether the keys of a kind of object are names that the API gives, rather than
// keywords of OpenAPI.
func Named(kind string) bool { return Grammar[kind].each != "" }

// Prose reports whether a keyword holds somebody's words, or an extension. The contract has only
// its own of both.
func Prose(kind, key string) bool {
	if kind == "data" || Named(kind) {
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

// RankOf returns the place of a keyword among those of its kind of object.
func RankOf(kind, key string) int {
	order := orders[kind]
	if order == nil {
		order = orders["schema"]
	}
	for i, k := range order {
		if k == key {
			return i
		}
	}
	return len(order)
}

var orders = map[string][]string{
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
