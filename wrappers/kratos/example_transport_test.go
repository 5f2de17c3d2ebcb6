package kratos_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// A Kratos that listens on a Unix socket. The host of the base URL is a name only.
func ExampleWithHTTPClient_unixSocket() {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", "/run/kratos/admin.sock")
	}
	admin, err := kratos.NewAdmin("http://kratos", kratos.WithHTTPClient(&http.Client{
		Transport: &http.Transport{DialContext: dial},
	}))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(admin.Ready(context.Background()))
	// Output: kratos: isReady: no response from the server: dial unix /run/kratos/admin.sock: no such file or directory; the request was not processed and can be sent again
}

// An ingress with a certificate of a private authority, which asks for one of the client's.
func ExampleWithHTTPClient_mutualTLS() {
	connect := func(authorityFile, certificateFile, keyFile string) (*kratos.Admin, error) {
		pem, err := os.ReadFile(authorityFile)
		if err != nil {
			return nil, err
		}
		authorities := x509.NewCertPool()
		authorities.AppendCertsFromPEM(pem)
		own, err := tls.LoadX509KeyPair(certificateFile, keyFile)
		if err != nil {
			return nil, err
		}
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.MaxIdleConnsPerHost = 64
		transport.TLSClientConfig = &tls.Config{RootCAs: authorities, Certificates: []tls.Certificate{own}}
		return kratos.NewAdmin("https://kratos.internal", kratos.WithHTTPClient(&http.Client{Transport: transport}))
	}
	if _, err := connect("authority.pem", "client.pem", "client.key"); err != nil {
		fmt.Println(err)
	}
	// Output: open authority.pem: no such file or directory
}
