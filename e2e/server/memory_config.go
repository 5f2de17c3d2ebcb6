package server

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/kratoskit/kratos-go/wrappers/kratostest"
)

// memoryConfig returns the configuration of a Kratos in memory: kratos.yml with Options.Config.
func (o Options) memoryConfig() (kratostest.Config, error) {
	base := kratosConfig
	if o.UI != "" {
		base = strings.ReplaceAll(base, defaultUI, strings.TrimSuffix(o.UI, "/"))
	}
	var merged, own object
	if err := yaml.Unmarshal([]byte(base), &merged); err != nil {
		return kratostest.Config{}, fmt.Errorf("server: kratos.yml: %w", err)
	}
	encoded, err := json.Marshal(o.Config)
	if err == nil {
		err = json.Unmarshal(encoded, &own)
	}
	if err != nil {
		return kratostest.Config{}, fmt.Errorf("server: Options.Config: %w", err)
	}
	merge(merged, own)
	m := memorySettings{config: kratostest.DefaultConfig(), lifespans: map[string]time.Duration{}}
	m.config.Methods, m.config.ShowVerification, m.config.SessionAfterRegistration = nil, false, false
	if err := m.read("", merged); err != nil {
		return kratostest.Config{}, err
	}
	return m.finish()
}

// merge merges a configuration into another one, as Kratos does.
func merge(into, from object) {
	for name, value := range from {
		inner, ok := value.(object)
		if have, isObject := into[name].(object); ok && isObject {
			merge(have, inner)
			continue
		}
		into[name] = value
	}
}

// memorySettings is the configuration of a Kratos in memory while that of a real one is read.
type memorySettings struct {
	config        kratostest.Config
	defaultSchema string
	lifespans     map[string]time.Duration // of flows
}

// read reads the values of an object at a path.
func (m *memorySettings) read(path string, values object) error {
	for name, value := range values {
		at := strings.TrimPrefix(path+"."+name, ".")
		if slices.ContainsFunc(notInMemory, func(prefix string) bool { return at == prefix || strings.HasPrefix(at, prefix+".") }) {
			continue
		}
		if inner, ok := value.(object); ok && !isValue(at) {
			if err := m.read(at, inner); err != nil {
				return err
			}
			continue
		}
		set := memoryPaths[at]
		if trigger, ok := hookTrigger(at); ok {
			set = func(m *memorySettings, v any) error { return m.setHooks(trigger, v) }
		}
		if set == nil {
			return fmt.Errorf("server: a Kratos in memory does not have the setting %s", at)
		}
		if err := set(m, value); err != nil {
			return fmt.Errorf("server: the setting %s of a Kratos in memory: %w", at, err)
		}
	}
	return nil
}

// finish checks what depends on several values.
func (m *memorySettings) finish() (kratostest.Config, error) {
	for _, lifespan := range m.lifespans {
		if m.config.FlowLifespan = lifespan; len(m.lifespans) != len(flowNames) {
			return m.config, fmt.Errorf("server: the flows of a Kratos in memory have one lifespan, want that of all %d", len(flowNames))
		}
	}
	for _, lifespan := range m.lifespans {
		if lifespan != m.config.FlowLifespan {
			return m.config, fmt.Errorf("server: the flows of a Kratos in memory have one lifespan, not %s and %s", lifespan, m.config.FlowLifespan)
		}
	}
	first := slices.IndexFunc(m.config.Schemas, func(s kratostest.IdentitySchema) bool { return s.ID == m.defaultSchema })
	if first < 0 {
		return m.config, fmt.Errorf("server: there is no default identity schema %q", m.defaultSchema)
	}
	m.config.Schemas[0], m.config.Schemas[first] = m.config.Schemas[first], m.config.Schemas[0]
	return m.config, nil
}

func enabledMethod(method string) func(*memorySettings, any) error {
	return func(m *memorySettings, v any) error {
		if v == true {
			m.config.Methods = append(m.config.Methods, method)
		}
		return nil
	}
}

func enabledFlow(flow string) func(*memorySettings, any) error {
	return func(m *memorySettings, v any) error {
		if v == false {
			m.config.DisabledFlows = append(m.config.DisabledFlows, flow)
		}
		return nil
	}
}

func flowLifespan(flow string) func(*memorySettings, any) error {
	return func(m *memorySettings, v any) error {
		var d time.Duration
		err := decodeDuration(v, &d)
		m.lifespans[flow] = d
		return err
	}
}

func (m *memorySettings) setSchemas(v any) error {
	var schemas []struct{ ID, URL string }
	if err := decodeValue(v, &schemas); err != nil {
		return err
	}
	m.config.Schemas = nil
	for _, s := range schemas {
		content, err := readURL(s.URL)
		if err != nil {
			return err
		}
		m.config.Schemas = append(m.config.Schemas, kratostest.IdentitySchema{ID: s.ID, JSON: string(content)})
	}
	return nil
}

func (m *memorySettings) setTokenizers(v any) error {
	var templates map[string]struct {
		TTL  string
		JWKS string `json:"jwks_url"`
		Maps string `json:"claims_mapper_url"`
	}
	if err := decodeValue(v, &templates); err != nil {
		return err
	}
	m.config.Tokenizers = map[string]kratostest.Tokenizer{}
	for name, template := range templates {
		if template.Maps != "" {
			return fmt.Errorf("the template %s has a mapper in Jsonnet", name)
		}
		content, err := readURL(template.JWKS)
		if err != nil {
			return err
		}
		var set struct{ Keys []json.RawMessage }
		if err := json.Unmarshal(content, &set); err != nil || len(set.Keys) == 0 {
			return fmt.Errorf("the template %s has no keys", name)
		}
		tokenizer := kratostest.Tokenizer{Key: set.Keys[0]}
		if err := decodeDuration(template.TTL, &tokenizer.TTL); err != nil {
			return err
		}
		m.config.Tokenizers[name] = tokenizer
	}
	return nil
}

// readURL returns the content of a URL of Kratos' configuration.
func readURL(address string) ([]byte, error) {
	if encoded, ok := strings.CutPrefix(address, "base64://"); ok {
		return base64.StdEncoding.DecodeString(encoded)
	}
	if address == "file://person.schema.json" {
		return []byte(personSchema), nil
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "file" {
		return nil, fmt.Errorf("the URL is neither base64 nor a file")
	}
	return os.ReadFile(u.Path)
}

// decodeValue stores a value of a configuration.
func decodeValue(v any, into any) error {
	encoded, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return json.Unmarshal(encoded, into)
}

func decodeDuration(v any, into *time.Duration) (err error) {
	text, _ := v.(string)
	*into, err = time.ParseDuration(text)
	return err
}
