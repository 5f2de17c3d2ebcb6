package faultserver

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
)

// Types and flags of frames (RFC 9113, section 6).
const (
	frameData     = 0x0
	frameHeaders  = 0x1
	frameReset    = 0x3
	frameSettings = 0x4
	framePing     = 0x6
	frameGoAway   = 0x7

	flagEndStream  = 0x1 // ACK of SETTINGS and PING
	flagEndHeaders = 0x4
)

// codes are error codes of HTTP/2 (RFC 9113, section 7).
var codes = map[End]uint32{
	ResetNoError: 0x0, ResetProtocol: 0x1, ResetInternal: 0x2, ResetRefused: 0x7, ResetCancel: 0x8, ResetCalm: 0xb, ResetHTTP11: 0xd,
}

// responseHeader is the status 418 and the content type, in HPACK (RFC 7541) without compression.
var responseHeader = append([]byte{0x08, 3, '4', '1', '8', 0x0f, 16, 16}, "application/json"...)

// conn2 is a connection of HTTP/2.
type conn2 struct {
	net.Conn
	r *bufio.Reader
}

// serve2 serves a connection of HTTP/2. A request is HEADERS, and DATA if there is a body.
func (s *Server) serve2(c net.Conn) {
	conn := conn2{c, bufio.NewReader(c)}
	preface := make([]byte, len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
	if _, err := io.ReadFull(conn.r, preface); err != nil {
		return
	}
	conn.send(frameSettings, 0, 0, nil)
	for {
		frameType, flags, id, payload, err := conn.receive()
		if err != nil {
			return
		}
		switch {
		case frameType == frameSettings && flags&flagEndStream == 0:
			conn.send(frameSettings, flagEndStream, 0, nil)
		case frameType == framePing && flags&flagEndStream == 0:
			conn.send(framePing, flagEndStream, 0, payload)
		case (frameType == frameHeaders || frameType == frameData) && flags&flagEndStream != 0:
			if !conn.end(id, s.end(s.requests.Add(1))) {
				return
			}
		}
	}
}

// end ends the exchange on a stream, and reports whether the connection stays open.
func (c conn2) end(id uint32, e End) bool {
	if code, ok := codes[e]; ok {
		c.reset(id, code)
		return true
	}
	switch e {
	case Respond:
		c.respond(id, body, flagEndStream)
		return true
	case Abort:
		abort(c.Conn)
	case HalfHeader:
		_, _ = c.Write([]byte{0, 0, 20, frameHeaders, flagEndHeaders})
	case HalfBody:
		c.respond(id, body[:10], 0)
	case ResetBody:
		c.respond(id, body[:10], 0)
		c.reset(id, codes[ResetInternal])
		return true
	case GoAwayBefore:
		c.goAway(before(id), 0)
	case GoAwayBeforeStay:
		c.goAway(before(id), 0)
		return true
	case GoAwayAt:
		c.goAway(id, 0)
	case GoAwayAfter:
		c.respond(id, body, flagEndStream)
		c.goAway(id, 0)
		return true
	case GoAwayCalm:
		c.goAway(before(id), codes[ResetCalm])
	case GoAwayRefused:
		c.goAway(before(id), 0)
		c.reset(id, codes[ResetRefused])
		return true
	}
	return false
}

// before returns the client's stream before this one, or 0.
func before(id uint32) uint32 { return max(id, 2) - 2 }

func (c conn2) respond(id uint32, body string, flags byte) {
	c.send(frameHeaders, flagEndHeaders, id, responseHeader)
	c.send(frameData, flags, id, []byte(body))
}

func (c conn2) reset(id, code uint32) {
	c.send(frameReset, 0, id, binary.BigEndian.AppendUint32(nil, code))
}

func (c conn2) goAway(last, code uint32) {
	c.send(frameGoAway, 0, 0, binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, last), code))
}

func (c conn2) send(frameType, flags byte, id uint32, payload []byte) {
	n := len(payload)
	frame := binary.BigEndian.AppendUint32([]byte{byte(n >> 16), byte(n >> 8), byte(n), frameType, flags}, id)
	_, _ = c.Write(append(frame, payload...)) // the client may have closed the connection
}

func (c conn2) receive() (frameType, flags byte, id uint32, payload []byte, err error) {
	var header [9]byte
	if _, err = io.ReadFull(c.r, header[:]); err != nil {
		return
	}
	payload = make([]byte, int(header[0])<<16|int(header[1])<<8|int(header[2]))
	_, err = io.ReadFull(c.r, payload)
	return header[3], header[4], binary.BigEndian.Uint32(header[5:]) & (1<<31 - 1), payload, err
}
