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

	"github.com/kratoskit/kratos-go/wrappers/kratostest"
)

const (
	startTimeout = 60 * time.Second // usually a second
	stopTimeout  = 5 * time.Second
)

// Options change the configuration of a [Server], kratos.yml in this folder. The zero value is a
// server on free ports.
type Options struct {
	// PublicPort and AdminPort are ports of 127.0.0.1; 0 means any free port.
	PublicPort, AdminPort int

	// UI is the base URL of the UI, such as that of an httptest.Server. It replaces
	// http://127.0.0.1:4455 in kratos.yml. It need not be served.
	UI string

	// Config is merged into kratos.yml: objects are merged, other values and lists are replaced.
	Config map[string]any

	// Flags are those of kratos serve. Nil means "--dev" and "--watch-courier".
	Flags []string

	// Env is added to Kratos' environment, as "NAME=value".
	Env []string

	// Binary is the path of a Kratos executable, of any version. Empty means that of
	// [Binary].
	Binary string

	// Log receives Kratos' log. [Server.Log] has the end of it in any case.
	Log io.Writer

	// Progress receives the progress of a build of Kratos. Nil means os.Stderr.
	Progress io.Writer
}

// Server is a running Kratos.
type Server struct {
	PublicURL string // without a trailing slash
	AdminURL  string // without a trailing slash
	Mail      *Mail  // emails from this Kratos

	opts    Options
	dir     string
	cmd     *exec.Cmd
	log     *logBuffer
	ports   []reservation
	stop    sync.Once
	exited  chan struct{} // closed when the process has ended
	exitErr error         // set before exited is closed

	memory *kratostest.Kratos // nil for a real Kratos
}

// errPortTaken means that another process took a port after it was chosen; the start is retried.
var errPortTaken = errors.New("port taken")

// Start starts a Kratos, which it builds if necessary, and returns when both ports are ready. The caller
// must call [Server.Stop]; ctx applies to the start only. The error of a failed start has the end
// of Kratos' log.
func Start(ctx context.Context, opts Options) (*Server, error) {
	if opts.Progress == nil {
		opts.Progress = os.Stderr
	}
	if opts.Binary == "" {
		binary, err := Binary(ctx, opts.Progress)
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
	s := &Server{opts: opts, log: &logBuffer{next: opts.Log}, exited: make(chan struct{})}
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
	cmd := exec.Command(binary, s.opts.serveArgs(s.dir)...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Dir = s.dir // kratos.yml has a relative path of the schema
	cmd.Stdout, cmd.Stderr = s.log, s.log
	cmd.WaitDelay = stopTimeout
	detach(cmd)
	started, exited := make(chan error), s.exited
	go func() {
		runtime.LockOSThread() // see detach
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		s.exitErr = cmd.Wait()
		close(exited)
	}()
	if err := <-started; err != nil {
		return fmt.Errorf("server: %w", err)
	}
	s.cmd = cmd
	return nil
}

// ready waits until both ports are ready.
func (s *Server) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for _, url := range []string{s.PublicURL + "/health/ready", s.AdminURL + "/admin/health/ready"} {
		for !isOK(ctx, url) {
			select {
			case <-s.exited:
				return s.startError()
			case <-ctx.Done():
				return fmt.Errorf("server: Kratos did not become ready: %w\n%s", ctx.Err(), s.tail(0))
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
		return fmt.Errorf("server: %w: another process took port %s of 127.0.0.1 while Kratos started", errPortTaken, taken[1])
	}
	return fmt.Errorf("server: Kratos exited while it started: %w\n%s", s.exitErr, lastLines(log, 25))
}

// Stop stops Kratos and the mail server and removes their files. It can be called more than once,
// and waits until Kratos has ended.
func (s *Server) Stop() {
	s.stop.Do(func() {
		if s.memory != nil {
			s.memory.Fail("", 0, kratostest.Drop())
			close(s.exited)
			return
		}
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
	_ = terminate(s.cmd.Process) // fails only if the process has ended
	select {
	case <-s.exited:
	case <-time.After(stopTimeout):
		_ = killGroup(s.cmd)
		<-s.exited
	}
}

// Done returns a channel that is closed when Kratos ends, by Stop or by itself.
func (s *Server) Done() <-chan struct{} { return s.exited }

// Log returns the end of Kratos' log, at least the last megabyte.
func (s *Server) Log() string {
	log, _ := s.log.since(0)
	return log
}

// tail returns the last lines of the log from the offset on, for a terminal.
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
