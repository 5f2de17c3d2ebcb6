package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/crypto/bcrypt"
)

// oldPasswords are the bcrypt hashes of the old system.
type oldPasswords struct {
	hashes  map[string][]byte // by email address
	unknown []byte            // a hash of no password, so that unknown addresses take as long
}

// readPasswords reads a file with a line "email,hash" for each person. No file is an empty one.
func readPasswords(path string) (oldPasswords, error) {
	old := oldPasswords{hashes: map[string][]byte{}}
	var err error
	if old.unknown, err = bcrypt.GenerateFromPassword([]byte("no password"), bcrypt.DefaultCost); err != nil || path == "" {
		return old, err
	}
	file, err := os.Open(path)
	if err != nil {
		return old, err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for n := 1; lines.Scan(); n++ {
		email, hash, ok := strings.Cut(lines.Text(), ",")
		if !ok {
			return old, fmt.Errorf("%s:%d: the line is not \"email,hash\"", path, n)
		}
		old.hashes[strings.ToLower(email)] = []byte(hash)
	}
	return old, lines.Err()
}

// check reports whether a password is the one in the old system.
func (old oldPasswords) check(_ context.Context, identifier, password string) (bool, error) {
	hash, known := old.hashes[strings.ToLower(identifier)]
	if !known {
		hash = old.unknown
	}
	err := bcrypt.CompareHashAndPassword(hash, []byte(password))
	if known && err != nil && !errors.Is(err, bcrypt.ErrMismatchedHashAndPassword) {
		return false, errors.New("the hash of this person is not valid")
	}
	return known && err == nil, nil
}
