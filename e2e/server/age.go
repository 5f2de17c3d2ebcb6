package server

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	_ "github.com/mattn/go-sqlite3" // the driver of Kratos, whose format of times it has
)

// age moves all times in the database back, so that what has a lifespan expires earlier.
func (s *Server) age(ctx context.Context, d time.Duration) error {
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(s.dir, databaseName)+"?_txlock=immediate&_busy_timeout=30000")
	if err != nil {
		return fmt.Errorf("server: %w", err)
	}
	defer db.Close()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("server: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // after Commit it has no effect
	columns, err := timeColumns(ctx, tx)
	if err != nil {
		return fmt.Errorf("server: %w", err)
	}
	back := fmt.Sprintf("-%.3f seconds", d.Seconds())
	for table, names := range columns {
		var set []string
		for _, name := range names {
			set = append(set, fmt.Sprintf(`%s = strftime('%%Y-%%m-%%d %%H:%%M:%%f+00:00', %[1]s, ?1)`, name))
		}
		if _, err := tx.ExecContext(ctx, "UPDATE "+table+" SET "+strings.Join(set, ", "), back); err != nil {
			return fmt.Errorf("server: times of table %s: %w", table, err)
		}
	}
	return tx.Commit()
}

// timeColumns returns the columns with times, by table.
func timeColumns(ctx context.Context, tx *sql.Tx) (map[string][]string, error) {
	rows, err := tx.QueryContext(ctx, `SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p
		WHERE m.type = 'table' AND lower(p.type) IN ('datetime', 'timestamp') AND m.name NOT LIKE '%migration%'`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns := map[string][]string{}
	for rows.Next() {
		var table, name string
		if err := rows.Scan(&table, &name); err != nil {
			return nil, err
		}
		columns[table] = append(columns[table], name)
	}
	return columns, rows.Err()
}
