package rediscounter_test

import (
	"log"
	"net/http"
	"os"

	"github.com/redis/go-redis/v9"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/throttle"
	"github.com/kratoskit/kratos-go/wrappers/throttle/redis"
)

// All machines of a site count together. The file has at least 32 random bytes, the same on each.
func Example() {
	secret, err := os.ReadFile("/run/secrets/throttle")
	if err != nil {
		log.Fatal(err)
	}
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:6379"})
	defer client.Close()

	limit := throttle.New(throttle.SharedStore(rediscounter.New(client, "myapp:"), secret))
	proxy := kratos.Must(kratos.NewClient("http://127.0.0.1:4433")).Proxy("/auth")
	log.Print(http.ListenAndServe("127.0.0.1:8080", limit.Handler(proxy)))
}
