module github.com/kratoskit/kratos-go/e2e

go 1.26.0

require (
	github.com/emersion/go-smtp v0.25.1
	github.com/kratoskit/kratos-go v0.0.0-00010101000000-000000000000
	github.com/pquerna/otp v1.5.0
	golang.org/x/crypto v0.58.0
)

require (
	github.com/boombuler/barcode v1.0.1-0.20190219062509-6c824513bacc // indirect
	github.com/emersion/go-sasl v0.0.0-20241020182733-b788ff22d5a6 // indirect
	github.com/go-json-experiment/json v1.27.2 // indirect
	golang.org/x/sys v0.49.0 // indirect
)

replace github.com/kratoskit/kratos-go => ..
