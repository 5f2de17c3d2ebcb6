package ui_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/throttle"
	"github.com/kratoskit/kratos-go/wrappers/ui"
)

var (
	messageEntry = regexp.MustCompile(`(?m)^  - id: (\d+)\n((?:    .*\n)*)`)
	contextEntry = regexp.MustCompile(`(?m)^    context: \[(.*)\]$`)
	placeholders = regexp.MustCompile(`\{(\w+)\}`)
)

// messageContexts returns the members of the context by the number of a message.
func messageContexts(t *testing.T) map[string][]string {
	t.Helper()
	data, err := os.ReadFile("../../api/messages.yaml")
	if err != nil {
		t.Fatal(err)
	}
	contexts := map[string][]string{}
	for _, entry := range messageEntry.FindAllStringSubmatch(string(data), -1) {
		contexts[entry[1]] = nil
		if context := contextEntry.FindStringSubmatch(entry[2]); context != nil {
			contexts[entry[1]] = strings.Split(context[1], ", ")
		}
	}
	if len(contexts) < 145 {
		t.Fatalf("only %d messages are known", len(contexts))
	}
	return contexts
}

func texts(t *testing.T, tag string) map[string]string {
	t.Helper()
	data, err := os.ReadFile("locales/" + tag + ".json")
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	if err := json.Unmarshal(data, &texts); err != nil {
		t.Fatal(err)
	}
	return texts
}

// notTranslated are members of contexts that German texts need not have: other spellings, what
// another member has, and details that are of no use to a person.
var notTranslated = map[string]bool{
	"provider_id": true, "duplicateIdentifier": true, "newLoginUrl": true, "new_login_url": true, "available_providers": true,
	"available_oidc_providers": true, "used_at_unix": true, "added_at": true, "added_at_unix": true, "expired_at_unix": true,
	"privilegedSessionExpiresAt": true, "privileged_session_expires_at_unix": true, "name": true, "channel": true,
	"available_credential_types": true,
}

// German has all messages, with the values of their contexts.
func TestGermanIsComplete(t *testing.T) {
	t.Parallel()
	german := texts(t, "de")
	contexts := messageContexts(t)
	for id, context := range contexts {
		text := german[id]
		if text == "" {
			t.Errorf("message %s has no German text", id)
			continue
		}
		var used []string
		for _, name := range placeholders.FindAllStringSubmatch(text, -1) {
			used = append(used, name[1])
			if !slices.Contains(context, name[1]) {
				t.Errorf("message %s has no %s in its context", id, name[0])
			}
		}
		for _, name := range context {
			if !slices.Contains(used, name) && !notTranslated[name] {
				t.Errorf("the German text of message %s lacks {%s}", id, name)
			}
		}
	}
	for key := range german {
		if _, known := contexts[key]; !known && key != strconv.Itoa(throttle.MessageTooManyAttempts) && key[0] >= '0' && key[0] <= '9' {
			t.Errorf("message %s does not exist", key)
		}
	}
	english := texts(t, "en")
	for key := range maps.Keys(english) {
		if german[key] == "" || german[key] == english[key] && !slices.Contains([]string{"group.saml", "method.saml", "group.passkey"}, key) && key != "time.format" {
			t.Errorf("%s: the German text is %q", key, german[key])
		}
	}
}

// Every text that a template or the code refers to by name exists.
func TestTextsExist(t *testing.T) {
	t.Parallel()
	english := texts(t, "en")
	reference := regexp.MustCompile(`(?:\.Text "|\.text\(")([a-z][a-z0-9.-]*)"`)
	found := 0
	for _, dir := range []string{".", "templates"} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			if entry.IsDir() || strings.HasSuffix(entry.Name(), "_test.go") {
				continue
			}
			source, err := os.ReadFile(dir + "/" + entry.Name())
			if err != nil {
				t.Fatal(err)
			}
			for _, match := range reference.FindAllStringSubmatch(string(source), -1) {
				found++
				if english[match[1]] == "" {
					t.Errorf("%s refers to the text %q", entry.Name(), match[1])
				}
			}
		}
	}
	if found < 30 {
		t.Errorf("only %d references were found", found)
	}
}

