package server

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
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

// databases are empty databases by executable, for those that Build has not created one for.
var databases sync.Map // of func() ([]byte, error)

// writeDatabase creates an empty database in dir: a copy of the one that Build stores next to its
// executable, or of one that is created once per process for another executable.
func writeDatabase(ctx context.Context, binary, dir string) error {
	create, _ := databases.LoadOrStore(binary, sync.OnceValues(func() ([]byte, error) { return emptyDatabase(context.WithoutCancel(ctx), binary) }))
	empty, err := create.(func() ([]byte, error))()
	if err != nil {
		databases.Delete(binary)
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, databaseName), empty, 0o600); err != nil {
		return fmt.Errorf("server: %w", err)
	}
	return nil
}

func emptyDatabase(ctx context.Context, binary string) ([]byte, error) {
	dir := filepath.Dir(binary)
	if !isBuilt(binary) {
		temp, err := os.MkdirTemp("", "kratos-go-")
		if err != nil {
			return nil, fmt.Errorf("server: %w", err)
		}
		defer os.RemoveAll(temp)
		if err := migrate(ctx, binary, temp); err != nil {
			return nil, err
		}
		dir = temp
	}
	empty, err := os.ReadFile(filepath.Join(dir, databaseName))
	if err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	return empty, nil
}
