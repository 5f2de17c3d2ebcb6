package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"sync"
	"time"
)

const (
	startTimeout = 60 * time.Second // a second, unless the machine is very busy
	stopTimeout  = 5 * time.Second
)

// Options say how a [Server] differs from kratos.yml, the configuration beside this file. The zero
// value is a server on free ports.
type Options struct {
	// PublicPort and AdminPort are the ports on 127.0.0.1; 0 means any free one.
	PublicPort, AdminPort int

	// UI is the base URL of the pages for people, say that of an httptest.Server. It takes the
	// place of http://127.0.0.1:4455 wherever kratos.yml names that. Nobody needs to serve it.
	UI string

	// Config is laid over kratos.yml: objects are merged, everything else, lists too, is replaced.
	Config map[string]any

	// Env is added to the environment of Kratos, as "NAME=value".
	Env []string

	// Binary is the Kratos to run, which may then be of another version. Empty means that of
	// [Build].
	Binary string

	// Log receives what Kratos logs, as it comes. [Server.Log] has the end of it in any case.
	Log io.Writer

	// Progress receives notices about a build of Kratos. Nil means os.Stderr.
	Progress io.Writer
}

// Server is a running Kratos.
type Server struct {
	PublicURL string // without a slash at the end
	AdminURL  string // the same
	Mail      *Mail  // what this Kratos sends

	dir     string
	cmd     *exec.Cmd
	log     *logBuffer
	ports   []reservation
	stop    sync.Once
	exited  chan struct{} // closed once the process is gone
	exitErr error         // to be read after exited
}

// errPortTaken is the start that can be tried again: somebody else got a port after we chose it.
var errPortTaken = errors.New("port taken")

// Start builds Kratos if need be, starts it, and returns once it is ready on both ports. The caller
// must call [Server.Stop]; ctx ends only the start. The error of a start that failed holds the end
// of what Kratos logged.
func Start(ctx context.Context, opts Options) (*Server, error) {
	if opts.Progress == nil {
		opts.Progress = os.Stderr
	}
	if opts.Binary == "" {
		binary, err := Build(ctx, opts.Progress)
		if err != nil {
			return nil, err
		}
		opts.Binary = binary
	}
	var err error
	for range 3 {
		var server *Server
		server, err = start(ctx, opts)
		if err == nil {
			return server, nil
		}
		if !errors.Is(err, errPortTaken) {
			break
		}
	}
	return nil, err
}

func start(ctx context.Context, opts Options) (_ *Server, err error) {
	s := &Server{log: &logBuffer{next: opts.Log}, exited: make(chan struct{})}
	defer func() {
		if err != nil {
			s.Stop()
		}
	}()
	public, err := s.reserve(opts.PublicPort)
	if err != nil {
		return nil, err
	}
	admin, err := s.reserve(opts.AdminPort)
	if err != nil {
		return nil, err
	}
	s.PublicURL, s.AdminURL = loopbackURL(public), loopbackURL(admin)
	if s.Mail, err = listenMail(); err != nil {
		return nil, err
	}
	if s.dir, err = os.MkdirTemp("", "kratos-go-"); err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	if err := opts.writeConfig(s.dir, public, admin, s.Mail.addr()); err != nil {
		return nil, err
	}
	if err := writeDatabase(ctx, opts.Binary, s.dir); err != nil {
		return nil, err
	}
	if err := s.run(opts.Binary, opts.Env); err != nil {
		return nil, err
	}
	if err := s.ready(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Server) reserve(port int) (int, error) {
	r, err := reserve(port)
	if err != nil {
		return 0, err
	}
	s.ports = append(s.ports, r)
	return r.port, nil
}

func (s *Server) run(binary string, env []string) error {
	cmd := exec.Command(binary, serveArgs(s.dir)...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Dir = s.dir // kratos.yml names the schema by a relative path
	cmd.Stdout, cmd.Stderr = s.log, s.log
	cmd.WaitDelay = stopTimeout
	detach(cmd)
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // see detach
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		s.exitErr = cmd.Wait()
		close(s.exited)
	}()
	if err := <-started; err != nil {
		return fmt.Errorf("server: %w", err)
	}
	s.cmd = cmd
	return nil
}

// ready waits until Kratos answers on both ports.
func (s *Server) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for _, url := range []string{s.PublicURL + "/health/ready", s.AdminURL + "/admin/health/ready"} {
		for !isOK(ctx, url) {
			select {
			case <-s.exited:
				return s.startError()
			case <-ctx.Done():
				return fmt.Errorf("server: Kratos was not ready in time: %w\n%s", ctx.Err(), s.tail(0))
			case <-time.After(20 * time.Millisecond):
			}
		}
	}
	return nil
}

var portInUse = regexp.MustCompile(`listen tcp [0-9.]+:(\d+): bind: address already in use`)

func (s *Server) startError() error {
	log := s.Log()
	if taken := portInUse.FindStringSubmatch(log); taken != nil {
		return fmt.Errorf("server: %w: something else took port %s of 127.0.0.1 while Kratos started", errPortTaken, taken[1])
	}
	return fmt.Errorf("server: Kratos ended while it started: %w\n%s", s.exitErr, lastLines(log, 25))
}

// Stop ends Kratos and the mail server, and removes their files. It may be called more than once,
// and always waits until Kratos is gone.
func (s *Server) Stop() {
	s.stop.Do(func() {
		if s.cmd != nil {
			s.end()
		}
		if s.Mail != nil {
			s.Mail.close()
		}
		for _, port := range s.ports {
			port.release()
		}
		if s.dir != "" {
			os.RemoveAll(s.dir)
		}
	})
}

func (s *Server) end() {
	_ = terminate(s.cmd.Process) // fails only if it has ended already
	select {
	case <-s.exited:
	case <-time.After(stopTimeout):
		_ = killGroup(s.cmd)
		<-s.exited
	}
}

// Done is closed when Kratos ends, be it by itself.
func (s *Server) Done() <-chan struct{} { return s.exited }

// Log returns the end of what Kratos logged, a megabyte at least if there is that much.
func (s *Server) Log() string {
	log, _ := s.log.since(0)
	return log
}

// tail is as much of the log, from the offset on, as somebody would read in a terminal.
func (s *Server) tail(offset int64) string {
	log, _ := s.log.since(offset)
	return lastLines(log, 60)
}

func isOK(ctx context.Context, url string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	req.Close = true
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	res.Body.Close()
	return res.StatusCode == http.StatusOK
}
