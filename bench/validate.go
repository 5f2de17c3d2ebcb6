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
	call               time.Duration // how long a Kratos v1.3.1 takes for it, at least, as measured by e2e
}

func judgedRequests() []judged {
	items := make([]kratos.IdentityPatch, batchSize)
	for i := range items {
		items[i].Create = kratos.CreateIdentity{SchemaID: "default", Traits: map[string]any{"email": address(i)}}
		items[i].PatchID = patchID(i)
	}
	login := gen.UpdateLoginFlowWithPasswordMethod{Method: "password", Identifier: address(0), Password: "correct horse battery staple"}
	return []judged{
		{"judge a login", "POST", "/self-service/login?flow=" + patchID(0), login, 4 * time.Millisecond},
		{"judge a batch of 1000", "PATCH", "/admin/identities", gen.PatchIdentitiesBody{Identities: items}, 3 * time.Second},
	}
}

// nowhere takes requests, and sends them nowhere.
type nowhere struct{}

func (nowhere) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusNoContent, Body: http.NoBody}, nil
}

// share is the part of a call that validating its request may take.
const share = 0.01

// measureJudged returns how long judging a request takes, the whole of it.
func measureJudged(e effort) (map[string]time.Duration, error) {
	times := map[string]time.Duration{}
	validate.Warm()
	transport := validate.Transport(nowhere{})
	for _, j := range judgedRequests() {
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
		var rounds []time.Duration
		for range e.rounds {
			took, err := timed(judge, e.round)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", j.name, err)
			}
			rounds = append(rounds, took)
		}
		times[j.name] = time.Duration(median(rounds, func(d time.Duration) float64 { return float64(d) }))
	}
	return times, nil
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

func writeJudged(w io.Writer, times map[string]time.Duration) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "validation\ttime\tof a call to Kratos\ttarget")
	for _, j := range judgedRequests() {
		part := float64(times[j.name]) / float64(j.call)
		fmt.Fprintf(t, "%s\t%v\t%.2f %%\t%s\n", j.name, times[j.name], 100*part, aim(part <= share, "≤ %.0f %%", 100*share))
	}
	return t.Flush()
}
