package kratos_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/internal/jsonv2"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// respondWith returns clients that get this response to every request.
func respondWith(t *testing.T, status int, header http.Header, body string) (*kratos.Client, *kratos.Admin) {
	t.Helper()
	hc := kratos.WithHTTPClient(&http.Client{Transport: canned{status, header, body}})
	client, err := kratos.NewClient("http://127.0.0.1", hc, kratos.WithRetries(0))
	if err != nil {
		t.Fatal(err)
	}
	admin, err := kratos.NewAdmin("http://127.0.0.1", hc, kratos.WithRetries(0))
	if err != nil {
		t.Fatal(err)
	}
	return client, admin
}

// checkError fails if err is not an *Error, or if its text has a secret or a control character.
func checkError(t *testing.T, err error, secret string) {
	t.Helper()
	if err == nil {
		return
	}
	var e *kratos.Error
	if !errors.As(err, &e) {
		t.Errorf("%T is not an *Error", err)
		return
	}
	_, _, _ = e.FieldErrors(), e.Messages(), e.Body()
	text := err.Error()
	if strings.ContainsAny(text, "\r\n\x00\x1b") || len(text) > 4096 {
		t.Errorf("the text is not fit for a log: %q", text)
	}
	if secret != "" && strings.Contains(text, secret) {
		t.Errorf("the text has a secret: %q", text)
	}
}

// FuzzResponses passes responses with any status, media type and body to calls, lists and flows.
func FuzzResponses(f *testing.F) {
	for _, body := range []string{sessionBody, noSession, `{}`, `null`, `[]`, `[null,{"id":"a"}]`, `{"ui":{"nodes":null}}`, "\xff", `{"error":{"id":"a","details":[1]}}`,
		flowBody("f", "sent_email", sent, "[]"), flowBody("f", "choose_method", wrong, wrong), `{"identities":[null]}`, `{"continue_with":[{"action":1}]}`} {
		for _, status := range []int{200, 204, 303, 400, 401, 410, 422, 429, 503} {
			f.Add(status, "application/json", "/self-service/recovery/flows?id=x", body)
		}
	}
	f.Fuzz(func(t *testing.T, status int, kind, location, body string) {
		if status < 100 || status > 999 {
			return
		}
		header := http.Header{"Content-Type": {kind}, "Location": {location}, "Link": {location}, "Retry-After": {location}, "X-Total-Count": {"1"}}
		client, admin := respondWith(t, status, header, body)
		ctx, token := t.Context(), kratos.SessionToken("t")
		checkError(t, second(client.Whoami(ctx, token)), "")
		flow := newFlow[kratos.LoginFlow]("f")
		step, err := client.Login.Submit(ctx, flow, kratos.LoginPassword{})
		checkError(t, err, "")
		if (step == nil) == (err == nil) {
			t.Errorf("a result %v with the error %v", step, err)
		}
		if step != nil && !step.Done && step.Flow == nil && step.RedirectTo == "" {
			t.Errorf("a result without a next step: %+v", step)
		}
		if f := kratos.RejectedFlow[kratos.LoginFlow](err); errors.Is(err, kratos.ErrRejected) != (f != nil) {
			t.Errorf("rejected with the flow %v: %v", f, err)
		}
		n := 0
		for _, err := range admin.Identities(ctx, kratos.ListIdentities{PageToken: "x"}) {
			checkError(t, err, "")
			if n++; n > 1000 {
				break
			}
		}
		_, err = admin.BatchPatchIdentities(ctx, []kratos.IdentityPatch{{Create: kratos.CreateIdentity{Traits: ada}}})
		checkError(t, err, "")
	})
}

