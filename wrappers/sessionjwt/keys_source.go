package sessionjwt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"
)

// urlSource fetches a set.
type urlSource struct {
	url      string
	client   http.Client
	refresh  time.Duration
	insecure bool
}

func newURLSource(rawURL string, opts []Option) (*urlSource, error) {
	source := &urlSource{url: rawURL, refresh: defaultRefresh}
	for _, opt := range opts {
		if err := opt(source); err != nil {
			return nil, err
		}
	}
	source.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	u, err := url.Parse(rawURL)
	switch {
	case err != nil:
		return nil, errors.New("the URL is not valid") // the text of err has the URL
	case u.Scheme == "file":
		return nil, errors.New("the URL is that of a file: use KeysFromFile")
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, errors.New("the URL is neither an https nor an http URL")
	case u.Host == "":
		return nil, errors.New("the URL has no host")
	case u.Scheme == "http" && !isLoopback(u.Hostname()) && !source.insecure:
		return nil, errors.New("the URL is not an https URL, and its host is another machine; see WithInsecureHTTP")
	}
	return source, nil
}

func isLoopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// fetch fetches the set. No connection is kept: the next fetch is minutes away.
func (s *urlSource) fetch(ctx context.Context) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url, nil)
	if err != nil {
		return nil, setError("the URL is not valid")
	}
	req.Header.Set("Accept", "application/jwk-set+json, application/json")
	req.Close = true
	resp, err := s.client.Do(req)
	if err != nil {
		if urlError := new(url.Error); errors.As(err, &urlError) {
			err = urlError.Err // without the URL, which may have a secret
		}
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, setError(fmt.Sprintf("the server responds with status %d", resp.StatusCode))
	}
	return readSet(resp.Body)
}

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readSet(f)
}

func readSet(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxSetBytes+1))
	if err == nil && len(data) > maxSetBytes {
		err = setError("the set has more than 1 MiB")
	}
	if err != nil {
		clear(data)
		return nil, err
	}
	return data, nil
}
