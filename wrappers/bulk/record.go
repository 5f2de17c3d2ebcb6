package bulk

import "github.com/kratoskit/kratos-go/wrappers/kratos"

// Record is an identity to import, with its place in the source. fmt, slog and encoding/json do not
// write its secrets.
//
// A reader yields records as an [iter.Seq2]:
//
//   - A record that cannot be read is yielded with its Line and an error. [Import] rejects it, and
//     the reader continues with the next one.
//   - An error with Line 0 means that the reader cannot continue. It is the last of the sequence,
//     and [Import] fails with it.
//   - The texts of errors have no values of the record, since they are written to journals.
type Record struct {
	// Line is the line of the source at which the record begins, or the number of its element in a
	// document without lines, counted from 1. It identifies the record in a journal, and grows from
	// record to record.
	Line int
	// Ref is the id of the identity in the other system, or "". It is written to journals and
	// reports: it is not a secret, such as a password or a token.
	Ref string
	// Identity is what Kratos is to create.
	Identity kratos.CreateIdentity
	// Notes name what the source has and Kratos cannot import, such as "totp". They have no values,
	// since they are written to journals and reports.
	Notes []string
}
