package transport

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// retry returns the pause before the next attempt, and whether there is one.
func (c *call) retry(resp *http.Response, err error) (time.Duration, bool) {
	attempt := c.guard.budget.attempts - 1
	if attempt >= c.Retries || c.ctx.Err() != nil || !c.isRetryable(resp, err) {
		return 0, false
	}
	pause := retryWaitMin << min(attempt, 16)
	pause = pause/2 + rand.N(pause)
	if resp != nil {
		if asked, ok := RetryAfter(resp.StatusCode, resp.Header); ok {
			pause = asked
		}
	}
	if time.Until(c.deadline) <= pause {
		return 0, false
	}
	return pause, pause <= cmp.Or(c.MaxPause, retryWaitMax)
}

// isRetryable reports whether the result of an attempt is a temporary failure after which the
// request may be retried.
func (c *call) isRetryable(resp *http.Response, err error) bool {
	if resp != nil {
		if body, ok := resp.Body.(*Body); ok {
			err = body.err
		}
	}
	switch {
	case err != nil && c.Permanent != nil && c.Permanent(err):
		return false
	case resp == nil && notProcessed(err):
		return true
	case !c.reads, c.guard.budget.sent.Load() >= c.guard.limit.Load():
		return false
	case err != nil:
		return Retryable(err)
	}
	return isTemporary(resp.StatusCode)
}

// isTemporary reports whether a request with this status may succeed if it is retried.
func isTemporary(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// forever is the longest pause.
const forever = 100 * 365 * 24 * time.Hour

// RetryAfter returns how long a server asks clients to wait: by Retry-After ([RFC 9110], section
// 10.2.3) or, if the status is 429 or 503, by X-Ratelimit-Reset or RateLimit-Reset. It is 0 to 100
// years.
//
// [RFC 9110]: https://www.rfc-editor.org/rfc/rfc9110
func RetryAfter(status int, h http.Header) (time.Duration, bool) {
	for _, value := range h.Values("Retry-After") {
		if d, ok := parseDelay(value, false); ok {
			return d, true
		}
	}
	if status != http.StatusTooManyRequests && status != http.StatusServiceUnavailable {
		return 0, false
	}
	for _, name := range [...]string{"X-Ratelimit-Reset", "Ratelimit-Reset"} {
		for _, value := range h.Values(name) {
			if d, ok := parseDelay(value, true); ok {
				return d, true
			}
		}
	}
	return 0, false
}

var decimal = regexp.MustCompile(`^\+?[0-9]+(\.[0-9]*)?$`)

// parseDelay parses a number of seconds, a date or, as some servers write it, a duration such as
// "1m30s". With epoch, a number that is too large for a delay is a time in seconds or milliseconds
// since 1970.
func parseDelay(value string, epoch bool) (time.Duration, bool) {
	value = strings.TrimSpace(value)
	if decimal.MatchString(value) {
		seconds, err := strconv.ParseFloat(value, 64)
		if err != nil {
			seconds = math.Inf(1)
		}
		switch {
		case epoch && seconds >= 1e12 && seconds < 1e14:
			return until(time.UnixMilli(int64(seconds))), true
		case epoch && seconds >= 1e9 && seconds < 1e11:
			return until(time.Unix(int64(seconds), 0)), true
		case seconds >= forever.Seconds():
			return forever, true
		}
		return time.Duration(math.Ceil(seconds*1e3)) * time.Millisecond, true
	}
	for _, layout := range [...]string{time.RFC1123, time.RFC1123Z, time.RFC850, time.ANSIC, time.RFC3339} {
		if date, err := time.Parse(layout, value); err == nil {
			return until(date), true
		}
	}
	if d, err := time.ParseDuration(value); err == nil && d >= 0 {
		return min(d, forever), true
	}
	return 0, false
}

func until(date time.Time) time.Duration { return min(max(0, time.Until(date)), forever) }

// Sleep waits for d, or fails if ctx ends first.
func Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
