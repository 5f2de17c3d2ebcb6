package main

import (
	"bytes"
	_ "embed"
	"fmt"
)

// What Kratos v1.3.6 sent when it was recorded. identity.json is one item of a list of 500. The
// login flow is the one with the most nodes: twelve; no recorded login has more.
var (
	//go:embed testdata/session.json
	sessionBody []byte
	//go:embed testdata/login_flow.json
	loginFlowBody []byte
	//go:embed testdata/identity.json
	identityBody []byte
)

// identitiesBody returns a list of n identities, each with the ids and the address of its own.
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

// batchBody returns the response to a batch of n identities that were all created, as recorded for
// a batch of 1000.
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

// batchRequest returns what a client sends to create n identities.
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
