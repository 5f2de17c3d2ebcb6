package redisstore_test

import (
	"log"
	"net/http"
	"os"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
	"github.com/kratoskit/kratos-go/wrappers/sessions/redis"
)

// All machines of a site share one cache. The file has at least 32 random bytes, the same on each.
func Example() {
	secret, err := os.ReadFile("/run/secrets/sessions")
	if err != nil {
		log.Fatal(err)
	}
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:6379"})
	defer client.Close()

	guard := sessions.New(kratos.Must(kratos.NewClient("http://127.0.0.1:4433")),
		sessions.Cache(10_000, time.Minute),
		sessions.SharedStore(redisstore.New(client, "myapp:"), secret))
	defer guard.Close()

	account := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {})
	log.Print(http.ListenAndServe("127.0.0.1:8080", guard.Require()(account)))
}
