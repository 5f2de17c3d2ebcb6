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
func (Struct[T]) Format(f fmt.State, _ rune) { formatName(f, (*T)(nil)) }

// MarshalJSON writes the name of T.
func (Struct[T]) MarshalJSON() ([]byte, error) { return json.Marshal(nameOf((*T)(nil))) }

// Data is [Struct] for a struct whose JSON has to stay complete: log/slog calls LogValue, and other
// loggers String, before they write JSON.
type Data[T any] struct{}

// Format prints the name of T, whatever the verb is.
func (Data[T]) Format(f fmt.State, _ rune) { formatName(f, (*T)(nil)) }

// String returns the name of T.
func (Data[T]) String() string { return nameOf((*T)(nil)) }

// LogValue returns the name of T.
func (Data[T]) LogValue() slog.Value { return slog.StringValue(nameOf((*T)(nil))) }

func formatName(f fmt.State, pointer any) { _, _ = io.WriteString(f, nameOf(pointer)) }

// nameOf returns the name of the type that a pointer points to. It is not generic, so that it is
// compiled once.
func nameOf(pointer any) string { return typeName(reflect.TypeOf(pointer).Elem()) }
