package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
)

// The program under test starts itself as the server.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == serveFlag {
		if err := serve(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// The run itself fails if a client returns anything but what was sent. No time is looked at.
func TestTheTablesHaveAllRows(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), &out, quick); err != nil {
		t.Fatal(err)
	}
	rows := []string{"stripped binary", "packages imported", "compiling the client"}
	for _, c := range calls() {
		rows = append(rows, c.name)
	}
	for _, j := range judgedRequests() {
		rows = append(rows, j.name)
	}
	for _, row := range rows {
		if !strings.Contains(out.String(), "\n"+row) {
			t.Errorf("the row %q is missing in:\n%s", row, out.String())
		}
	}
}
