package ui_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/throttle"
	"github.com/kratoskit/kratos-go/wrappers/ui"
)

// A website with the pages, and a limit of guesses in front of Kratos.
func Example() {
	client := kratos.Must(kratos.NewClient("http://127.0.0.1:4433"))
	mux := http.NewServeMux()

	pages := kratos.Must(ui.New(client, ui.Name("Example")))
	limit := throttle.New(throttle.Refused(pages.ShowRefusal))
	mux.Handle("/auth/", limit.Handler(client.Proxy("/auth")))
	pages.Mount(mux, "")

	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest("GET", "/error", nil))
	fmt.Println(w.Code, w.Header().Get("Content-Type"))
	// Output: 404 text/html; charset=utf-8
}
