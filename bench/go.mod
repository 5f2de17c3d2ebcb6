module github.com/kratoskit/kratos-go/bench

go 1.26.0

require (
	github.com/kratoskit/kratos-go v0.0.0-00010101000000-000000000000
	github.com/ory/kratos-client-go v1.3.8
)

require github.com/go-json-experiment/json v1.27.2 // indirect

replace github.com/kratoskit/kratos-go => ..
