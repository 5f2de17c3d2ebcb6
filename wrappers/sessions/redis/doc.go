// Package redisstore keeps the sessions of a [sessions.Guard] in Redis, so that several processes
// share one cache:
//
//	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:6379"})
//	guard := sessions.New(kratosClient, sessions.Cache(10_000, time.Minute),
//		sessions.SharedStore(redisstore.New(client, "myapp:"), secret))
//
// # Redis
//
//   - The values are encrypted, and their keys are hashes. Each has a time to live, so that nothing
//     has to be persisted.
//   - If Redis fails, the guard goes on with its own cache. It waits for Redis for 250 ms at most,
//     whatever the time-outs of the client are, and tries again after a second.
//   - That a session was forgotten is stored as well. It takes effect late if the client reads from
//     replicas or has a client-side cache. It is lost if Redis evicts it (set maxmemory-policy to
//     noeviction), is restarted, or fails over before replication; then a session that was revoked
//     can pass until its lifetime in the cache ends.
package redisstore
