package redact

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"reflect"
)

// Struct keeps the fields of the struct T that embeds it out of logs: package fmt prints the name of
// T, and so does its JSON.
type Struct[T any] struct{}

// Format prints the name of T, whatever the verb is.
func (Struct[T]) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, nameOf[T]()) }

// MarshalJSON writes the name of T.
func (Struct[T]) MarshalJSON() ([]byte, error) { return json.Marshal(nameOf[T]()) }

// Data is [Struct] for a struct whose JSON has to stay complete: log/slog calls LogValue, and other
// loggers String, before they write JSON.
type Data[T any] struct{}

// Format prints the name of T, whatever the verb is.
func (Data[T]) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, nameOf[T]()) }

// String returns the name of T.
func (Data[T]) String() string { return nameOf[T]() }

// LogValue returns the name of T.
func (Data[T]) LogValue() slog.Value { return slog.StringValue(nameOf[T]()) }

func nameOf[T any]() string { return typeName(reflect.TypeFor[T]()) }
