package ui

import (
	"context"
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

const maxDevices = 1000 // on the page of sessions

// devices returns the sessions of a person, the current one first.
func devices(ctx context.Context, browser *kratos.Browser) ([]Device, error) {
	devices := []Device{newDevice(kratos.SessionFromContext(ctx), true)}
	for session, err := range browser.MySessions(ctx, kratos.ListMySessions{}) {
		if err != nil {
			return nil, err
		}
		if session.Active && len(devices) < maxDevices {
			devices = append(devices, newDevice(&session, false))
		}
	}
	return devices, nil
}

func newDevice(s *kratos.Session, current bool) Device {
	d := Device{ID: s.ID, At: s.AuthenticatedAt, Current: current}
	if len(s.Devices) > 0 {
		last := s.Devices[len(s.Devices)-1]
		d.Agent, d.Address, d.Location = last.UserAgent, last.IPAddress, last.Location
		d.Name = deviceName(d.Agent)
	}
	return d
}

// The parts of a User-Agent by which a browser and a system are recognized, in this order: many
// browsers claim to be others as well.
var (
	browserMarks = [][2]string{{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"}, {"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}}
	systemMarks  = [][2]string{{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"}}
)

// deviceName returns the browser and system of a User-Agent, or its first product: "curl/8.5.0".
func deviceName(agent string) string {
	name, system := marked(agent, browserMarks), marked(agent, systemMarks)
	switch {
	case name == "":
		name, _, _ = strings.Cut(agent, " ")
		return name
	case system == "":
		return name
	}
	return name + ", " + system
}

func marked(agent string, marks [][2]string) string {
	for _, mark := range marks {
		if strings.Contains(agent, mark[0]) {
			return mark[1]
		}
	}
	return ""
}
