package front

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// mask stands for a secret.
const mask = "***"

// secretNames are the members of bodies, fields of forms, and parameters of queries whose values
// are secrets.
var secretNames = map[string]bool{
	"code": true, "csrf_token": true, "hashed_password": true, "id_token": true, "id_token_nonce": true, "init_code": true,
	"lookup_secret": true, "password": true, "return_to_code": true, "session_token": true, "token": true, "totp_code": true,
	"passkey_login": true, "passkey_register": true, "passkey_settings_register": true, "webauthn_login": true, "webauthn_register": true,
	"access_token": true, "refresh_token": true, "initial_access_token": true, "initial_refresh_token": true, "initial_id_token": true,
	"codes": true, "logout_token": true, "client_secret": true,
}

// secretHeaders are the headers whose values are secrets.
var secretHeaders = []string{"Authorization", "Cookie", "Proxy-Authorization", "X-Session-Cookie", "X-Session-Token"}

// isSecret reports whether values with a name are secrets. A name can be a path, as "a.password".
func isSecret(name string) bool {
	return secretNames[strings.ToLower(name[strings.LastIndexByte(name, '.')+1:])]
}

// maskPath masks a session token that a client has put into a path.
func maskPath(path string) string {
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		if strings.HasPrefix(segment, "ory_") {
			segments[i] = mask
		}
	}
	return strings.Join(segments, "/")
}

// maskHeader returns a header without secrets. The names of cookies stay.
func maskHeader(header http.Header) http.Header {
	masked := header.Clone()
	for _, name := range secretHeaders {
		for i, value := range masked[name] {
			masked[name][i] = maskHeaderValue(name, value)
		}
	}
	for i, value := range masked["Referer"] {
		masked["Referer"][i], _, _ = strings.Cut(value, "?")
	}
	return masked
}

// maskHeaderValue masks a value of one of the secretHeaders.
func maskHeaderValue(name, value string) string {
	switch name {
	case "Cookie":
		cookies, err := http.ParseCookie(value)
		if err != nil {
			return mask
		}
		var names []string
		for _, cookie := range cookies {
			names = append(names, cookie.Name+"="+mask)
		}
		return strings.Join(names, "; ")
	case "Authorization", "Proxy-Authorization":
		if scheme, _, ok := strings.Cut(value, " "); ok {
			return scheme + " " + mask
		}
	}
	return mask
}

// maskValues returns parameters without secrets.
func maskValues(values url.Values) url.Values {
	for name, list := range values {
		for i := range list {
			if isSecret(name) && list[i] != "" {
				list[i] = mask
			}
		}
	}
	return values
}

// maskBody returns a body without secrets: JSON or a form. Other bodies are masked as a unit.
func maskBody(contentType string, body []byte) string {
	if len(body) == 0 {
		return ""
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) == nil && !decoder.More() {
		return encode(maskJSON(value))
	}
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return mask
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return mask
	}
	return strings.ReplaceAll(maskValues(values).Encode(), url.QueryEscape(mask), mask)
}

// encode returns a JSON value with its members in alphabetical order.
func encode(value any) string {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(value) != nil {
		return mask
	}
	return strings.TrimSuffix(text.String(), "\n")
}

// maskJSON masks the secrets of a JSON value.
func maskJSON(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			value[name] = maskMember(value, name, member)
		}
	case []any:
		for i := range value {
			value[i] = maskJSON(value[i])
		}
	}
	return value
}

// maskMember masks a member of an object. A secret is a text: "password" can be an object as well,
// whose members are secrets or not. The value of a JSON Patch is a secret if its path ends in the
// name of one.
func maskMember(object map[string]any, name string, member any) any {
	text, isText := member.(string)
	path, _ := object["path"].(string)
	secret := isSecret(name) || name == "value" && isSecret(strings.ReplaceAll(path, "/", "."))
	if secret && isText && text != "" {
		return mask
	}
	if _, isNumber := member.(json.Number); secret && isNumber {
		return mask
	}
	return maskJSON(member)
}
