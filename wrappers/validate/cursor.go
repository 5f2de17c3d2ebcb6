package validate

import (
	"bytes"
	"encoding/json"
)

// cursor walks over a JSON text that is known to be valid, so that it need not look at more than where values begin and end.
type cursor struct {
	text []byte
	at   int
}

// peek returns the first byte of the next value.
func (c *cursor) peek() byte {
	for {
		switch b := c.text[c.at]; b {
		case ' ', '\t', '\r', '\n':
			c.at++
		default:
			return b
		}
	}
}

// enter goes into an object or array.
func (c *cursor) enter() {
	c.peek()
	c.at++
}

// more goes to the next member or element, past the comma before it; it is false at the end, which it leaves behind.
func (c *cursor) more() bool {
	switch c.peek() {
	case '}', ']':
		c.at++
		return false
	case ',':
		c.at++
		c.peek()
	}
	return true
}

// name returns the name of a member, and goes to its value.
func (c *cursor) name() []byte {
	name := c.str()
	c.peek()
	c.at++ // the colon
	return name
}

// str returns the string that is next.
func (c *cursor) str() []byte {
	raw := c.skip()
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1]
	}
	var s string
	_ = json.Unmarshal(raw, &s)
	return []byte(s)
}

// skip goes past the next value, and returns it as it is written.
func (c *cursor) skip() []byte {
	first := c.peek()
	start := c.at
	switch first {
	case '"':
		c.skipString()
	case '{', '[':
		c.skipNested()
	default:
		c.skipScalar()
	}
	return c.text[start:c.at]
}

func (c *cursor) skipString() {
	for c.at++; c.text[c.at] != '"'; c.at++ {
		if c.text[c.at] == '\\' {
			c.at++
		}
	}
	c.at++
}

func (c *cursor) skipNested() {
	for depth := 0; ; {
		switch c.text[c.at] {
		case '"':
			c.skipString()
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		c.at++
		if depth == 0 {
			return
		}
	}
}

// skipScalar goes past a number, true, false or null.
func (c *cursor) skipScalar() {
	for ; c.at < len(c.text); c.at++ {
		switch c.text[c.at] {
		case ',', '}', ']', ' ', '\t', '\r', '\n':
			return
		}
	}
}
