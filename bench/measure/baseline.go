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

// baselineClient reads the responses without decoding them, the lower bound for every client.
type baselineClient struct {
	url     string
	http    *http.Client
	request []byte
	buffers sync.Pool
}

func newBaseline(url string) *baselineClient {
	return &baselineClient{
		url: url, http: newHTTPClient(), request: batchRequest(batchSize),
		buffers: sync.Pool{New: func() any { return new(bytes.Buffer) }},
	}
}

func (c *baselineClient) whoami(ctx context.Context) (string, error) {
	return "", c.do(ctx, http.MethodGet, "/sessions/whoami", nil)
}

func (c *baselineClient) loginFlow(ctx context.Context, _ func(input)) error {
	return c.do(ctx, http.MethodGet, "/self-service/login/flows?id="+url.QueryEscape(flowID), nil)
}

func (c *baselineClient) identities(ctx context.Context, n int, _ func(string)) error {
	return c.do(ctx, http.MethodGet, fmt.Sprint("/admin/identities?page_size=", n), nil)
}

func (c *baselineClient) createBatch(ctx context.Context, _ func(string, string)) error {
	return c.do(ctx, http.MethodPatch, "/admin/identities", bytes.NewReader(c.request))
}

func (c *baselineClient) do(ctx context.Context, method, path string, body io.Reader) error {
	r, err := http.NewRequestWithContext(ctx, method, c.url+path, body)
	if err != nil {
		return err
	}
	r.Header["X-Session-Token"] = []string{sessionToken}
	resp, err := c.http.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	buf := c.buffers.Get().(*bytes.Buffer)
	defer c.buffers.Put(buf)
	buf.Reset()
	if _, err := buf.ReadFrom(resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK || buf.Len() == 0 {
		return fmt.Errorf("%s %s: status %d, %d bytes", method, path, resp.StatusCode, buf.Len())
	}
	return nil
}
