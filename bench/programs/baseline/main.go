// Command baseline reads a session and lists identities with net/http only. The size of an SDK is
// the difference between its program and this one.
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
)

func main() {
	for _, path := range []string{"/sessions/whoami", "/admin/identities"} {
		if err := run(os.Args[1]+path, os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func run(url, token string) error {
	r, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	r.Header.Set("X-Session-Token", token)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(os.Stdout, resp.Body)
	return err
}
