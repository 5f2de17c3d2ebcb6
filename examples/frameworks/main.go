// Frameworks protects a site of each of several web frameworks, and a gRPC service, with a
// [sessions.Guard]. To copy are chi.go, echo.go, fiber.go and gin.go, or grpc.go, grpc_status.go and
// grpc_token.go. /account needs a session, and /payments a second factor.
//
//	go run . -framework gin -public http://127.0.0.1:4433
package main

import (
	"flag"
	"fmt"
	"maps"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
)

// frameworks serve a site until the listener is closed.
var frameworks = map[string]func(l net.Listener, guard *sessions.Guard) error{
	"chi":   serveChi,
	"echo":  serveEcho,
	"fiber": serveFiber,
	"gin":   serveGin,
	"grpc":  serveGRPC,
}

func main() {
	framework := flag.String("framework", "chi", strings.Join(slices.Sorted(maps.Keys(frameworks)), ", "))
	public := flag.String("public", "http://127.0.0.1:4433", "URL of Kratos' public API")
	listen := flag.String("listen", "127.0.0.1:8080", "address of the site")
	flag.Parse()
	gin.SetMode(gin.ReleaseMode)
	if err := run(*framework, *public, *listen); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(framework, publicURL, address string) error {
	serve, ok := frameworks[framework]
	if !ok {
		return fmt.Errorf("unknown framework %q", framework)
	}
	client, err := kratos.NewClient(publicURL)
	if err != nil {
		return err
	}
	guard := sessions.New(client, sessions.Cache(10_000, time.Minute))
	defer guard.Close()
	l, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	fmt.Println(framework, "listens on", l.Addr())
	return serve(l, guard)
}
