package throttle

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

const siteBits = 56 // of an IPv6 address, https://www.rfc-editor.org/rfc/rfc6177

// clientAddress returns the network of a client, or "" if it is unknown.
func (t *Throttle) clientAddress(r *http.Request) string {
	address, ok := parseAddress(r.RemoteAddr) // none with a Unix socket
	if t.header == "" {
		if r.Header["X-Forwarded-For"] != nil {
			t.warnHeader.Do(func() {
				t.logger.WarnContext(r.Context(), "kratos: a request has X-Forwarded-For, but the throttle has no TrustedProxies: people behind a proxy share one address")
			})
		}
		return network(address)
	}
	if ok && !t.isProxy(address) {
		return network(address)
	}
	list := strings.Split(strings.Join(r.Header[t.header], ","), ",")
	for _, text := range slices.Backward(list) {
		next, ok := parseAddress(strings.TrimSpace(text))
		if !ok {
			break // nothing before it can be trusted
		}
		if address = next; !t.isProxy(address) {
			break
		}
	}
	return network(address)
}

func (t *Throttle) isProxy(address netip.Addr) bool {
	return slices.ContainsFunc(t.proxies, func(p netip.Prefix) bool { return p.Contains(address) })
}

// parseAddress parses an IP address with or without a port.
func parseAddress(text string) (netip.Addr, bool) {
	address, err := netip.ParseAddr(strings.Trim(text, "[]"))
	if err != nil {
		var withPort netip.AddrPort
		if withPort, err = netip.ParseAddrPort(text); err != nil {
			return netip.Addr{}, false
		}
		address = withPort.Addr()
	}
	return address.Unmap().WithZone(""), true
}

// network returns what counts as one client.
func network(address netip.Addr) string {
	if !address.Is6() {
		if !address.IsValid() {
			return ""
		}
		return address.String()
	}
	prefix, err := address.Prefix(siteBits)
	if err != nil {
		return ""
	}
	return prefix.String()
}