// FuzzUnions decodes and encodes what a later Kratos might send for a union: nothing of it may get
// lost.
func FuzzUnions(f *testing.F) {
	f.Add(`{"action":"show_pin_entry_ui","pin":{"a":[1,2]}}`)
	f.Add(`{"node_type":"input","name":"n","value":1e400,"maxlength":9007199254740993}`)
	f.Add(`{"node_type":"div","AdditionalProperties":1,"":2,"x\u0000":"\ud83d\ude00"}`)
	f.Add(`{"label":{"context":{"a":null},"id":1,"text":"t","type":"info"},"text":null}`)
	f.Fuzz(func(t *testing.T, text string) {
		var before map[string]json.RawMessage
		if json.Unmarshal([]byte(text), &before) != nil || before == nil {
			return
		}
		for _, v := range []any{new(gen.ContinueWith), new(gen.UINodeAttributes)} {
			if jsonv2.Unmarshal([]byte(text), v) != nil {
				continue
			}
			again, err := json.Marshal(v)
			if err != nil {
				t.Fatalf("%s cannot be written again: %v", text, err)
			}
			var after map[string]json.RawMessage
			if err := json.Unmarshal(again, &after); err != nil {
				t.Fatalf("%s became %s: %v", text, again, err)
			}
			extra := additional(v)
			for name, value := range extra {
				if string(after[name]) == "" && string(value) != "" {
					t.Errorf("%s lost %q: %s", text, name, again)
				}
			}
			if err := jsonv2.Unmarshal(again, v); err != nil {
				t.Errorf("%s became %s, which does not decode: %v", text, again, err)
			}
		}
	})
}

func additional(v any) map[string]json.RawMessage {
	switch v := v.(type) {
	case *gen.ContinueWith:
		return v.AdditionalProperties
	case *gen.UINodeAttributes:
		return v.AdditionalProperties
	}
	return nil
}

// FuzzLink reads any Link header: a list ends, whatever it says.
func FuzzLink(f *testing.F) {
	for _, link := range []string{`</a?page_token=x>; rel="next"`, `<a>;rel=first,<b?page_token=y>;rel="last next"`, `<`, `>`, `<>;rel`, `<<>>;rel=next`, `<%zz>;rel=next`, `,;,<?page_token=a%26b>;;REL= "NEXT" `} {
		f.Add(link)
	}
	f.Fuzz(func(t *testing.T, link string) {
		_, admin := respondWith(t, 200, http.Header{"Content-Type": {"application/json"}, "Link": {link}}, `[{"id":"a"}]`)
		page, err := admin.IdentitiesPage(t.Context(), kratos.ListIdentities{})
		checkError(t, err, "")
		if err == nil && len(page.Items) != 1 {
			t.Errorf("%d items", len(page.Items))
		}
		n := 0
		for _, err := range admin.Identities(t.Context(), kratos.ListIdentities{}) {
			checkError(t, err, "")
			if n++; n > 3 {
				t.Fatal("the list does not end")
			}
		}
	})
}

// FuzzPointer builds paths of any names: Kratos reads the same names again.
func FuzzPointer(f *testing.F) {
	f.Add("traits", "a/b~c")
	f.Add("metadata_public", "~1~0")
	f.Add("", "\x00")
	f.Fuzz(func(t *testing.T, first, second string) {
		pointer := kratos.JSONPointer(first, second)
		parts := strings.Split(pointer, "/")
		if len(parts) != 3 {
			t.Fatalf("%q and %q became %q", first, second, pointer)
		}
		for i, want := range []string{first, second} {
			t.Run(want, func(t *testing.T) {
				if got := strings.ReplaceAll(strings.ReplaceAll(parts[i+1], "~1", "/"), "~0", "~"); got != want {
					t.Errorf("%q became %q", want, got)
				}
			})
		}
		_, admin := respondWith(t, 200, http.Header{"Content-Type": {"application/json"}}, `{"id":"a"}`)
		_, err := admin.PatchIdentity(t.Context(), idA, kratos.JSONPatch{}.Replace(pointer, 1).Remove(first))
		checkError(t, err, "")
	})
}

// FuzzHash parses any text for a hash, and never repeats it.
func FuzzHash(f *testing.F) {
	for _, hash := range goodHashes {
		f.Add(hash)
	}
	f.Fuzz(func(t *testing.T, text string) {
		hash, err := kratos.HashedPassword(text)
		if err != nil {
			if !errors.Is(err, kratos.ErrInvalidArgument) {
				t.Errorf("got %v", err)
			}
			return
		}
		if strings.ContainsAny(text, "\n\r ") {
			t.Errorf("took %q", text)
		}
		_, admin := respondWith(t, 200, http.Header{"Content-Type": {"application/json"}}, `{"id":"a"}`)
		if _, err := admin.CreateIdentity(t.Context(), kratos.CreateIdentity{Traits: ada, Credentials: kratos.Credentials(hash)}); err != nil {
			t.Errorf("%q is a hash, and refused: %v", text, err)
		}
	})
}
