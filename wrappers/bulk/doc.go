// Package bulk imports identities into Kratos, and exports them:
// https://www.ory.sh/docs/kratos/manage-identities/import-user-accounts-identities.
//
//	file, err := os.Open("people.jsonl")
//	report, err := bulk.Import(ctx, admin, bulk.JSONLines(file), bulk.Journal("import.jsonl"))
//
// A source is an iterator of [Record] values: [JSONLines], [CSV], the export of another system
// ([Auth0], [Clerk], [Cognito], [Firebase], [Keycloak], [Okta], [Supabase]), or one of the program's
// own. [Export] writes a file that [JSONLines] reads.
//
// # Batches
//
// [Import] sends up to 1000 identities in a request, or 4.5 MiB, several requests at a time. The
// number of concurrent requests and the size of a batch adapt to the server: they shrink with 429,
// 503, 504 and time-outs, and grow again. Retry-After is honored. A batch that Kratos refuses is
// halved until the records that it refuses are found; those are rejected with the reason, and the
// others are imported. So is a batch with a status of 500, if Kratos processes others.
//
// Kratos hashes plaintext passwords one after the other while a request waits, which takes it about
// a second for three with its defaults. [Hash] hashes them in this program instead.
//
// # Journal
//
// With a [Journal], an import that was canceled or killed continues where it ended, and creates
// each identity once. The journal is a file of JSON lines that only its owner can read, locked
// while an import runs. It has the lines, references and outcomes of records and the ids of
// identities, but neither traits nor credentials, nor hashes of them. A salted checksum of what was
// read binds it to its source: lines can be appended to the source, but not changed. Nothing is sent
// before the source was read and compared up to where earlier runs had sent it. Nor is anything sent
// to a server that has none of the identities that the journal names ([ErrJournalServer]); its URL
// may change.
//
// What was rejected before it was sent, such as a line that cannot be read, is tried again by another
// run.
//
// Before a batch is sent, a line with the intent to send it is written and synced to the disk.
// Outcomes are written without: a record with an intent and without an outcome is in doubt, and so
// is one after a time-out, a broken connection or a status of 5xx. Nothing in doubt is sent again
// before Kratos was asked whether it has the identity, unless its account at a provider or external
// id makes Kratos refuse a second one, and its traits have no identifier:
//
//   - by its external id, with Kratos v25.4 and later
//   - otherwise by listing identities, 10,000 in a second or so, and much slower while Kratos is
//     busy. Batches share a listing, and those that an earlier run did not send do not wait for it.
//
// The identity was created by the import if it has the same traits as the record, and is not older
// than the first intent by the clock of the server. It was there before if it is older. What
// remains uncertain:
//
//   - An identity with the same traits that another program, or a person, creates in the three
//     seconds before the intent, or while the record is in doubt, counts as created by the import.
//     Its password may be another one.
//   - The clock is that of the Date header, with a tolerance of two seconds for a proxy or the
//     nodes of a cluster.
//   - A record without any identifier, which Kratos accepts twice, can be created twice if Kratos
//     still processes the first request when the second arrives.
//
// # Memory
//
// Import keeps the batches that are in flight, and about 30 bytes for each identifier, to find
// duplicates in the source: 3 MB for 100,000 records. With records in doubt, it keeps about 150 bytes
// for each identity that was created since they were sent first. Rejected records are passed to [OnReject] and
// written to the journal, and not kept.
package bulk
