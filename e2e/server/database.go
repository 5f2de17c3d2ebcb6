package server

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Kratos' own in-memory mode shares one SQLite cache between connections, whose table locks nobody
// waits for: when eight people registered at the same time, every second request failed. So each
// server has a file of its own, with a journal that lets readers go on, and transactions that wait
// for each other at their beginning. lock=false turns off a mutex of Kratos' that makes a deadlock
// of that waiting. Nothing needs to outlive a crash, so nothing is synced.
const (
	databaseName = "kratos.sqlite"
	databaseDSN  = "sqlite://" + databaseName + "?_fk=true&_synchronous=OFF&_journal_mode=WAL&_txlock=immediate&_busy_timeout=10000&lock=false"
)

// migrate creates an empty database with Kratos' tables in dir. It takes a second, so a copy of one
// is made where that can be.
func migrate(ctx context.Context, binary, dir string) error {
	dsn := "sqlite://" + databaseName + "?_fk=true&_synchronous=OFF&_journal_mode=MEMORY"
	cmd := exec.CommandContext(ctx, binary, "migrate", "sql", "--yes", dsn)
	cmd.Dir = dir
	detach(cmd)
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("server: creating Kratos' database: %w\n%s", err, lastLines(string(output), 20))
	}
	return nil
}

// writeDatabase gives the server in dir its empty database: a copy of the one that Build leaves
// beside its executable, or a new one for another executable.
func writeDatabase(ctx context.Context, binary, dir string) error {
	empty, err := os.ReadFile(filepath.Join(filepath.Dir(binary), databaseName))
	if errors.Is(err, os.ErrNotExist) {
		return migrate(ctx, binary, dir)
	}
	if err != nil {
		return fmt.Errorf("server: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, databaseName), empty, 0o600); err != nil {
		return fmt.Errorf("server: %w", err)
	}
	return nil
}
