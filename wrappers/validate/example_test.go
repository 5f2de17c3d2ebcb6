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

// kratosServer imitates Kratos.
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

// A client that does not send invalid requests.
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
		for _, v := range e.Violations {
			fmt.Println(v.Pointer, "-", v.Keyword, "-", v.Message)
		}
	}
	// Output:
	// /state - enum - must be one of active, inactive
	// /traits - type - must be an object
}

// A gateway that passes valid requests on to Kratos.
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
	// 404 {"error":{"code":404,"status":"Not Found","message":"The request violates the API description.","reason":"path is not part of the API (path)","details":{"violations":[{"in":"path","pointer":"","keyword":"path","message":"is not part of the API"}]}}}
	//
	// 400 {"error":{"code":400,"status":"Bad Request","message":"The request violates the API description.","reason":"getLoginFlow: query parameter id is missing (required)","details":{"violations":[{"in":"query","name":"id","pointer":"","keyword":"required","message":"is missing"}]}}}
}

// A single request, for example in a test.
func ExampleRequest() {
	r, err := http.NewRequest("POST", "https://auth.example.org/kratos/self-service/login?flow=f", strings.NewReader(`{"method":"password","password":5}`))
	if err != nil {
		log.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	fmt.Println(validate.Request(r, validate.WithBasePath("/kratos")))
	fmt.Println(errors.Is(validate.Request(r), validate.ErrPathNotFound))
	// Output:
	// kratos: updateLoginFlow: /password must be a string (type); /identifier is missing (required)
	// true
}

// A response, to find properties of a newer server that are not described.
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

// An import that is validated before it is sent.
func ExampleTraitsValidator() {
	server := kratosServer()
	defer server.Close()
	client, err := kratos.NewClient(server.URL)
	if err != nil {
		log.Fatal(err)
	}
	validator := validate.NewTraitsValidator(client)

	people := []kratos.IdentityPatch{
		{Create: kratos.CreateIdentity{Traits: map[string]any{"email": "ada@example.org"}}},
		{Create: kratos.CreateIdentity{Traits: map[string]any{"email": "charles at example.org"}}},
	}
	fmt.Println(validator.ValidateBatch(context.Background(), people))
	// Output:
	// kratos: traits: /identities/1/create/traits/email must have the format email (format)
}
