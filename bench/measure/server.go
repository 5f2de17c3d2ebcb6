package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const serveFlag = "-serve"

// startServer starts this program again as the server, so that its allocations are not counted. The
// server ends when its standard input does: when stop is called or this program ends.
func startServer() (url string, stop func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	cmd := exec.Command(self, serveFlag)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return "", nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() {
		in.Close()
		cmd.Wait()
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		stop()
		return "", nil, errors.New("the server did not start")
	}
	return strings.TrimSpace(line), stop, nil
}

// serve serves on a free port, prints its URL, and ends when standard input does.
func serve() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println("http://" + l.Addr().String())
	go http.Serve(l, handler())
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// handler replays recorded responses. Like Kratos, it lets net/http choose between Content-Length
// and chunked encoding.
func handler() http.Handler {
	lists := map[int][]byte{}
	for _, n := range listSizes {
		lists[n] = identitiesBody(n)
	}
	batch := batchBody(batchSize)
	mux := http.NewServeMux()
	session := currentSession()
	mux.HandleFunc("GET /sessions/whoami", func(w http.ResponseWriter, r *http.Request) {
		if cookie, err := r.Cookie("ory_kratos_session"); r.Header.Get("X-Session-Token") != sessionToken && (err != nil || cookie.Value != sessionToken) {
			respondWith(w, http.StatusUnauthorized, []byte(`{"error":{"code":401,"message":"The request could not be authorized","reason":"No valid session credentials found in the request."}}`))
			return
		}
		w.Header().Set("X-Kratos-Authenticated-Identity-Id", "79c2b471-b2c4-4e7e-938d-70ae65447d2a")
		respond(w, session)
	})
	mux.HandleFunc("GET /health/ready", func(w http.ResponseWriter, r *http.Request) { respond(w, []byte(`{"status":"ok"}`)) })
	mux.HandleFunc("GET /self-service/login/flows", func(w http.ResponseWriter, r *http.Request) { respond(w, loginFlowBody) })
	mux.HandleFunc("GET /admin/identities", func(w http.ResponseWriter, r *http.Request) {
		size := r.FormValue("page_size")
		n, _ := strconv.Atoi(size)
		w.Header().Set("Link", "</admin/identities?page_size="+size+`&page_token=00000000-0000-0000-0000-000000000000>; rel="first"`)
		respond(w, lists[n])
	})
	mux.HandleFunc("PATCH /admin/identities", func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		respond(w, batch)
	})
	return mux
}

// currentSession is the recorded session, which has expired, with another expires_at.
func currentSession() []byte {
	at := time.Now().Add(24 * time.Hour).UTC().Format(`"expires_at":"2006-01-02T15:04:05.999999999Z"`)
	return regexp.MustCompile(`"expires_at":"[^"]*"`).ReplaceAll(sessionBody, []byte(at))
}

func respond(w http.ResponseWriter, body []byte) { respondWith(w, http.StatusOK, body) }

func respondWith(w http.ResponseWriter, status int, body []byte) {
	h := w.Header()
	h.Set("Cache-Control", "private, no-cache, no-store, must-revalidate")
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Vary", "Origin, Cookie")
	w.WriteHeader(status)
	w.Write(body)
}
