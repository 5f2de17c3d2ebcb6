package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
)

// floor reads the answers and does nothing with them: what no client can be faster than.
type floor struct {
	url     string
	http    *http.Client
	request []byte
	buffers sync.Pool
}

func newFloor(url string) *floor {
	return &floor{
		url: url, http: newHTTPClient(), request: batchRequest(batchSize),
		buffers: sync.Pool{New: func() any { return new(bytes.Buffer) }},
	}
}

func (f *floor) whoami(ctx context.Context) (string, error) {
	return "", f.do(ctx, http.MethodGet, "/sessions/whoami", nil)
}

func (f *floor) loginFlow(ctx context.Context, _ func(input)) error {
	return f.do(ctx, http.MethodGet, "/self-service/login/flows?id="+url.QueryEscape(flowID), nil)
}

func (f *floor) identities(ctx context.Context, n int, _ func(string)) error {
	return f.do(ctx, http.MethodGet, fmt.Sprint("/admin/identities?page_size=", n), nil)
}

func (f *floor) batch(ctx context.Context, _ func(string, string)) error {
	return f.do(ctx, http.MethodPatch, "/admin/identities", bytes.NewReader(f.request))
}

func (f *floor) do(ctx context.Context, method, path string, body io.Reader) error {
	r, err := http.NewRequestWithContext(ctx, method, f.url+path, body)
	if err != nil {
		return err
	}
	r.Header["X-Session-Token"] = []string{sessionToken}
	resp, err := f.http.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	buf := f.buffers.Get().(*bytes.Buffer)
	defer f.buffers.Put(buf)
	buf.Reset()
	if _, err := buf.ReadFrom(resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK || buf.Len() == 0 {
		return fmt.Errorf("%s %s: status %d, %d bytes", method, path, resp.StatusCode, buf.Len())
	}
	return nil
}
