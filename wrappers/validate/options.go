package validate

import "strings"

// Option configures a validation.
type Option func(*settings)

type settings struct {
	basePath  string
	maxBody   int64
	strict    bool
	responses bool
}

// defaultMaxBody is Kratos' own limit for a request body.
const defaultMaxBody = 5 << 20

func newSettings(opts []Option) *settings {
	s := &settings{maxBody: defaultMaxBody}
	for _, opt := range opts {
		if opt != nil {
			opt(s)
		}
	}
	return s
}

// WithBasePath sets the path below which the API is served, such as "/kratos" for the base URL
// "https://example.org/kratos".
func WithBasePath(path string) Option {
	path = strings.Trim(path, "/")
	if path != "" {
		path = "/" + path
	}
	return func(s *settings) { s.basePath = path }
}

// WithMaxBody limits a body to a number of bytes; the default is 5 MiB, which is also Kratos'
// limit. A larger body is an [ErrBodyTooLarge].
func WithMaxBody(bytes int64) Option {
	return func(s *settings) { s.maxBody = max(0, bytes) }
}

// WithStrict also reports what the description does not list, for tests that look for misspellings
// or new features: query parameters, properties of bodies, and enum values in responses. The
// default ignores these, because a newer Kratos can have more of them.
func WithStrict() Option {
	return func(s *settings) { s.strict = true }
}

// WithResponses makes [Transport] validate responses too, for tests and staging. The body is read
// completely before the response is returned; an invalid response is closed, and an [*Error] is
// returned instead.
func WithResponses() Option {
	return func(s *settings) { s.responses = true }
}
