package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"text/tabwriter"
	"time"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/validate"
)

// judged is a request that a transport of package validate judges.
type judged struct {
	name, method, path string
	body               any
	most               float64 // aim: takes at most so many times as long as marshalling the body
}

func judgedRequests() []judged {
	items := make([]kratos.IdentityPatch, batchSize)
	for i := range items {
		items[i].Create = kratos.CreateIdentity{SchemaID: "default", Traits: map[string]any{"email": address(i)}}
		items[i].PatchID = patchID(i)
	}
	login := gen.UpdateLoginFlowWithPasswordMethod{Method: "password", Identifier: address(0), Password: "correct horse battery staple"}
	return []judged{
		{"judge a login", "POST", "/self-service/login?flow=" + patchID(0), login, 10},
		{"judge a batch of 1000", "PATCH", "/admin/identities", gen.PatchIdentitiesBody{Identities: items}, 2},
	}
}

// nowhere takes requests, and sends them nowhere.
type nowhere struct{}

func (nowhere) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusNoContent, Body: http.NoBody}, nil
}

// measureJudged returns how many times as long as marshalling a request's body judging the request takes, the whole of it.
func measureJudged(e effort) (map[string]float64, error) {
	ratios := map[string]float64{}
	validate.Warm()
	transport := validate.Transport(nowhere{})
	for _, j := range judgedRequests() {
		marshal := func() error {
			_, err := gen.MarshalBody(j.body)
			return err
		}
		body, err := gen.MarshalBody(j.body)
		if err != nil {
			return nil, err
		}
		r, err := http.NewRequest(j.method, "http://127.0.0.1"+j.path, bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		r.Header.Set("Content-Type", "application/json")
		judge := func() error {
			_, err := transport.RoundTrip(r)
			return err
		}
		var times [2][]time.Duration
		for range e.rounds {
			for i, work := range []func() error{marshal, judge} {
				took, err := timed(work, e.round)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", j.name, err)
				}
				times[i] = append(times[i], took)
			}
		}
		nanoseconds := func(d time.Duration) float64 { return float64(d) }
		ratios[j.name] = median(times[1], nanoseconds) / median(times[0], nanoseconds)
	}
	return ratios, nil
}

// timed repeats work for about length, and returns how long it took each time.
func timed(work func() error, length time.Duration) (time.Duration, error) {
	runtime.GC()
	start, n := time.Now(), 0
	for time.Since(start) < length || n == 0 {
		for range 16 {
			if err := work(); err != nil {
				return 0, err
			}
			n++
		}
	}
	return time.Since(start) / time.Duration(n), nil
}

func writeJudged(w io.Writer, ratios map[string]float64) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "validation\tover marshalling the body\ttarget")
	for _, j := range judgedRequests() {
		ratio := ratios[j.name]
		fmt.Fprintf(t, "%s\t%.1f×\t%s\n", j.name, ratio, aim(ratio <= j.most, "≤ %.0f×", j.most))
	}
	return t.Flush()
}
