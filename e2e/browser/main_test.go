//go:build browser

package browser

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/chromedp/chromedp"
)

var (
	// chromium is the context of the browser of all tests.
	chromium context.Context
	// shared is the website of the tests that need no configuration of their own.
	shared *site
	// axe is the source of axe-core.
	axe string
)

func TestMain(m *testing.M) {
	status, err := runTests(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		status = 1
	}
	os.Exit(status)
}

func runTests(m *testing.M) (int, error) {
	source, err := os.ReadFile(os.Getenv("AXE"))
	if err != nil {
		return 0, fmt.Errorf("AXE is not the path of axe-core, which make test-browser sets: %w", err)
	}
	axe = string(source)
	binary, err := findChromium()
	if err != nil {
		return 0, err
	}
	flags := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(binary), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true), chromedp.Flag("hide-scrollbars", true),
	)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), flags...)
	defer stop()
	ctx, quit := chromedp.NewContext(allocator)
	defer quit()
	chromium = ctx
	if err := chromedp.Do(ctx); err != nil {
		return 0, fmt.Errorf("starting %s: %w", binary, err)
	}
	dir, err := os.MkdirTemp("", "kratos-go-browser-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	// All people of the tests have the same address.
	if shared, err = startSite(dir, nil, "-throttle=false"); err != nil {
		return 0, err
	}
	defer shared.stop()
	status := m.Run()
	return status, report.write(os.Getenv("MATRIX"))
}

// findChromium returns the path of the browser: that of CHROMIUM, or an installed one.
func findChromium() (string, error) {
	for _, name := range []string{os.Getenv("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("no Chromium: on Debian, run apt-get install chromium, or set CHROMIUM to its path")
}
