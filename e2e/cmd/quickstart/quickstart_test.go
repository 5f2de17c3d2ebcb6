package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/e2e/server"
)

// quickstart is the path of the executable. The tests run it as a process, because they send
// signals and check the exit status.
var quickstart string

func TestMain(m *testing.M) {
	os.Exit(buildAndRun(m))
}

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "quickstart-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	quickstart = filepath.Join(dir, "quickstart")
	if out, err := exec.Command("go", "build", "-o", quickstart, ".").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%v\n%s", err, out)
		return 1
	}
	// The first build can take longer than the tests wait.
	if _, err := server.Binary(context.Background(), os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

func TestExampleGetsItsCodeAndReturnsItsStatus(t *testing.T) {
	t.Parallel()
	r := launch(t, nil, "-example", "testdata/asker")
	r.wait(t, 7)
	for _, want := range []string{
		`Kratos is ready. Public API: http://127.0.0.1:\d+  Admin API: http://127.0.0.1:\d+\n`,
		`Running testdata/asker\n\nregistered: 200 OK\n`,
		`The code: \d{6}   \(from the email to ada@example.com\)\ngot "\d{6}"\n`,
	} {
		if !regexp.MustCompile(want).MatchString(r.output.String()) {
			t.Errorf("output does not match %q:\n%s", want, r.output)
		}
	}
	r.leftNothing(t)
}

func TestInterruptStopsTheExampleAndKratos(t *testing.T) {
	t.Parallel()
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			r := launch(t, []string{"ASK_AGAIN=1"}, "-example", "testdata/asker")
			r.waitFor(t, "Another code: ")
			if got := r.processes(t); len(got) != 2 && canSeeProcesses {
				t.Errorf("processes %q, want the example and Kratos", got)
			}
			r.signal(t, sig)
			r.wait(t, 130)
			if !strings.HasSuffix(r.output.String(), "\nInterrupted: Kratos is stopped.\n") {
				t.Errorf("output:\n%s", r.output)
			}
			r.leftNothing(t)
		})
	}
}

