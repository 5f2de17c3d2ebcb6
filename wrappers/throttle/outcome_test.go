package throttle_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kratoskit/kratos-go/internal/recorded"
	"github.com/kratoskit/kratos-go/wrappers/throttle"
)

var (
	recordings = flag.String(recorded.Flag, recorded.Kept("../.."), recorded.Usage)
	update     = flag.Bool("update", false, "write testdata/outcomes.txt")
)

// Which responses of real servers count as failures is in testdata/outcomes.txt, and printed for
// other recordings.
func TestRecordedOutcomes(t *testing.T) {
	t.Parallel()
	all, err := recorded.Read(*recordings)
	if err != nil {
		t.Fatal(err)
	}
	outcomes := map[string]string{}
	for _, e := range all {
		u, err := url.Parse(e.Request.URL)
		if err != nil || e.Request.Method != "POST" || !isLimited(u.Path) {
			continue
		}
		name, outcome := describe(e, u.Path), "not counted"
		synctest.Test(t, func(t *testing.T) {
			if isCounted(t, e) {
				outcome = "failure"
			}
		})
		if before := outcomes[name]; before != "" && before != outcome {
			outcome = "both"
		}
		outcomes[name] = outcome
	}
	var lines strings.Builder
	for _, name := range slices.Sorted(maps.Keys(outcomes)) {
		fmt.Fprintf(&lines, "%-11s  %s\n", outcomes[name], name)
	}
	const golden = "testdata/outcomes.txt"
	if *recordings != recorded.Kept("../..") { // others have more
		t.Logf("\n%s", &lines)
		return
	}
	if *update {
		if err := os.WriteFile(golden, []byte(lines.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil || string(want) != lines.String() {
		t.Errorf("%v: the outcomes are not those of %s:\n%s", err, golden, &lines)
	}
}

func isLimited(path string) bool {
	return strings.HasSuffix(path, "/self-service/login") || strings.HasSuffix(path, "/self-service/recovery") || strings.HasSuffix(path, "/self-service/verification")
}

// isCounted reports whether the second of two such submissions is refused.
func isCounted(t *testing.T, e *recorded.Exchange) bool {
	t.Helper()
	kratos := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if body, err := io.ReadAll(r.Body); err != nil || string(body) != e.Request.Body {
			t.Errorf("%s: the body has changed: %v", e, err)
		}
		maps.Copy(w.Header(), http.Header(e.Response.Headers))
		w.Header().Del("Content-Length")
		w.WriteHeader(e.Response.Status)
		_, _ = io.WriteString(w, e.Response.Body)
	})
	h := throttle.New(throttle.PerIdentifier(1, time.Minute), throttle.PerAddress(1, time.Minute)).Handler(kratos)
	status := 0
	for range 3 { // the first is free, the second closes the gate
		r := httptest.NewRequest("POST", e.Request.URL, strings.NewReader(e.Request.Body))
		maps.Copy(r.Header, http.Header(e.Request.Headers))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		status = w.Code
	}
	return status == http.StatusTooManyRequests
}

// describe returns what decides the outcome of an exchange.
func describe(e *recorded.Exchange, path string) string {
	type message struct {
		ID int `json:"id"`
	}
	var body struct {
		State string `json:"state"`
		UI    struct {
			Messages []message `json:"messages"`
			Nodes    []struct {
				Messages []message `json:"messages"`
			} `json:"nodes"`
		} `json:"ui"`
		Error struct {
			ID     string `json:"id"`
			Status string `json:"status"`
		} `json:"error"`
	}
	_ = json.Unmarshal([]byte(e.Response.Body), &body)
	words := []string{path[strings.LastIndex(path, "/")+1:], e.Kind, fmt.Sprint(e.Response.Status)}
	if location, err := url.Parse(e.Response.Headers.Get("Location")); err == nil && location.Path != "" {
		words = append(words, location.Path)
	}
	for _, line := range e.Response.Headers["Set-Cookie"] {
		if strings.HasPrefix(line, "ory_kratos_session=") {
			words = append(words, "session")
		}
	}
	words = append(words, body.State, body.Error.ID, body.Error.Status)
	for _, m := range body.UI.Messages {
		words = append(words, fmt.Sprint(m.ID))
	}
	for _, n := range body.UI.Nodes {
		for _, m := range n.Messages {
			words = append(words, fmt.Sprint(m.ID))
		}
	}
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " ")
}
