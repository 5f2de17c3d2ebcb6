package main

import (
	"net"
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v3"
	"github.com/gofiber/fiber/v3/middleware/adaptor"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
)

// serveFiber serves a site with fiber.
func serveFiber(l net.Listener, guard *sessions.Guard) error {
	site := fiber.New()
	site.Get("/account", fiberRequire(guard), fiberHello)
	payments := site.Group("/payments", fiberRequire(guard, sessions.AAL2()))
	payments.Get("/", fiberHello)
	return site.Listener(l, fiber.ListenConfig{DisableStartupMessage: true})
}

// fiberRequire is [sessions.Guard.Require] for fiber. Fiber reuses the memory and the context of a
// request for other requests, while the call of a guard can go on after its request: both are
// replaced. Do not use [adaptor.HTTPMiddleware] with a guard.
func fiberRequire(guard *sessions.Guard, needs ...sessions.Need) fiber.Handler {
	return func(c fiber.Ctx) error {
		passed := false
		require := guard.Require(needs...)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			passed = true
			c.SetContext(r.Context())
		}))
		err := adaptor.HTTPHandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			header := http.Header{}
			for name, values := range r.Header {
				header.Set(strings.Clone(name), strings.Clone(values[0]))
			}
			r.Header, r.Host = header, strings.Clone(r.Host)
			require.ServeHTTP(w, r.WithContext(c.Context()))
		})(c)
		if err != nil || !passed {
			return err
		}
		return c.Next()
	}
}

func fiberHello(c fiber.Ctx) error {
	return c.SendString("hello " + kratos.SessionFromContext(c.Context()).Identity.ID + "\n")
}
