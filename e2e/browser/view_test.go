//go:build browser

package browser

import (
	"github.com/chromedp/cdproto/emulation"
)

// view is how a person sees the pages.
type view struct {
	name     string
	width    int64 // 0 is 1280 pixels
	noScript bool
	keyboard bool
	german   bool
	dark     bool
}

// views are the columns of the matrix. The first one is the default.
var views = []view{
	{name: "desktop"},
	{name: "no JavaScript", noScript: true},
	{name: "320 px", width: 320},
	{name: "keyboard", keyboard: true},
	{name: "German", german: true},
	{name: "dark", dark: true},
}

func (v view) apply(b *tab) {
	b.t.Helper()
	width := v.width
	if width == 0 {
		width = 1280
	}
	b.resize(width)
	b.setScheme(v.dark)
	language := "en"
	if v.german {
		language = "de-CH,de;q=0.9,en;q=0.5"
	}
	call(b, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: userAgent, AcceptLanguage: language})
	if v.noScript {
		call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	}
}

// userAgent names a browser that the page of sessions knows.
const userAgent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"

func (b *tab) resize(width int64) {
	b.t.Helper()
	height := int64(900)
	if width < 600 {
		height = 700
	}
	call(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1, Mobile: width < 600})
}

func (b *tab) setScheme(dark bool) {
	b.t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
}