func TestMessagesAreTranslated(t *testing.T) {
	t.Parallel()
	french, err := ui.ParseCatalogue("fr", []byte(`{"4000006":"Identifiants incorrects.","4000028":"{available_credential_types} – {missing}","field.identifier":"Adresse","time.format":"2006"}`))
	if err != nil {
		t.Fatal(err)
	}
	pages := newPages(t, ui.Languages(ui.English(), ui.German(), french))
	for name, tc := range map[string]struct {
		lang    string
		message kratos.Message
		want    string
	}{
		"English is what Kratos sends":      {"en", kratos.Message{ID: 4000006, Text: "The credentials are wrong."}, "The credentials are wrong."},
		"German by number":                  {"de", kratos.Message{ID: 4000006, Text: "x"}, "Die Anmeldedaten stimmen nicht. Bitte prüfen Sie Benutzername und Passwort auf Tippfehler."},
		"a region of German":                {"de-AT", kratos.Message{ID: 1080002, Text: "x"}, "Ihre Adresse ist bestätigt."},
		"numbers":                           {"de", kratos.Message{ID: 4000032, Text: "x", Context: []byte(`{"min_length":8,"actual_length":3}`)}, "Das Passwort braucht mindestens 8 Zeichen, es hat 3."},
		"a time":                            {"de", kratos.Message{ID: 4010001, Text: "x", Context: []byte(`{"expired_at":"2026-11-27T15:04:05+02:00"}`)}, "Die Anmeldung ist seit 27.11.2026, 13:04 UTC abgelaufen. Bitte beginnen Sie noch einmal."},
		"a list of methods":                 {"de", kratos.Message{ID: 4000028, Text: "x", Context: []byte(`{"credential_identifier_hint":"ada","available_credential_types":["password","oidc"]}`)}, "Zu ada gibt es bereits ein Konto. So können Sie sich anmelden: Passwort, anderer Dienst."},
		"a context without the value":       {"de", kratos.Message{ID: 4000032, Text: "What Kratos says.", Context: []byte(`{"min_length":8}`)}, "What Kratos says."},
		"a context that is not an object":   {"de", kratos.Message{ID: 4000032, Text: "What Kratos says.", Context: []byte(`[]`)}, "What Kratos says."},
		"no context":                        {"de", kratos.Message{ID: 4000032, Text: "What Kratos says."}, "What Kratos says."},
		"a time that is not one":            {"de", kratos.Message{ID: 4010001, Text: "What Kratos says.", Context: []byte(`{"expired_at":"yesterday"}`)}, "What Kratos says."},
		"a value with a placeholder":        {"de", kratos.Message{ID: 4000040, Text: "x", Context: []byte(`{"value":"{value}"}`)}, "„{value}“ ist keine E-Mail-Adresse."},
		"a value with escapes":              {"de", kratos.Message{ID: 4000040, Text: "x", Context: []byte(`{"value":"\u00e4 \"b\""}`)}, "„ä \"b\"“ ist keine E-Mail-Adresse."},
		"a value that is not valid UTF-8":   {"de", kratos.Message{ID: 4000040, Text: "x", Context: []byte("{\"value\":\"\xff\"}")}, "„\ufffd“ ist keine E-Mail-Adresse."},
		"a value that is an object":         {"de", kratos.Message{ID: 4000040, Text: "What Kratos says.", Context: []byte(`{"value":{}}`)}, "What Kratos says."},
		"an unknown number":                 {"de", kratos.Message{ID: 1234, Text: "From a web hook."}, "From a web hook."},
		"a language without the message":    {"fr", kratos.Message{ID: 1080002, Text: "What Kratos says."}, "What Kratos says."},
		"a placeholder that does not exist": {"fr", kratos.Message{ID: 4000028, Text: "What Kratos says.", Context: []byte(`{"available_credential_types":["password"]}`)}, "What Kratos says."},
		"another language":                  {"fr", kratos.Message{ID: 4000006, Text: "x"}, "Identifiants incorrects."},
		"an unknown language":               {"it", kratos.Message{ID: 4000006, Text: "What Kratos says."}, "What Kratos says."},
	} {
		f := newForm(t, input("password", "identifier", "text", ""))
		tc.message.Type = "info"
		f.form.UIContainer.Messages = []kratos.Message{tc.message}
		form, err := pages.Form(f, tc.lang)
		if err != nil {
			t.Fatal(err)
		}
		elements := parse(t, name, string(form))
		if got := find(elements, "role", "status")[0].text; got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
		if label := labelOf(elements); (label == "Adresse") != (tc.lang == "fr") {
			t.Errorf("%s: the label is %q", name, label)
		}
	}
}

