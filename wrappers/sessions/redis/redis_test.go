//go:build redis

package redisstore_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/sessions/redis"
)

// A Redis keeps values as they are, by prefix.
func TestValuesInRedis(t *testing.T) {
	t.Parallel()
	ctx, client := t.Context(), startServer(t).client()
	one, other := redisstore.New(client, "one:"), redisstore.New(client, "other:")
	value := []byte("\x00\xff\r\n$-1\r\n")
	if err := one.Set(ctx, "k", value, time.Hour+time.Millisecond); err != nil {
		t.Fatal(err)
	}
	if got, err := one.Get(ctx, "k"); err != nil || !bytes.Equal(got, value) {
		t.Errorf("got %q, %v", got, err)
	}
	if got, err := other.Get(ctx, "k"); err != nil || got != nil {
		t.Errorf("a key with another prefix: %q, %v", got, err)
	}
	if ttl, err := client.PTTL(ctx, "one:k").Result(); err != nil || ttl <= 0 || ttl > time.Hour+time.Millisecond {
		t.Errorf("the ttl is %v, %v", ttl, err)
	}
	for range 2 { // the second time, there is no such key
		if err := one.Delete(ctx, "k"); err != nil {
			t.Error(err)
		}
	}
	if got, err := one.Get(ctx, "k"); err != nil || got != nil {
		t.Errorf("a deleted key: %q, %v", got, err)
	}
}

// Redis removes a value after its ttl, also one of no time.
func TestTTLInRedis(t *testing.T) {
	t.Parallel()
	ctx, store := t.Context(), redisstore.New(startServer(t).client(), prefix)
	for _, ttl := range []time.Duration{-time.Second, -1, 0, time.Millisecond, 1500 * time.Millisecond} {
		if err := store.Set(ctx, "k", []byte("v"), ttl); err != nil {
			t.Fatal(err)
		}
		eventually(t, func() bool { got, err := store.Get(ctx, "k"); return err == nil && got == nil }, "a value with a ttl of %v is removed", ttl)
	}
}

// The errors of a Redis have neither the key nor the value in them.
func TestErrorsOfRedis(t *testing.T) {
	t.Parallel()
	ctx, client := t.Context(), startServer(t).client()
	store := redisstore.New(client, prefix)
	if err := client.RPush(ctx, prefix+"SECRET", "SECRET").Err(); err != nil {
		t.Fatal(err)
	}
	_, err := store.Get(ctx, "SECRET")
	if want := "kratos: GET failed in Redis: WRONGTYPE"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if err := client.Do(ctx, "ACL", "SETUSER", "default", "-@all", "+acl", "+ping").Err(); err != nil {
		t.Fatal(err)
	}
	for command, operation := range operations {
		err := operation(ctx, store)
		if want := "kratos: " + command + " failed in Redis: NOPERM"; err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
		if err != nil && strings.Contains(err.Error(), "SECRET") {
			t.Errorf("an error has the key: %v", err)
		}
	}
}

// eventually waits until something holds.
func eventually(t *testing.T, holds func() bool, what string, args ...any) {
	t.Helper()
	for deadline := time.Now().Add(3 * patience); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not in time: "+what, args...)
		}
	}
}
