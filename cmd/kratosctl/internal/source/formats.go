package source

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"regexp"
	"strconv"

	"github.com/kratoskit/kratos-go/wrappers/bulk"
)

func openJSONLines(f *files, o Options, _ bulk.Target) (iter.Seq2[bulk.Record, error], error) {
	in, err := f.export(o.Files)
	if err != nil {
		return nil, err
	}
	return bulk.JSONLines(in), nil
}

func openCSV(f *files, o Options, _ bulk.Target) (iter.Seq2[bulk.Record, error], error) {
	mapping, err := mappingOf(o.Map)
	if err != nil {
		return nil, err
	}
	in, err := f.export(o.Files)
	if err != nil {
		return nil, err
	}
	return bulk.CSV(in, mapping), nil
}

// openWith returns a function that opens a format without files beside the export.
func openWith(read func(io.Reader, bulk.Target) iter.Seq2[bulk.Record, error]) func(*files, Options, bulk.Target) (iter.Seq2[bulk.Record, error], error) {
	return func(f *files, o Options, to bulk.Target) (iter.Seq2[bulk.Record, error], error) {
		in, err := f.export(o.Files)
		if err != nil {
			return nil, err
		}
		return read(in, to), nil
	}
}

func openAuth0(f *files, o Options, to bulk.Target) (iter.Seq2[bulk.Record, error], error) {
	return openPair(f, o.Files, o.Hashes, to, bulk.Auth0)
}

func openSupabase(f *files, o Options, to bulk.Target) (iter.Seq2[bulk.Record, error], error) {
	return openPair(f, o.Files, o.Identities, to, bulk.Supabase)
}

// openPair opens an export and the file that belongs to it, if there is one.
func openPair(f *files, paths []string, second string, to bulk.Target, read func(_, _ io.Reader, _ bulk.Target) iter.Seq2[bulk.Record, error]) (iter.Seq2[bulk.Record, error], error) {
	if second == "-" && paths[0] == "-" {
		return nil, errors.New("kratos: the standard input can be one file only")
	}
	in, err := f.export(paths)
	if err != nil {
		return nil, err
	}
	other, err := f.open(second)
	if err != nil {
		return nil, err
	}
	return read(in, other, to), nil
}

func openFirebase(f *files, o Options, to bulk.Target) (iter.Seq2[bulk.Record, error], error) {
	var hash bulk.FirebaseHash
	if o.HashConfig != "" {
		var err error
		if hash, err = readHashConfig(o.HashConfig); err != nil {
			return nil, fmt.Errorf("kratos: --hash-config: %w", err)
		}
	}
	in, err := f.export(o.Files)
	if err != nil {
		return nil, err
	}
	return bulk.Firebase(in, hash, to), nil
}

// hashParameter is a line of what Firebase's console shows.
var hashParameter = regexp.MustCompile(`(\w+)\s*:\s*"?([^\s,"}]+)`)

// readHashConfig reads the password hash parameters as Firebase's console shows them, or as JSON
// with the same names. Errors have no values: the signer key is a secret.
func readHashConfig(path string) (bulk.FirebaseHash, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return bulk.FirebaseHash{}, err
	}
	values := map[string]string{}
	if json.Valid(text) {
		var object map[string]any
		_ = json.Unmarshal(text, &object) // what is not an object has no values
		for name, value := range object {
			values[name] = fmt.Sprint(value)
		}
	} else {
		for _, match := range hashParameter.FindAllStringSubmatch(string(text), -1) {
			values[match[1]] = match[2]
		}
	}
	hash := bulk.FirebaseHash{SignerKey: values["base64_signer_key"], SaltSeparator: values["base64_salt_separator"]}
	var rounds, memory error
	hash.Rounds, rounds = strconv.Atoi(values["rounds"])
	hash.MemCost, memory = strconv.Atoi(values["mem_cost"])
	if hash.SignerKey == "" || rounds != nil || memory != nil {
		return bulk.FirebaseHash{}, errors.New("the file needs base64_signer_key, base64_salt_separator, rounds and mem_cost")
	}
	return hash, nil
}
