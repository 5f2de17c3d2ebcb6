package main

import (
	"net"
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
)

// serveGin serves a site with gin.
func serveGin(l net.Listener, guard *sessions.Guard) error {
	site := gin.New()
	site.GET("/account", ginRequire(guard), ginHello)
	payments := site.Group("/payments", ginRequire(guard, sessions.AAL2()))
	payments.GET("", ginHello)
	return http.Serve(l, site)
}

// ginRequire is [sessions.Guard.Require] for gin: only Abort keeps gin from the next handler.
func ginRequire(guard *sessions.Guard, needs ...sessions.Need) gin.HandlerFunc {
	return func(c *gin.Context) {
		check, err := guard.CheckRequest(c.Writer, c.Request, needs...)
		if err != nil {
			guard.Refuse(c.Writer, c.Request, err)
			c.Abort()
			return
		}
		c.Request = c.Request.WithContext(check.Context(c.Request.Context()))
	}
}

func ginHello(c *gin.Context) {
	session := kratos.SessionFromContext(c.Request.Context())
	c.String(http.StatusOK, "hello %s\n", session.Identity.ID)
}
