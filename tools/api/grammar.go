package main

import "strings"

// rule says what a kind of object in an API description holds, as far as taking one in needs to know it.
type rule struct {
	fields map[string]string // kind of the value of a keyword; other keywords hold plain values
	each   string            // kind of all values, where keys are names; or of all items
	texts  []string          // keywords whose sentence a reader needs
}

var about = []string{"description"}

var grammar = map[string]rule{
	"document":        {fields: map[string]string{"info": "ours", "servers": "ours", "tags": "tags", "paths": "paths", "components": "components"}},
	"tags":            {each: "tag"},
	"tag":             {texts: about},
	"paths":           {each: "path"},
	"path":            {fields: map[string]string{"get": "operation", "put": "operation", "post": "operation", "delete": "operation", "options": "operation", "head": "operation", "patch": "operation", "trace": "operation", "parameters": "parameters", "servers": "ours"}},
	"operation":       {fields: map[string]string{"parameters": "parameters", "requestBody": "requestBody", "responses": "responses", "callbacks": "callbacks", "servers": "ours"}, texts: []string{"summary", "description"}},
	"callbacks":       {each: "callback"},
	"callback":        {each: "path"},
	"parameters":      {each: "parameter"},
	"parameter":       {fields: map[string]string{"schema": "schema", "content": "content"}, texts: about},
	"requestBodies":   {each: "requestBody"},
	"requestBody":     {fields: map[string]string{"content": "content"}, texts: about},
	"content":         {each: "media"},
	"media":           {fields: map[string]string{"schema": "schema", "encoding": "encodings"}},
	"encodings":       {each: "encoding"},
	"encoding":        {fields: map[string]string{"headers": "headers"}},
	"responses":       {each: "response"},
	"response":        {fields: map[string]string{"headers": "headers", "content": "content", "links": "links"}, texts: about},
	"links":           {each: "link"},
	"link":            {fields: map[string]string{"server": "ours"}},
	"headers":         {each: "header"},
	"header":          {fields: map[string]string{"schema": "schema", "content": "content"}, texts: about},
	"components":      {fields: map[string]string{"schemas": "schemas", "responses": "responses", "parameters": "parameterMap", "headers": "headers", "requestBodies": "requestBodies", "securitySchemes": "securitySchemes", "links": "links", "callbacks": "callbacks"}},
	"parameterMap":    {each: "parameter"},
	"securitySchemes": {each: "securityScheme"},
	"securityScheme":  {fields: map[string]string{"flows": "flows"}, texts: about},
	"flows":           {each: "flow"},
	"flow":            {fields: map[string]string{"scopes": "scopes"}},
	"scopes":          {each: "prose"},
	"schemas":         {each: "namedSchema"},
	"properties":      {each: "namedSchema"},
	"namedSchema":     {fields: schemaFields, texts: about},
	"schema":          {fields: schemaFields},
	"schemaList":      {each: "schema"},
	"ours":            {},
	"prose":           {},
	"data":            {},
}

var schemaFields = map[string]string{
	"properties": "properties", "items": "schema", "additionalProperties": "schema", "not": "schema",
	"allOf": "schemaList", "oneOf": "schemaList", "anyOf": "schemaList",
}

// kindOf returns the kind of what a key holds in an object of some kind.
func kindOf(kind, key string) string {
	r := grammar[kind]
	if r.each != "" {
		return r.each
	}
	if child := r.fields[key]; child != "" {
		return child
	}
	return "data"
}

// named reports whether the keys of a kind of object are names that the API gives, rather than keywords of OpenAPI.
func named(kind string) bool { return grammar[kind].each != "" }

// prose reports whether a keyword holds somebody's words, or an extension. The contract has only its own of both.
func prose(kind, key string) bool {
	if kind == "data" || named(kind) {
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

// rankOf returns the place of a keyword among those of its kind of object.
func rankOf(kind, key string) int {
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