func TestLanguageOfAPage(t *testing.T) {
	t.Parallel()
	byQuery := ui.Language(func(r *http.Request) string { return r.URL.Query().Get("lang") })
	german := ui.Languages(ui.German(), ui.English())
	for name, tc := range map[string]struct {
		accept, query string
		opts          []ui.Option
		want          string
	}{
		"no header":                        {"", "", nil, "en"},
		"the only language":                {"de", "", nil, "de"},
		"a region":                         {"de-CH", "", nil, "de"},
		"the first of several":             {"de,en", "", nil, "de"},
		"by weight":                        {"de;q=0.5, en;q=0.8", "", nil, "en"},
		"after an unknown language":        {"fr-FR, fr;q=0.9, de;q=0.8, en;q=0.7", "", nil, "de"},
		"only unknown languages":           {"fr, it", "", nil, "en"},
		"excluded by weight 0":             {"de;q=0", "", nil, "en"},
		"a malformed weight":               {"de;q=x", "", nil, "en"},
		"the wildcard":                     {"*", "", nil, "en"},
		"in capitals":                      {"DE", "", nil, "de"},
		"the site's default is German":     {"fr", "", []ui.Option{german}, "de"},
		"chosen by the site":               {"en", "?lang=de", []ui.Option{byQuery}, "de"},
		"an unknown choice":                {"de", "?lang=fr", []ui.Option{byQuery}, "de"},
		"no choice":                        {"de", "", []ui.Option{byQuery}, "de"},
		"a choice without a language":      {"de", "?lang=", []ui.Option{byQuery}, "de"},
		"a header that is not of the kind": {";;,=,", "", nil, "en"},
	} {
		page := ask(newSite(t, new(fake), tc.opts...), "GET", "/error"+tc.query, "", "Accept-Language", tc.accept).Body.String()
		if !strings.Contains(page, `<html lang="`+tc.want+`">`) || strings.Contains(page, "schiefgegangen") != (tc.want == "de") {
			t.Errorf("%s: %s", name, page)
		}
	}
}

func TestMalformedCatalogues(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ tag, data string }{
		"not JSON":     {"fr", "x"},
		"not texts":    {"fr", `{"1":1}`},
		"no tag":       {"", "{}"},
		"not a tag":    {`"><script>`, "{}"},
		"a list":       {"fr", "[]"},
		"a long tag":   {"deutsches", "{}"},
		"an empty one": {"fr", ""},
	} {
		if c, err := ui.ParseCatalogue(tc.tag, []byte(tc.data)); err == nil || c != nil || !strings.HasPrefix(err.Error(), "kratos: ui: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// labelOf returns the label of the first input.
func labelOf(elements []element) string {
	for i, e := range elements {
		if e.tag == "label" {
			return elements[i+1].text
		}
	}
	return ""
}
