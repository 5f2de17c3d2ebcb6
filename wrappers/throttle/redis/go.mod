module github.com/kratoskit/kratos-go/wrappers/throttle/redis

go 1.26.0

require (
	github.com/google/go-cmp v0.7.0
	github.com/kratoskit/kratos-go v0.1.0
	github.com/redis/go-redis/v9 v9.23.0
)

require (
	github.com/apapsch/go-jsonmerge/v2 v2.0.0 // indirect
	github.com/cespare/xxhash/v2 v2.3.0 // indirect
	github.com/go-json-experiment/json v1.27.2 // indirect
	github.com/google/uuid v1.6.0 // indirect
	github.com/oapi-codegen/runtime v1.9.0 // indirect
	go.uber.org/atomic v1.12.0 // indirect
	golang.org/x/sys v0.48.0 // indirect
)

// For work in this repository; users of the module get the version above.
replace github.com/kratoskit/kratos-go => ../../..
