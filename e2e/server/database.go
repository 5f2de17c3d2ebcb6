package server

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// The parameters of the database allow concurrent requests. Kratos' in-memory mode shares a SQLite
// cache between connections, and its table locks fail instead of waiting: with eight concurrent
// registrations, every second request failed. So each server has a database file with these
// settings:
//
//   - _journal_mode=WAL does not block readers.
//   - _txlock=immediate and _busy_timeout let transactions wait for each other when they begin,
//     long enough for a busy machine.
//   - lock=false disables a mutex of Kratos that deadlocks with this waiting.
//   - _synchronous=OFF skips fsync, because the data need not survive a crash.
const (
	databaseName = "kratos.sqlite"
	databaseDSN  = "sqlite://" + databaseName + "?_fk=true&_synchronous=OFF&_journal_mode=WAL&_txlock=immediate&_busy_timeout=30000&lock=false"
)

// migrate creates an empty database with Kratos' tables in dir. It takes a second, so servers use a
// copy if possible.
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

// writeDatabase creates an empty database in dir: a copy of the one that Build stores next to its
// executable, or a new one for another executable.
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
