package validate_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/validate"
)

// kratosServer stands for a Kratos.
func kratosServer() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/schemas/default" {
			fmt.Fprint(w, personSchema)
			return
		}
		fmt.Fprint(w, `{"id":"77aa"}`)
	}))
}

// A client that sends nothing wrong.
func ExampleTransport() {
	server := kratosServer()
	defer server.Close()

	admin, err := kratos.NewAdmin(server.URL, kratos.WithHTTPClient(&http.Client{Transport: validate.Transport(nil)}))
	if err != nil {
		log.Fatal(err)
	}
	_, err = admin.CreateIdentity(context.Background(), kratos.CreateIdentity{Traits: []string{"ada@example.org"}, State: "on"})
	var e *validate.Error
	if errors.As(err, &e) {
		for _, p := range e.Violations {
			fmt.Println(p.Pointer, "-", p.Keyword, "-", p.Message)
		}
	}
	// Output:
	// /state - enum - must be one of active, inactive
	// /traits - type - must be an object
}

// A gateway that lets through what is one of Kratos' requests.
func ExampleHandler() {
	server := kratosServer()
	defer server.Close()
	public, err := url.Parse(server.URL)
	if err != nil {
		log.Fatal(err)
	}
	gateway := validate.Handler(httputil.NewSingleHostReverseProxy(public))

	for _, target := range []string{"/sessions/whoami", "/metrics", "/self-service/login/flows"} {
		w := httptest.NewRecorder()
		gateway.ServeHTTP(w, httptest.NewRequest("GET", target, nil))
		fmt.Println(w.Code, w.Body)
	}
	// Output:
	// 200 {"id":"77aa"}
	// 404 {"error":{"code":404,"status":"Not Found","message":"The request does not fit the API.","reason":"path must be one of the API's (path)","details":{"problems":[{"where":"path","rule":"path","message":"must be one of the API's"}]}}}
	//
	// 400 {"error":{"code":400,"status":"Bad Request","message":"The request does not fit the API.","reason":"getLoginFlow: query.id is missing (required)","details":{"problems":[{"where":"query.id","rule":"required","message":"is missing"}]}}}
}

// One request, in a test for instance.
func ExampleRequest() {
	r, err := http.NewRequest("POST", "https://auth.example.org/kratos/self-service/login?flow=f", strings.NewReader(`{"method":"password","password":5}`))
	if err != nil {
		log.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	fmt.Println(validate.Request(r, validate.WithBasePath("/kratos")))
	fmt.Println(errors.Is(validate.Request(r), validate.ErrUnknownPath))
	// Output:
	// kratos: updateLoginFlow: /password must be a string (type); /identifier is missing (required)
	// true
}

// An answer, to notice what a newer server has that the description lacks.
func ExampleResponse() {
	server := kratosServer()
	defer server.Close()
	resp, err := http.Get(server.URL + "/sessions/whoami")
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	fmt.Println(validate.Response(resp, validate.WithStrict()))
	// Output:
	// kratos: toSession: status 200: /id must be a UUID (format)
}

// An import that is checked before anything of it is sent.
func ExampleSchemas() {
	server := kratosServer()
	defer server.Close()
	client, err := kratos.NewClient(server.URL)
	if err != nil {
		log.Fatal(err)
	}
	schemas := validate.NewTraitsValidator(client)

	people := []kratos.IdentityPatch{
		{Create: kratos.CreateIdentity{Traits: map[string]any{"email": "ada@example.org"}}},
		{Create: kratos.CreateIdentity{Traits: map[string]any{"email": "charles at example.org"}}},
	}
	fmt.Println(schemas.ValidateBatch(context.Background(), people))
	// Output:
	// kratos: traits: /identities/1/create/traits/email must have the format email (format)
}
