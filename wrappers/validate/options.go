package validate

import "strings"

// An Option says how to judge.
type Option func(*settings)

type settings struct {
	basePath string
	maxBody  int64
	strict   bool
	answers  bool
}

// defaultMaxBody is the limit that Kratos has for a body.
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

// WithBasePath says below which path the API is, such as "/kratos" for the base URL
// "https://example.org/kratos".
func WithBasePath(path string) Option {
	path = strings.Trim(path, "/")
	if path != "" {
		path = "/" + path
	}
	return func(s *settings) { s.basePath = path }
}

// WithMaxBody sets how many bytes of a body are read to validate it: 5 MiB by default, which is the
// limit of Kratos itself. A larger body is an [ErrTooLarge]. The cost of a request is in proportion
// to its body, so this bounds it.
func WithMaxBody(bytes int64) Option {
	return func(s *settings) { s.maxBody = max(0, bytes) }
}

// WithStrict also takes for a problem what the description does not name: parameters of the query,
// members of bodies, and values of enums in answers. Without it they pass, because a newer Kratos
// has more of them. It is for tests that are to notice what is new or misspelt.
func WithStrict() Option {
	return func(s *settings) { s.strict = true }
}

// WithResponses makes [Transport] judge the answers as well, for tests and staging. The answer is read as
// a whole before it is handed on; one with a problem is closed, and the error comes in its place.
func WithResponses() Option {
	return func(s *settings) { s.answers = true }
}
