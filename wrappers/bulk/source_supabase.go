package bulk

import (
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// Supabase reads the accounts of Supabase Auth from CSV files of its tables auth.users and
// auth.identities, with headers (https://supabase.com/docs/guides/auth). Without identities (nil),
// there are no links.
//
//   - The identities are in memory, about 200 bytes each; users are read one by one. An identities
//     file that is malformed is an error, and no user is read.
//   - raw_app_meta_data and raw_user_meta_data are in metadata_admin; see Target.PublicMetadata.
//   - The state is inactive until banned_until. Accounts with deleted_at are [ErrSkipped].
//   - SSO identities (SAML) are lost.
func Supabase(users, identities io.Reader, to Target) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		links, err := supabaseLinks(identities)
		if err != nil {
			yield(Record{}, err)
			return
		}
		in, _ := openExport(users)
		rows := csvRows(in, "id", "email", "encrypted_password")
		records(source{name: "Supabase", to: to}, rows, func(columns csvRow) (account, error) {
			return supabaseAccount(columns, links)
		})(yield)
	}
}

func supabaseAccount(columns csvRow, links map[string][]link) (account, error) {
	columns.clearNulls()
	a := account{
		Profile: Profile{ID: columns["id"]},
		raw: columns.withoutColumns("encrypted_password", "confirmation_token", "recovery_token",
			"email_change_token_new", "email_change_token_current", "phone_change_token", "reauthentication_token"),
		inactive: isBanned(columns["banned_until"], time.Now()),
	}
	if columns["deleted_at"] != "" {
		return a, fmt.Errorf("%w: it was deleted", ErrSkipped)
	}
	user := json.RawMessage(columns["raw_user_meta_data"])
	a.Name = stringMember(user, "full_name")
	if a.Name == "" {
		a.Name = stringMember(user, "name")
	}
	a.addEmail(columns["email"], columns["email_confirmed_at"] != "")
	a.addPhone(withPlus(columns["phone"]), columns["phone_confirmed_at"] != "")
	a.setAdmin("raw_app_meta_data", json.RawMessage(columns["raw_app_meta_data"]))
	a.setUser("raw_user_meta_data", user)
	if hash := columns["encrypted_password"]; hash != "" {
		credential, err := kratos.HashedPassword(hash)
		a.setHash("", credential, err)
	}
	isSSO, err := columns.flagOf("is_sso_user")
	if err != nil {
		return a, err
	}
	if isSSO {
		a.note("saml link")
	}
	for _, l := range links[a.ID] {
		if strings.HasPrefix(l.provider, "sso:") {
			a.note("saml link")
			continue
		}
		a.links = append(a.links, l)
	}
	return a, nil
}

// clearNulls empties the values that tools write for NULL.
func (r csvRow) clearNulls() {
	for name, value := range r {
		if value == `\N` || strings.EqualFold(value, "null") {
			r[name] = ""
		}
	}
}

// withPlus returns a phone number with the plus sign that Supabase does not store.
func withPlus(phone string) string {
	if phone == "" || strings.Trim(phone, "0123456789") != "" {
		return phone
	}
	return "+" + phone
}

// isBanned reports whether a time is in the future, or cannot be parsed, such as "infinity".
func isBanned(until string, now time.Time) bool {
	if until == "" {
		return false
	}
	for _, format := range []string{"2006-01-02 15:04:05.999999Z07", "2006-01-02 15:04:05.999999Z07:00", time.RFC3339Nano} {
		if t, err := time.Parse(format, until); err == nil {
			return t.After(now)
		}
	}
	return true
}

// supabaseLinks returns the links by the id of the user.
func supabaseLinks(r io.Reader) (map[string][]link, error) {
	if r == nil {
		return nil, nil
	}
	links := map[string][]link{}
	in, _ := openExport(r)
	for e, err := range csvRows(in, "user_id", "provider", "provider_id") {
		if err != nil {
			return nil, fmt.Errorf("kratos: %s %d of the identities of Supabase: %w", e.unit, e.number, err)
		}
		columns := e.value
		switch user, provider := columns["user_id"], columns["provider"]; provider {
		case "email", "phone": // the address and password of the user
		default:
			// The values of a row share its memory.
			l := link{provider: strings.Clone(provider), subject: strings.Clone(columns["provider_id"])}
			links[strings.Clone(user)] = append(links[user], l)
		}
	}
	return links, nil
}
