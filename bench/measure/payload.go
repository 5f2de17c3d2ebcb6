package main

import (
	"bytes"
	_ "embed"
	"fmt"
)

// Recorded responses from Kratos v1.3.6. identity.json is an item of a list of 500. login_flow.json
// is the recorded login flow with the most nodes, twelve.
var (
	//go:embed testdata/session.json
	sessionBody []byte
	//go:embed testdata/login_flow.json
	loginFlowBody []byte
	//go:embed testdata/identity.json
	identityBody []byte
)

// identitiesBody returns a list of n identities with different ids and addresses.
func identitiesBody(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		item := bytes.ReplaceAll(identityBody, []byte(`"id":"00075611-`), fmt.Appendf(nil, `"id":"%08x-`, i))
		item = bytes.ReplaceAll(item, []byte(`many88batch`), fmt.Appendf(nil, "many%dbatch", i))
		b.WriteByte("[,"[min(i, 1)])
		b.Write(item)
	}
	b.WriteString("]\n")
	return b.Bytes()
}

func identityID(i int) string { return fmt.Sprintf("%08x-6c11-4fc7-ab78-f28e8d1b97cb", i) }
func address(i int) string    { return fmt.Sprintf("many%dbatch-64@example.org", i) }
func patchID(i int) string    { return fmt.Sprintf("%08d-0000-0000-0000-0000000000ab", i) }

// batchBody returns the response to a batch of n identities that were all created, in the form
// recorded for a batch of 1000.
func batchBody(n int) []byte {
	var b bytes.Buffer
	b.WriteString(`{"identities":`)
	for i := range n {
		b.WriteByte("[,"[min(i, 1)])
		fmt.Fprintf(&b, `{"action":"create","identity":%q,"patch_id":%q}`, identityID(i), patchID(i))
	}
	b.WriteString("]}\n")
	return b.Bytes()
}

// batchRequest returns the request body that creates n identities.
func batchRequest(n int) []byte {
	var b bytes.Buffer
	b.WriteString(`{"identities":`)
	for i := range n {
		b.WriteByte("[,"[min(i, 1)])
		fmt.Fprintf(&b, `{"create":{"schema_id":"default","traits":{"email":%q}},"patch_id":%q}`, address(i), patchID(i))
	}
	b.WriteString("]}")
	return b.Bytes()
}
