package main

import (
	"net"
	"net/http"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
	"github.com/labstack/echo/v5"
)

// serveEcho serves a site with echo, which wraps middleware of net/http.
func serveEcho(l net.Listener, guard *sessions.Guard) error {
	site := echo.New()
	site.GET("/account", echoHello, echo.WrapMiddleware(guard.Require()))
	payments := site.Group("/payments", echo.WrapMiddleware(guard.Require(sessions.AAL2())))
	payments.GET("", echoHello)
	return http.Serve(l, site)
}

func echoHello(c *echo.Context) error {
	session := kratos.SessionFromContext(c.Request().Context())
	return c.String(http.StatusOK, "hello "+session.Identity.ID+"\n")
}
