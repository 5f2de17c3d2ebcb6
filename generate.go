// Package kratosgo is the root of the module github.com/kratoskit/kratos-go. The package to import
// is [github.com/kratoskit/kratos-go/wrappers/kratos].
//
// This file makes all of gen/, and what is generated in wrappers/, from api/, offline, with the
// tools that tools/go.mod pins:
//
//	rm -rf gen wrappers/*/zz_generated_*.go && go generate ./...
//
// No command compiles what another one has written, or is about to write.
package kratosgo

// The effective spec: the contract with the corrections that real servers ask for.
//go:generate go run -C tools ./api effective

// Models and low-level client: the effective spec with the names and types that Go wants.
//go:generate go -C tools tool oapi-codegen -config ../api/oapi-codegen.yaml ../gen/spec/openapi.json

// Methods of flows, models, enums, and operationIds by path, in the wrapper.
//go:generate go run -C tools ./wrap

// Methods that keep what the overlay calls secret out of logs, in gen/.
//go:generate go run -C tools ./redact
