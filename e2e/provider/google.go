package provider

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/oauth2-proxy/mockoidc"
)

const (
	googleIssuer = "https://accounts.google.com"
	googleKeys   = "www.googleapis.com" // from which Kratos reads the keys of ID tokens
)

// Google is a fake of Google, whose ID tokens Kratos accepts from apps. Kratos has fixed URLs for
// Google, so it reaches the fake through a proxy.
type Google struct {
	keys  *mockoidc.Keypair
	proxy string
	trust string // path of the fake's certificate
}

// GoogleForTest starts a fake for a test, and stops it at the end of the test. It skips the test on
// macOS, where Kratos trusts only the certificate authorities of the system.
func GoogleForTest(t testing.TB) *Google {
	t.Helper()
	if runtime.GOOS == "darwin" {
		t.Skip("programs in Go do not read SSL_CERT_FILE on macOS")
	}
	keys, err := mockoidc.NewKeypair(nil)
	if err != nil {
		t.Fatal(err)
	}
	jwks, err := keys.JWKS()
	if err != nil {
		t.Fatal(err)
	}
	certificate, public, err := certificateFor(googleKeys)
	if err != nil {
		t.Fatal(err)
	}
	google := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(jwks) }))
	google.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	google.StartTLS()
	t.Cleanup(google.Close)
	proxy := httptest.NewServer(tunnel(google.Listener.Addr().String()))
	t.Cleanup(proxy.Close)
	trust := filepath.Join(t.TempDir(), "google.pem")
	if err := os.WriteFile(trust, public, 0o600); err != nil {
		t.Fatal(err)
	}
	return &Google{keys, proxy.URL, trust}
}

// Env returns the environment with which Kratos uses the fake, for server.Options.Env.
func (g *Google) Env() []string {
	return []string{"HTTPS_PROXY=" + g.proxy, "NO_PROXY=127.0.0.1", "SSL_CERT_FILE=" + g.trust}
}

// Config returns Kratos' configuration of the provider, for server.Options.Config.
func (g *Google) Config() map[string]any {
	return config(map[string]any{"id": GoogleID, "provider": "google", "client_id": "app", "client_secret": "unused"})
}

// IDToken returns an ID token that Google issues to an app for a person.
func (g *Google) IDToken(person Person, nonce string) (string, error) {
	now := time.Now()
	return g.keys.SignJWT(account(person).claims(&mockoidc.IDTokenClaims{Nonce: nonce, RegisteredClaims: &jwt.RegisteredClaims{
		Issuer: googleIssuer, Audience: jwt.ClaimStrings{"app"}, IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(time.Hour)),
	}}))
}

// tunnel returns a proxy that connects every request to the same address.
func tunnel(to string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		there, err := net.Dial("tcp", to)
		if err != nil {
			http.Error(w, "the fake is not reachable", http.StatusBadGateway)
			return
		}
		defer there.Close()
		w.WriteHeader(http.StatusOK)
		here, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer here.Close()
		go func() { _, _ = io.Copy(there, buffered) }()
		_, _ = io.Copy(here, there)
	})
}

// certificateFor returns a self-signed certificate, and its public part in PEM.
func certificateFor(host string) (tls.Certificate, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, fmt.Errorf("provider: %w", err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{host}, NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, nil, fmt.Errorf("provider: %w", err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), nil
}
