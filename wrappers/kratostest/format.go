package kratostest

import (
	"fmt"
	"io"
)

// Format prints the id alone, for all verbs: no password and no secret of a second factor.
func (p Person) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "Person("+p.ID+")") }

// Format prints the id alone, for all verbs: no token and no cookie.
func (s Session) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "Session("+s.ID+")") }
