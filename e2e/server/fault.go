package server

import (
	"context"
	"fmt"
)

// The methods in this file make Kratos fail, for tests of what a program does then. They are not
// for concurrent use.

// Kill ends Kratos at once. Its ports are free until [Server.Restart].
func (s *Server) Kill() {
	_ = killGroup(s.cmd) // fails only if the process has ended
	<-s.exited
}

// Restart starts Kratos again after [Server.Kill], with the same ports and database. The
// configuration replaces [Options].Config.
func (s *Server) Restart(ctx context.Context, config map[string]any) error {
	s.opts.Config = config
	var public, admin int
	if _, err := fmt.Sscanf(s.PublicURL+" "+s.AdminURL, "http://127.0.0.1:%d http://127.0.0.1:%d", &public, &admin); err != nil {
		return fmt.Errorf("server: %w", err)
	}
	if err := s.opts.writeConfig(s.dir, public, admin, s.Mail.addr()); err != nil {
		return err
	}
	s.exited = make(chan struct{})
	if err := s.run(s.opts.Binary, s.opts.Env); err != nil {
		return err
	}
	return s.ready(ctx)
}

// Pause stops the process of Kratos: connections are accepted, and nothing responds until
// [Server.Resume].
func (s *Server) Pause() error { return pause(s.cmd) }

// Resume ends [Server.Pause].
func (s *Server) Resume() error { return resume(s.cmd) }
