package server

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"
)

// reservation is a port that this process has reserved for Kratos.
type reservation struct {
	port  int
	claim net.Listener // nil if the machine has only one loopback address
}

// reserve reserves the port, or any free port for 0. Kratos has to bind it, so it is released
// again. The claim is a listener on the same port of another loopback address: it keeps other test
// processes from reserving the port before Kratos binds it, and from using the wrong Kratos.
func reserve(port int) (reservation, error) {
	for range 20 {
		probe, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if errors.Is(err, syscall.EADDRINUSE) && port != 0 {
			return reservation{}, inUse(port)
		}
		if err != nil {
			return reservation{}, fmt.Errorf("server: choosing a port: %w", err)
		}
		chosen := probe.Addr().(*net.TCPAddr).Port
		claim, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.2", strconv.Itoa(chosen)))
		probe.Close()
		if !errors.Is(err, syscall.EADDRINUSE) {
			return reservation{chosen, claim}, nil
		}
		if port != 0 {
			return reservation{}, inUse(port)
		}
	}
	return reservation{}, errors.New("server: choosing a port: other test processes have reserved each of 20 free ports")
}

func (r reservation) release() {
	if r.claim != nil {
		r.claim.Close()
	}
}

func inUse(port int) error {
	return fmt.Errorf("server: port %d of 127.0.0.1 is in use: stop the process that listens there, or choose another port", port)
}
