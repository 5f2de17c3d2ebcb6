package throttle

import "testing"

// Names differ wherever the lists or the secrets do.
func TestKeys(t *testing.T) {
	t.Parallel()
	secret := make([]byte, minSecret)
	k := newKeys(secret)
	name := k.name("a", "b", "c")
	for what, other := range map[string]string{
		"another separation": k.name("ab", "", "c"),
		"a longer list":      k.name("a", "b", "c", ""),
		"another order":      k.name("b", "a", "c"),
		"another secret":     newKeys(append(secret, 1)).name("a", "b", "c"),
		"a random secret":    newKeys(nil).name("a", "b", "c"),
	} {
		if other == name {
			t.Errorf("%s has the same name", what)
		}
	}
	if newKeys(secret).name("a", "b", "c") != name {
		t.Error("the same secret has another name")
	}
	if n := k.number("a"); n < 1 || n > 1<<48 || n != k.number("a") || n == k.number("b") {
		t.Errorf("the number is %d", n)
	}
}
