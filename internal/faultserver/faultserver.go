// Package faultserver is a test server that reads and counts requests, and ends each exchange in
// one of the ways in which servers and load balancers do.
package faultserver

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// End is what the server does after it has read a request.
type End int

// Ends of an exchange. Those with Reset or GoAway are of HTTP/2 (RFC 9113) only.
const (
	Respond          End = iota // status 418 and a JSON body
	Close                       // closes the connection
	Abort                       // closes the connection with a TCP reset
	HalfHeader                  // sends a part of the header and closes
	HalfBody                    // sends the header and a part of the body and closes
	ResetNoError                // RST_STREAM(NO_ERROR), and so on
	ResetProtocol               //
	ResetInternal               //
	ResetRefused                //
	ResetCancel                 //
	ResetCalm                   //
	ResetHTTP11                 //
	ResetBody                   // RST_STREAM(INTERNAL_ERROR) after a part of the body
	GoAwayBefore                // GOAWAY with the stream before as the last one, and closes
	GoAwayBeforeStay            // the same, and keeps the connection open
	GoAwayAt                    // GOAWAY with this stream as the last one, and closes
	GoAwayAfter                 // responds, and sends GOAWAY
	GoAwayCalm                  // GoAwayBefore with ENHANCE_YOUR_CALM
	GoAwayRefused               // GoAwayBeforeStay and RST_STREAM(REFUSED_STREAM)
	ends
)

// names are the ends as text, for the output of tests.
var names = [ends]string{
	"respond", "close", "abort", "half a header", "half a body",
	"RST_STREAM NO_ERROR", "RST_STREAM PROTOCOL_ERROR", "RST_STREAM INTERNAL_ERROR", "RST_STREAM REFUSED_STREAM", "RST_STREAM CANCEL",
	"RST_STREAM ENHANCE_YOUR_CALM", "RST_STREAM HTTP_1_1_REQUIRED", "RST_STREAM in the body",
	"GOAWAY before the stream, close", "GOAWAY before the stream", "GOAWAY at the stream, close", "GOAWAY after the response",
	"GOAWAY ENHANCE_YOUR_CALM, close", "GOAWAY and REFUSED_STREAM",
}

func (e End) String() string { return names[e] }

// Ends returns the ends of an HTTP version, 1 or 2, without [Respond].
func Ends(version int) []End {
	last := ends
	if version == 1 {
		last = ResetNoError
	}
	var all []End
	for e := Respond + 1; e < last; e++ {
		all = append(all, e)
	}
	return all
}

// NotProcessed reports whether e tells the client that the server has not processed the request.
func (e End) NotProcessed() bool {
	return e == ResetRefused || e >= GoAwayBefore && e != GoAwayAt && e != GoAwayAfter
}

// Server is a running server.
type Server struct {
	// URL is the URL of the server.
	URL string
	// Client has a transport for the server's version of HTTP.
	Client *http.Client

	requests atomic.Int64
	end      func(n int64) End
	listener net.Listener
	mu       sync.Mutex
	conns    map[net.Conn]bool
}

// New starts a server for an HTTP version, 1 or 2. It calls end with the number of each request,
// from 1 on.
func New(t testing.TB, version int, end func(n int64) End) *Server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{URL: "http://" + listener.Addr().String(), end: end, listener: listener, conns: map[net.Conn]bool{}}
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	serve := s.serve1
	if version == 2 {
		server, client := certificate(t)
		s.URL, s.listener = "https://"+listener.Addr().String(), tls.NewListener(listener, server)
		transport.TLSClientConfig, transport.ForceAttemptHTTP2 = client, true
		serve = s.serve2
	}
	s.Client = &http.Client{Transport: transport}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := s.listener.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.conns[c] = true
			s.mu.Unlock()
			wg.Go(func() {
				defer s.forget(c)
				serve(c)
			})
		}
	})
	t.Cleanup(func() {
		_ = s.listener.Close()
		s.mu.Lock()
		for c := range s.conns {
			_ = c.Close()
		}
		s.mu.Unlock()
		wg.Wait()
		transport.CloseIdleConnections()
	})
	return s
}

func (s *Server) forget(c net.Conn) {
	_ = c.Close()
	s.mu.Lock()
	delete(s.conns, c)
	s.mu.Unlock()
}

// Requests returns how many requests the server has read to their end.
func (s *Server) Requests() int64 { return s.requests.Load() }

// certificate returns the configurations of a server with a self-signed certificate, and of a
// client that trusts it.
func certificate(t testing.TB) (server, client *tls.Config) {
	t.Helper()
	made, err := newCertificate()
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(made.Leaf)
	return &tls.Config{Certificates: []tls.Certificate{made}, NextProtos: []string{"h2"}}, &tls.Config{RootCAs: pool, CurvePreferences: []tls.CurveID{tls.X25519}}
}

var newCertificate = sync.OnceValues(func() (c tls.Certificate, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return c, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return c, err
	}
	c = tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	c.Leaf, err = x509.ParseCertificate(der)
	return c, err
})

// abort closes a connection with a TCP reset.
func abort(c net.Conn) {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}
