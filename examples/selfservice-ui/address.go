package main

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// withClientAddress sets r.RemoteAddr to the address of the client, which the page of devices, the
// throttle and Kratos use. A request of a trusted proxy has it in X-Forwarded-For, to which each
// proxy appends the address of its client: it is the last one that is not a trusted proxy.
func (o options) withClientAddress(next http.Handler) http.Handler {
	if len(o.trustedProxies) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		forwarded := r.Header.Values("X-Forwarded-For")
		r = r.Clone(r.Context())
		r.Header.Del("X-Forwarded-For")
		if peer, ok := parseAddress(r.RemoteAddr); ok {
			r.RemoteAddr = netip.AddrPortFrom(o.clientAddress(peer, forwarded), 0).String()
		}
		next.ServeHTTP(w, r)
	})
}

// clientAddress returns the address of the client behind peer.
func (o options) clientAddress(peer netip.Addr, forwarded []string) netip.Addr {
	client := peer
	for _, text := range slices.Backward(strings.Split(strings.Join(forwarded, ","), ",")) {
		if !o.isProxy(client) {
			break
		}
		before, ok := parseAddress(strings.TrimSpace(text))
		if !ok {
			break // what is before it cannot be trusted
		}
		client = before
	}
	return client
}

func (o options) isProxy(address netip.Addr) bool {
	return slices.ContainsFunc(o.trustedProxies, func(network netip.Prefix) bool { return network.Contains(address) })
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
