package main

import (
	"fmt"
	"net"
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
)

// serveChi serves a site with chi, whose middleware is that of net/http.
func serveChi(l net.Listener, guard *sessions.Guard) error {
	router := chi.NewRouter()
	router.With(guard.Require()).Get("/account", chiHello)
	router.Group(func(router chi.Router) {
		router.Use(guard.Require(sessions.AAL2()))
		router.Get("/payments", chiHello)
	})
	return http.Serve(l, router)
}

func chiHello(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintln(w, "hello", kratos.SessionFromContext(r.Context()).Identity.ID)
}
