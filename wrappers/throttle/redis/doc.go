// Package rediscounter keeps the counters of a [throttle.Throttle] in Redis, so that several
// processes count together:
//
//	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:6379"})
//	limit := throttle.New(throttle.SharedStore(rediscounter.New(client, "myapp:"), secret))
//
// # Redis
//
//   - The keys are keyed hashes, and the values numbers. Each has a time to live, so that nothing
//     has to be persisted.
//   - If Redis fails, each process counts by itself. It waits for Redis for 250 ms at most,
//     whatever the time-outs of the client are, and tries again after a second.
//   - Counters that Redis evicts or loses begin at 0. Set maxmemory-policy to volatile-ttl or
//     noeviction.
package rediscounter
