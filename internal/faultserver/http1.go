package faultserver

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
)

const body = `{"error":{"code":418,"message":"m"}}`

// serve1 serves a connection of HTTP/1.1.
func (s *Server) serve1(c net.Conn) {
	r := bufio.NewReader(c)
	for {
		request, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		if _, err := io.Copy(io.Discard, request.Body); err != nil {
			return
		}
		header := fmt.Sprintf("HTTP/1.1 418 I'm a teapot\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", len(body))
		switch s.end(s.requests.Add(1)) {
		case Respond:
			if _, err := io.WriteString(c, header+body); err != nil {
				return
			}
			continue
		case Abort:
			abort(c)
		case HalfHeader:
			_, _ = io.WriteString(c, header[:20])
		case HalfBody:
			_, _ = io.WriteString(c, header+body[:10])
		}
		return
	}
}
