package kratostest

import (
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/kratoskit/kratos-go/internal/recorded"
)

// exchange is a recorded exchange, decoded once.
type exchange struct {
	*recorded.Exchange
	response   *reply
	submitted  submission
	identities []person // those in the response
	leftOut    string   // why it is not judged, or ""
}

// reply is a response, recorded or of a Kratos.
type reply struct {
	status int
	header http.Header
	body   string
	json   any // the decoded body, or nil
}

// newReply returns a response with the decoded body.
func newReply(status int, header http.Header, body string) *reply {
	r := &reply{status: status, header: header, body: body}
	if json.Unmarshal([]byte(body), &r.json) != nil {
		r.json = nil
	}
	return r
}

// exchangesOf decodes the exchanges of a scenario.
func exchangesOf(scenario []*recorded.Exchange) []*exchange {
	decoded := make([]*exchange, len(scenario))
	for i, r := range scenario {
		e := &exchange{Exchange: r, response: newReply(r.Response.Status, http.Header(r.Response.Headers), r.Response.Body), submitted: submissionOf(r)}
		e.leftOut = outOfScope(e)
		identitiesIn(e.response.json, &e.identities)
		decoded[i] = e
	}
	return decoded
}

// flowID returns the flow that a request submits or reads.
func (e *exchange) flowID() string {
	if id := e.query("flow"); id != "" {
		return id
	}
	return e.query("id")
}

// query returns a parameter of the URL.
func (e *exchange) query(name string) string {
	u, err := url.Parse(e.Request.URL)
	if err != nil {
		return ""
	}
	return u.Query().Get(name)
}

// person is an identity in a recorded response.
type person struct {
	id, schemaID          string
	traits, public, admin json.RawMessage
}

// identitiesIn appends the identities in a JSON value.
func identitiesIn(value any, found *[]person) {
	switch v := value.(type) {
	case map[string]any:
		id, _ := v["id"].(string)
		schemaID, _ := v["schema_id"].(string)
		if v["traits"] != nil && schemaID != "" && id != "" {
			*found = append(*found, person{id: id, schemaID: schemaID, traits: encoded(v["traits"]), public: encoded(v["metadata_public"]), admin: encoded(v["metadata_admin"])})
		}
		for _, member := range v {
			identitiesIn(member, found)
		}
	case []any:
		for _, element := range v {
			identitiesIn(element, found)
		}
	}
}

// encoded returns the JSON of a value; nil for null.
func encoded(value any) json.RawMessage {
	if value == nil {
		return nil
	}
	text, err := json.Marshal(value)
	if err != nil {
		return nil
	}
	return text
}