func TestKratosEndsWithAKilledQuickstart(t *testing.T) {
	t.Parallel()
	if !canSeeProcesses {
		t.Skip("only Linux ends a process with its parent")
	}
	r := launch(t, nil, "-serve")
	r.waitFor(t, "Press Ctrl-C to stop.")
	r.signal(t, syscall.SIGKILL)
	r.wait(t, -1)
	for range 100 {
		if len(r.processes(t)) == 0 {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("still running: %q", r.processes(t))
}

func TestServeShowsEmailsOnTheChosenPorts(t *testing.T) {
	t.Parallel()
	var r *running
	var public, admin string
	for range 10 {
		public, admin = freePort(t), freePort(t)
		r = launch(t, nil, "-serve", "-public-port", public, "-admin-port", admin)
		if r.waitFor(t, "Press Ctrl-C to stop.", " is in use: ") == "Press Ctrl-C to stop." {
			break
		}
		r.wait(t, 1) // another test has taken the port
	}
	asker := exec.Command("go", "run", "./testdata/asker",
		"-public", "http://127.0.0.1:"+public, "-admin", "http://127.0.0.1:"+admin)
	asker.Stdin = strings.NewReader("123456\n")
	if out, err := asker.CombinedOutput(); !strings.Contains(string(out), "registered: 200 OK") {
		t.Errorf("%v\n%s", err, out)
	}
	r.waitFor(t, "Email to ada@example.com: ")
	r.signal(t, syscall.SIGINT)
	r.wait(t, 130)
	// The subject depends on the version of Kratos.
	if want := `Email to ada@example\.com: .*verify.*: code \d{6}\n`; !regexp.MustCompile(want).MatchString(r.output.String()) {
		t.Errorf("output does not match %q:\n%s", want, r.output)
	}
	r.leftNothing(t)
}

func TestWebsiteAndItsEmails(t *testing.T) {
	t.Parallel()
	var r *running
	var site, mails string
	for range 10 {
		sitePort, mailPort := freePort(t), freePort(t)
		site, mails = "http://localhost:"+sitePort, "http://localhost:"+mailPort
		r = launch(t, nil, "-ui", "-ui-port", sitePort, "-mail-port", mailPort)
		if got := r.waitFor(t, site+"/\nEmails:", "address already in use"); got != "address already in use" && r.waitFor(t, " "+site+"/\n", "address already in use") != "address already in use" {
			break
		}
		r.wait(t, 1) // another test has taken the port
	}
	get := func(url string) string {
		for range 3000 {
			if resp, err := http.Get(url); err == nil {
				defer resp.Body.Close()
				body, _ := io.ReadAll(resp.Body)
				return string(body)
			}
			time.Sleep(10 * time.Millisecond)
		}
		t.Fatalf("nothing is served at %s", url)
		return ""
	}
	if page := get(site + "/login"); !strings.Contains(page, "<h1>") {
		t.Errorf("the login: %s", page)
	}
	if page := get(mails); !strings.Contains(page, "None so far.") {
		t.Errorf("the emails: %s", page)
	}
	r.signal(t, syscall.SIGINT)
	r.wait(t, 130)
	r.leftNothing(t)
}

func TestPortInUseIsInTheError(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	r := launch(t, nil, "-serve", "-public-port", port)
	r.wait(t, 1)
	if want := "server: port " + port + " of 127.0.0.1 is in use"; !strings.Contains(r.output.String(), want) {
		t.Errorf("no %q in the output:\n%s", want, r.output)
	}
}

func TestBuildErrorNamesTheExample(t *testing.T) {
	t.Parallel()
	r := launch(t, nil, "-example", t.TempDir())
	r.wait(t, 1)
	if !strings.Contains(r.output.String(), "quickstart: building ") {
		t.Errorf("output:\n%s", r.output)
	}
	r.leftNothing(t)
}

// running is a running quickstart. The path of its temporary folder identifies its processes.
type running struct {
	cmd    *exec.Cmd
	temp   string
	output *output
}

func launch(t *testing.T, env []string, args ...string) *running {
	t.Helper()
	r := &running{cmd: exec.Command(quickstart, args...), temp: t.TempDir(), output: new(output)}
	r.cmd.Env = append(append(os.Environ(), "TMPDIR="+r.temp), env...)
	r.cmd.Stdout, r.cmd.Stderr = r.output, r.output
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	r.cmd.WaitDelay = 5 * time.Second
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Kill(-r.cmd.Process.Pid, syscall.SIGKILL) })
	return r
}

// signal sends a signal to the process group, as Ctrl-C does.
func (r *running) signal(t *testing.T, sig syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(-r.cmd.Process.Pid, sig); err != nil {
		t.Fatal(err)
	}
}

func (r *running) wait(t *testing.T, status int) {
	t.Helper()
	_ = r.cmd.Wait()
	if got := r.cmd.ProcessState.ExitCode(); got != status {
		t.Errorf("exited with status %d, want %d:\n%s", got, status, r.output)
	}
}

// waitFor waits for one of the texts in the output and returns it.
func (r *running) waitFor(t *testing.T, texts ...string) string {
	t.Helper()
	for range 3000 {
		for _, text := range texts {
			if strings.Contains(r.output.String(), text) {
				return text
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("no %q in the output:\n%s", texts, r.output)
	return ""
}

func (r *running) leftNothing(t *testing.T) {
	t.Helper()
	if got := r.processes(t); len(got) != 0 {
		t.Errorf("still running: %q", got)
	}
	left, err := filepath.Glob(filepath.Join(r.temp, "*"))
	if err != nil || len(left) != 0 {
		t.Errorf("files left: %q, error %v", left, err)
	}
}

var canSeeProcesses = func() bool {
	_, err := os.Stat("/proc/self/cmdline")
	return err == nil
}()

// processes returns the command lines with the temporary folder: Kratos has it in the path of its
// configuration, the example in that of its executable.
func (r *running) processes(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, file := range files {
		line, err := os.ReadFile(file)
		if err == nil && bytes.Contains(line, []byte(r.temp)) {
			found = append(found, string(bytes.ReplaceAll(line, []byte{0}, []byte(" "))))
		}
	}
	return found
}

func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}
