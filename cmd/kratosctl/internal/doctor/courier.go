package doctor

import (
	"fmt"
	"net/http"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// maxMessages is the number of messages that are looked at, in each state.
const maxMessages = 1000

// courier looks for messages that are not delivered. Neither recipient nor content is reported.
func (e *exam) courier() {
	admin, err := kratos.NewAdmin(e.admin, e.clientOptions()...)
	if err != nil {
		e.unchecked("queued messages", err.Error(), "correct --admin")
		return
	}
	var waiting, failing int
	var oldest time.Time
	now := e.serverTime()
	queued, err := e.eachMessage(admin, kratos.CourierMessageStatusQueued, func(m kratos.CourierMessage) {
		if now.Sub(m.CreatedAt) < e.opts.QueuedFor {
			return
		}
		if m.SendCount > 0 {
			failing++
			return
		}
		waiting++
		if oldest.IsZero() || m.CreatedAt.Before(oldest) {
			oldest = m.CreatedAt
		}
	})
	if err != nil {
		e.unchecked("queued messages", "the list of messages cannot be read ("+err.Error()+")", "allow GET /admin/courier/messages")
		return
	}
	seen := fmt.Sprintf("of %s queued messages", atLeast(queued))
	if waiting > 0 {
		e.report("courier-stopped", "messages are queued and not sent", "start Kratos with --watch-courier, or one process of kratos courier watch",
			fmt.Sprintf("%d %s were never tried, the oldest for %s", waiting, seen, now.Sub(oldest).Round(time.Second)))
	}
	if failing > 0 {
		e.report("courier-failing", "messages cannot be delivered, and are tried again", "courier.smtp.connection_uri (or courier.http, courier.channels): correct host, TLS and credentials",
			fmt.Sprintf("%d %s were tried", failing, seen))
	}
	abandoned := 0
	if _, err := e.eachMessage(admin, kratos.CourierMessageStatusAbandoned, func(m kratos.CourierMessage) {
		if now.Sub(m.UpdatedAt) < 24*time.Hour {
			abandoned++
		}
	}); err == nil && abandoned > 0 {
		e.report("courier-abandoned", "Kratos abandoned messages", "courier.smtp.connection_uri, and courier.message_retries: 10", fmt.Sprintf("%d within 24 hours", abandoned))
	}
}

// eachMessage calls f with messages in a state, and returns how many there are.
func (e *exam) eachMessage(admin *kratos.Admin, status kratos.CourierMessageStatus, f func(kratos.CourierMessage)) (int, error) {
	n := 0
	for m, err := range admin.CourierMessages(e.ctx, kratos.ListCourierMessages{Status: status, PageSize: 250}) {
		if err != nil {
			return n, err
		}
		f(m)
		if n++; n == maxMessages {
			break
		}
	}
	return n, nil
}

func atLeast(n int) string {
	if n == maxMessages {
		return fmt.Sprintf("%d or more", n)
	}
	return fmt.Sprint(n)
}

// serverTime returns the present time on the clock of Kratos.
func (e *exam) serverTime() time.Time {
	now := time.Now()
	if f := e.login; f != nil && !f.IssuedAt.IsZero() {
		now = now.Add(outside(f.IssuedAt, f.sent, f.received))
	}
	return now
}

// clientOptions are those of the SDK's clients.
func (e *exam) clientOptions() []kratos.Option {
	opts := []kratos.Option{kratos.WithHTTPClient(&http.Client{Transport: e.opts.Transport, Timeout: requestTimeout}), kratos.WithRetries(0)}
	if e.opts.AdminToken != "" {
		opts = append(opts, kratos.WithBearerToken(e.opts.AdminToken))
	}
	return opts
}
