package sessionjwt_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/kratoskit/kratos-go/wrappers/sessionjwt"
)

// Private keys are neither kept nor printed, and no public ones either.
func TestPrivateKeysAreDropped(t *testing.T) {
	t.Parallel()
	names := []string{"ec", "p384", "p521", "rsa", "ed"}
	path := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(path, jwkSet(names...), 0o600); err != nil {
		t.Fatal(err)
	}
	for source, keys := range map[string]*sessionjwt.Keys{
		"JSON": keysOf(t, names...), "file": must(sessionjwt.KeysFromFile(path)),
	} {
		t.Run(source, func(t *testing.T) {
			found := walk(reflect.ValueOf(keys), map[uintptr]bool{}, func(v reflect.Value) {
				switch v.Type() {
				case reflect.TypeFor[ecdsa.PrivateKey](), reflect.TypeFor[rsa.PrivateKey](), reflect.TypeFor[ed25519.PrivateKey]():
					t.Errorf("a %s is kept", v.Type())
				}
			})
			if found < 20 {
				t.Fatalf("only %d values were found", found)
			}
			verifier := verifierOf(t, keys, rules())
			var printed bytes.Buffer
			for _, v := range []any{keys, verifier, *verifier, struct{ K *sessionjwt.Keys }{keys}, []any{keys}} {
				fmt.Fprintf(&printed, "%v %+v %#v %s %x %d\n", v, v, v, v, v, v)
				slog.New(slog.NewTextHandler(&printed, nil)).Info("m", "v", v)
				slog.New(slog.NewJSONHandler(&printed, nil)).Info("m", "v", v)
			}
			for _, name := range names {
				for _, secret := range numbers(t, name) {
					if strings.Contains(strings.ToLower(printed.String()), secret) {
						t.Errorf("a number of %s is printed", name)
					}
				}
			}
		})
	}
}

// numbers returns what a key consists of, in the ways in which it can be printed.
func numbers(t *testing.T, name string) (all []string) {
	t.Helper()
	var key struct{ D, X, N string }
	if err := json.Unmarshal(must(json.Marshal(jose.JSONWebKey{Key: testKeys()[name]})), &key); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{key.D, key.X, key.N} {
		if part == "" {
			continue
		}
		raw := []byte(decode(part))
		all = append(all, strings.ToLower(part), new(big.Int).SetBytes(raw).String(), fmt.Sprintf("%x", raw), strings.Trim(fmt.Sprint(raw[:8]), "[]"))
	}
	return all
}

// walk visits all that a value leads to, and returns how much that is.
func walk(v reflect.Value, seen map[uintptr]bool, visit func(reflect.Value)) int {
	if !v.IsValid() {
		return 0
	}
	visit(v)
	n := 1
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() || seen[v.Pointer()] {
			return n
		}
		seen[v.Pointer()] = true
		return n + walk(v.Elem(), seen, visit)
	case reflect.Interface:
		return n + walk(v.Elem(), seen, visit)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Name == "v" && v.Field(i).Kind() == reflect.UnsafePointer { // of an atomic.Pointer
				loaded := reflect.NewAt(v.Type().Field(0).Type.Elem().Elem(), v.Field(i).UnsafePointer())
				n += walk(loaded, seen, visit)
				continue
			}
			n += walk(v.Field(i), seen, visit)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			n += walk(v.Index(i), seen, visit)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			n += walk(v.MapIndex(key), seen, visit)
		}
	}
	return n
}
