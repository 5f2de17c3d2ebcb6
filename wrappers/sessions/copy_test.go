package sessions

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// A copy shares nothing that can be changed: each value that the original reaches is changed in the
// copy. A field that the API adds is among them.
func TestCopiesShareNothing(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 3} { // items of each list
		original, same := new(kratos.Session), new(kratos.Session)
		fill(reflect.ValueOf(original).Elem(), n)
		fill(reflect.ValueOf(same).Elem(), n)
		c := copySession(original)
		if !reflect.DeepEqual(c, same) {
			t.Errorf("the copy differs: %s", text(t, c))
		}
		if changes := spoil(reflect.ValueOf(c).Elem()); changes < 40 {
			t.Errorf("only %d values were changed", changes)
		}
		if !reflect.DeepEqual(original, same) {
			t.Errorf("a change of the copy changed the original: %s", text(t, original))
		}
		c.Identity.RawTraits = append(c.Identity.RawTraits, "overwritten"...)
		c.AuthenticationMethods = append(c.AuthenticationMethods, kratos.SessionAuthenticationMethod{})
		if !reflect.DeepEqual(original, same) {
			t.Errorf("an append to the copy changed the original: %s", text(t, original))
		}
	}
	if c := copySession(&kratos.Session{ID: "s"}); !reflect.DeepEqual(c, &kratos.Session{ID: "s"}) {
		t.Errorf("the copy of an empty session: %s", text(t, c))
	}
}

func text(t *testing.T, v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// fill sets all fields; lists and maps get n items.
func fill(v reflect.Value, n int) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(1, 0)))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			fill(v.Index(i), n)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for i := range n {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			key.SetString(fmt.Sprint("k", i))
			fill(value, n)
			v.SetMapIndex(key, value)
		}
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Uint8:
		v.SetUint('1')
	case reflect.Int64:
		v.SetInt(1)
	default:
		panic(v.Kind().String())
	}
}

// spoil changes all that a value reaches in place, and returns how much.
func spoil(v reflect.Value) (changes int) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(2, 0)))
			return 1
		}
		for i := range v.NumField() {
			changes += spoil(v.Field(i))
		}
	case reflect.Pointer:
		return spoil(v.Elem())
	case reflect.Slice:
		for i := range v.Len() {
			changes += spoil(v.Index(i))
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			value := reflect.New(v.Type().Elem()).Elem()
			value.Set(v.MapIndex(key))
			changes += spoil(value)
			v.SetMapIndex(key, value)
		}
		v.SetMapIndex(reflect.ValueOf("new").Convert(v.Type().Key()), reflect.Zero(v.Type().Elem()))
	case reflect.String:
		v.SetString("y")
		return 1
	case reflect.Bool:
		v.SetBool(false)
		return 1
	case reflect.Uint8:
		v.SetUint('2')
		return 1
	case reflect.Int64:
		v.SetInt(2)
		return 1
	}
	return changes
}
