package kratos_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestMediaTypesOfResponses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		contentType string
		json        bool
	}{
		"that of Kratos":                        {"application/json; charset=utf-8", true},
		"without parameters":                    {"application/json", true},
		"without a space":                       {"application/json;charset=utf-8", true},
		"in capitals":                           {"Application/JSON; Charset=UTF-8", true},
		"surrounded by spaces":                  {" application/json ; charset=utf-8 ", true},
		"with another charset":                  {"application/json; charset=iso-8859-1", true},
		"with a parameter that is malformed":    {"application/json; charset", true},
		"of a kind of JSON":                     {"application/problem+json", true},
		"of a kind of JSON, with parameters":    {"application/vnd.api+JSON; v=1", true},
		"longer":                                {"application/jsonl", false},
		"longer, with parameters":               {"application/json-seq; charset=utf-8", false},
		"two of them":                           {"application/json, text/html", false},
		"a page":                                {"text/html; charset=utf-8", false},
		"a page that has JSON as its parameter": {"text/html; type=application/json", false},
		"JSON without its type":                 {"json", false},
		"empty":                                 {"", false},
		"nothing but parameters":                {"; charset=utf-8", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := serve(t, reply{status: 200, header: http.Header{"Content-Type": {tc.contentType}}, body: `{"id":"a","active":true,"identity":{"id":"b"}}`})
			session, err := client.Whoami(t.Context(), kratos.SessionToken("t"))
			if tc.json && (err != nil || session.ID != "a") {
				t.Errorf("session %v, error %v", session, err)
			}
			if !tc.json && !errors.Is(err, kratos.ErrUnexpectedResponse) {
				t.Errorf("error %v, want ErrUnexpectedResponse", err)
			}
		})
	}
}
