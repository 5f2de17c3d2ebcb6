package source

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/bulk"
)

func TestReadHashConfig(t *testing.T) {
	t.Parallel()
	want := bulk.FirebaseHash{SignerKey: "a2V5a2V5+/==", SaltSeparator: "Bw==", Rounds: 8, MemCost: 14}
	for name, c := range map[string]struct {
		text  string
		valid bool
	}{
		"as the console shows it": {"hash_config {\n  algorithm: SCRYPT,\n  base64_signer_key: a2V5a2V5+/==,\n  base64_salt_separator: Bw==,\n  rounds: 8,\n  mem_cost: 14,\n}\n", true},
		"as JSON":                 {`{"base64_signer_key":"a2V5a2V5+/==","base64_salt_separator":"Bw==","rounds":8,"mem_cost":14}`, true},
		"without the key":         {"rounds: 8, mem_cost: 14", false},
		"without the rounds":      {"base64_signer_key: s3cret, mem_cost: 14", false},
		"a number that is none":   {"base64_signer_key: s3cret, rounds: many, mem_cost: 14", false},
		"an array":                {"[1]", false},
		"an empty file":           {"", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "hash.txt")
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			hash, err := readHashConfig(path)
			switch {
			case !c.valid && (err == nil || strings.Contains(err.Error(), "s3cret")):
				t.Errorf("%v", err)
			case c.valid && (err != nil || hash.SignerKey != want.SignerKey || hash.SaltSeparator != want.SaltSeparator || hash.Rounds != want.Rounds || hash.MemCost != want.MemCost):
				t.Errorf("other parameters, or %v", err)
			}
		})
	}
}

func TestTarget(t *testing.T) {
	t.Parallel()
	profile := bulk.Profile{Emails: []bulk.Address{{Value: "a@kratoskit.example"}}, GivenName: "Ann", Raw: json.RawMessage(`{"app":{"plan":"gold","seats":3}}`)}
	for name, c := range map[string]struct {
		traits []string
		want   string // JSON, or an error
	}{
		"values of the profile":            {[]string{"mail=email", "name.first=given_name"}, `{"mail":"a@kratoskit.example","name":{"first":"Ann"}}`},
		"values of the export":             {[]string{"plan=raw.app.plan", "app.seats=raw.app.seats"}, `{"app":{"seats":3},"plan":"gold"}`},
		"a value that is missing":          {[]string{"mail=email", "phone=phone", "x=raw.app.plan.x"}, `{"mail":"a@kratoskit.example"}`},
		"no value":                         {[]string{"phone=phone"}, "none of the values of --trait"},
		"a trait that is also an object":   {[]string{"name=email", "name.first=given_name"}, "both a value and an object"},
		"a field that is not one":          {[]string{"name=raw"}, "--trait takes TRAIT=FIELD"},
		"a path with an empty name":        {[]string{"name=raw."}, "--trait takes TRAIT=FIELD"},
		"a trait with an empty name":       {[]string{"name.=email"}, "--trait takes TRAIT=FIELD"},
		"a specification without a field":  {[]string{"name"}, "--trait takes TRAIT=FIELD"},
		"a specification with two objects": {[]string{"a.b=email", "a.c=given_name"}, `{"a":{"b":"a@kratoskit.example","c":"Ann"}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			to, err := Options{Traits: c.traits}.target()
			var traits any
			if err == nil {
				traits, err = to.Traits(profile)
			}
			got, _ := json.Marshal(traits)
			if err != nil {
				got = []byte(err.Error())
			}
			if !strings.Contains(string(got), c.want) {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
	to, err := Options{Providers: []string{"corp=sso", "old="}}.target()
	if err != nil || to.Provider("corp") != "sso" || to.Provider("old") != "" || to.Provider("google-oauth2") != "google" || to.Traits != nil {
		t.Errorf("%+v, %v", to, err)
	}
}
